import type { ExecResult } from "@kiln/sdk";
import type { CommandResult, DockerCommand } from "../cli/docker-command.ts";
import {
  type CommitOptions,
  type ContainerEngine,
  type ContainerExec,
  type ContainerFacts,
  EngineError,
  type ImageFacts,
  type Sized,
  unlessMissing,
} from "./engine.ts";
import { containerFacts, imageFacts, imageId } from "./facts.ts";

/** The engine through the command line: for TLS and SSH endpoints, and for programs that only look like docker. */
export class CommandEngine implements ContainerEngine {
  readonly #docker: DockerCommand;

  constructor(docker: DockerCommand) {
    this.#docker = docker;
  }

  async container(id: string, signal: AbortSignal): Promise<ContainerFacts | undefined> {
    const said = await unlessMissing(this.#run(["container", "inspect", "--format", "{{json .}}", id], signal));
    return said === undefined ? undefined : containerFacts(theOne(said));
  }
  async image(name: string, signal: AbortSignal): Promise<ImageFacts | undefined> {
    const said = await unlessMissing(this.#run(["image", "inspect", "--format", "{{json .}}", name], signal));
    return said === undefined ? undefined : imageFacts(theOne(said));
  }
  async containersNamed(name: string, signal: AbortSignal): Promise<readonly string[]> {
    return lines(await this.#run(["ps", "-a", "-q", "--no-trunc", "--filter", `name=^/?${name}$`], signal));
  }
  async namelessImages(signal: AbortSignal): Promise<readonly string[]> {
    return lines(await this.#run(["images", "-q", "--no-trunc", "--filter", "dangling=true"], signal));
  }

  async exec(id: string, exec: ContainerExec): Promise<ExecResult> {
    const { command, user, stdin, pty, onOutput = () => {}, signal } = exec;
    signal.throwIfAborted();
    const flags = [...(stdin ? ["-i"] : []), ...(user ? ["-u", user] : []), ...(pty ? ["-t"] : [])];
    const exit = await this.#docker.stream(["exec", ...flags, id, ...command], {
      signal,
      onOutput,
      ...(stdin && { stdin }),
    });
    return { exit };
  }
  async putArchive(id: string, directory: string, archive: Sized, signal: AbortSignal): Promise<void> {
    let failed: unknown;
    const source = (async function* () {
      try {
        yield* archive.bytes;
      } catch (error) {
        failed = error;
      }
    })();
    const result = await this.#docker.run(["cp", "-", `${id}:${directory}`], { signal, stdin: source });
    if (failed !== undefined) throw failed;
    outputOf(result);
  }
  async *getArchive(id: string, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    yield* this.#stream(["cp", `${id}:${path}`, "-"], signal);
  }
  async *export(id: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    yield* this.#stream(["export", id], signal);
  }
  async commit(id: string, { name, author, message, changes }: CommitOptions, signal: AbortSignal): Promise<string> {
    const flags = commitFlags(author, message, changes);
    return imageId(await this.#run(["commit", ...flags, id, ...(name ? [name] : [])], signal));
  }

  async stop(id: string, signal: AbortSignal): Promise<void> {
    await this.#run(["stop", id], signal);
  }
  async removeContainer(id: string, signal: AbortSignal): Promise<void> {
    // Podman's `rm -f` would first ask the container to stop, and wait; one that does not run is refused.
    await this.#docker.run(["kill", id], { signal });
    await unlessMissing(this.#run(["rm", "-f", "-v", id], signal));
  }
  async removeImage(name: string, signal: AbortSignal, options = { force: false }): Promise<void> {
    await unlessMissing(this.#run(["rmi", ...(options.force ? ["--force"] : []), name], signal));
  }

  async #run(args: readonly string[], signal: AbortSignal): Promise<string> {
    return outputOf(await this.#docker.run(args, { signal }));
  }
  async *#stream(args: readonly string[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#docker.output("docker", args, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Error && missing.test(error.message))
        throw new EngineError("docker/not-found", error.message);
      throw error;
    }
  }
}

const missing = /no such|not find|not exist/i;

function commitFlags(author: string | undefined, message: string | undefined, changes: readonly string[]) {
  return [
    ...(author ? ["--author", author] : []),
    ...changes.flatMap((change) => ["--change", change]),
    ...(message ? ["--message", message] : []),
  ];
}

function outputOf({ code, stdout, stderr }: CommandResult): string {
  if (code === 0) return stdout.trim();
  const text = stderr.trim().replace(/^Error response from daemon: /, "") || `docker ended with exit code ${code}`;
  if (/cannot connect to the docker daemon/i.test(text)) throw new EngineError("docker/unreachable", text);
  throw new EngineError(missing.test(text) ? "docker/not-found" : "docker/refused", text);
}
/** What is inspected, said as JSON; Podman says a list of it. */
function theOne(text: string): unknown {
  const said: unknown = JSON.parse(text);
  return Array.isArray(said) ? said[0] : said;
}
function lines(text: string): readonly string[] {
  return text.split("\n").filter(Boolean);
}
