import { codeOf, type Duplex, type ExecResult, type Host, isJsonObject, jsonObjectIn, messageOf } from "@kiln/sdk";
import { textOf } from "./endpoint.ts";
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
import { Frames } from "./frames.ts";
import { type Answer, ask, type Question } from "./http.ts";

/** Between two looks at a command that should have ended. */
const longestPauseMs = 200;

/** The engine over its socket. Paths bear no version: the engine then speaks its newest. Source: Docker Engine API 1.41 and later. */
export class SocketEngine implements ContainerEngine {
  /** One is on its way while the next is fetched. */
  readonly piecesHeld = 2;
  readonly #connect: (signal: AbortSignal) => Promise<Duplex>;
  readonly #clock: Host["clock"];
  readonly #name: string;

  /** `name` is where the engine is, for messages. */
  constructor(connect: (signal: AbortSignal) => Promise<Duplex>, clock: Host["clock"], name: string) {
    this.#connect = connect;
    this.#clock = clock;
    this.#name = name;
  }

  async container(id: string, signal: AbortSignal): Promise<ContainerFacts | undefined> {
    const said = await unlessMissing(this.#json({ method: "GET", target: `/containers/${path(id)}/json` }, signal));
    return said && containerFacts(said);
  }
  async image(name: string, signal: AbortSignal): Promise<ImageFacts | undefined> {
    const said = await unlessMissing(this.#json({ method: "GET", target: `/images/${path(name)}/json` }, signal));
    return said && imageFacts(said);
  }
  async containersNamed(name: string, signal: AbortSignal): Promise<readonly string[]> {
    const filters = JSON.stringify({ name: [`^/?${name}$`] });
    return ids(await this.#json({ method: "GET", target: `/containers/json${query({ all: "1", filters })}` }, signal));
  }
  async namelessImages(signal: AbortSignal): Promise<readonly string[]> {
    const filters = JSON.stringify({ dangling: ["true"] });
    return ids(await this.#json({ method: "GET", target: `/images/json${query({ filters })}` }, signal));
  }

  async exec(id: string, exec: ContainerExec): Promise<ExecResult> {
    const { command, user, stdin, pty = false, onOutput = () => {}, signal } = exec;
    signal.throwIfAborted();
    const made = await this.#json(
      post(`/containers/${path(id)}/exec`, {
        AttachStdin: stdin !== undefined,
        AttachStdout: true,
        AttachStderr: true,
        Tty: pty,
        Cmd: command,
        ...(user && { User: user }),
      }),
      signal,
    );
    const execId = textOf(made, "Id") ?? "";
    try {
      const start = post(`/exec/${execId}/start`, { Detach: false, Tty: pty });
      const upgrade = { ...start.headers, Connection: "Upgrade", Upgrade: "tcp" };
      await using answer = await this.#ask({ ...start, headers: upgrade }, signal);
      const fed = feed(answer.socket, stdin);
      fed.catch(() => {});
      const frames = new Frames(onOutput);
      for await (const bytes of answer.body) {
        if (pty) onOutput({ stream: "stdout", bytes });
        else frames.push(bytes);
      }
    } catch (error) {
      signal.throwIfAborted();
      // Its own refusal (no such program) is told below by the exit code that it gives.
      if (!(error instanceof EngineError)) return { exit: "disconnected" };
      if (error.code === "docker/unreachable") return { exit: "disconnected" };
      onOutput({ stream: "stderr", bytes: Buffer.from(`${error.message}\n`) });
    }
    signal.throwIfAborted();
    return { exit: await this.#exitOf(id, execId, signal) };
  }

  /** The stream may end a moment before the engine has noted the exit code. */
  async #exitOf(id: string, execId: string, signal: AbortSignal): Promise<number | "disconnected"> {
    for (let pause = 2; ; pause = Math.min(pause * 2, longestPauseMs)) {
      let said: Readonly<Record<string, unknown>>;
      try {
        said = await this.#json({ method: "GET", target: `/exec/${execId}/json` }, signal);
      } catch (error) {
        signal.throwIfAborted();
        // The container was removed, or the engine is gone.
        if (error instanceof EngineError) return "disconnected";
        throw error;
      }
      if (said["Running"] !== true) return typeof said["ExitCode"] === "number" ? said["ExitCode"] : "disconnected";
      // In a container that died the engine may never hear of the command's end.
      if (pause >= longestPauseMs && !(await this.container(id, signal))?.running) return "disconnected";
      await this.#clock.sleep(pause, signal);
    }
  }

  async putArchive(id: string, directory: string, archive: Sized, signal: AbortSignal): Promise<void> {
    const target = `/containers/${path(id)}/archive${query({ path: directory, noOverwriteDirNonDir: "true" })}`;
    const headers = { "Content-Type": "application/x-tar" };
    const answer = await this.#ask({ method: "PUT", target, headers, body: archive }, signal);
    await answer.text();
  }
  async *getArchive(id: string, from: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const target = `/containers/${path(id)}/archive${query({ path: from })}`;
    await using answer = await this.#ask({ method: "GET", target }, signal);
    yield* answer.body;
  }
  async *export(id: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    await using answer = await this.#ask({ method: "GET", target: `/containers/${path(id)}/export` }, signal);
    yield* answer.body;
  }
  async commit(id: string, options: CommitOptions, signal: AbortSignal): Promise<string> {
    const parameters = new URLSearchParams({
      container: id,
      comment: options.message ?? "",
      author: options.author ?? "",
      ...repositoryAndTag(options.name),
    });
    for (const change of options.changes) parameters.append("changes", change);
    const made = await this.#json({ ...post(`/commit?${parameters}`, null) }, signal);
    return imageId(textOf(made, "Id") ?? "");
  }

  async stop(id: string, signal: AbortSignal): Promise<void> {
    await this.#done({ method: "POST", target: `/containers/${path(id)}/stop` }, signal);
  }
  async removeContainer(id: string, signal: AbortSignal): Promise<void> {
    const target = `/containers/${path(id)}${query({ force: "1", v: "1" })}`;
    await unlessMissing(this.#done({ method: "DELETE", target }, signal));
  }
  async removeImage(name: string, signal: AbortSignal, options = { force: false }): Promise<void> {
    await unlessMissing(
      this.#done({ method: "DELETE", target: `/images/${path(name)}${options.force ? "?force=1" : ""}` }, signal),
    );
  }

  async #done(question: Question, signal: AbortSignal): Promise<void> {
    await (await this.#ask(question, signal)).text();
  }
  async #json(question: Question, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const text = await (await this.#ask(question, signal)).text();
    const value: unknown = JSON.parse(text);
    // Lists come back under one name, so that every answer is an object.
    return isJsonObject(value) ? value : { list: value };
  }

  async #ask(question: Question, signal: AbortSignal): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await ask(await this.#connect(signal), question, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isNetworkFailure(error)) throw error;
      throw new EngineError(
        "docker/unreachable",
        `Cannot reach the docker engine at ${this.#name}: ${messageOf(error)}. Is it running? DOCKER_HOST and the docker context say where it is.`,
        error,
      );
    }
    if (answer.status < 300) return answer;
    const text = await answer.text();
    const code = answer.status === 404 ? "docker/not-found" : "docker/refused";
    throw new EngineError(code, complaint(text) || `the docker engine answered with status ${answer.status}`);
  }
}

const networkCodes = /^E(?:CONN|PIPE|NOENT|ACCES|TIMEDOUT|HOST|NET|NOTFOUND|AI_)|^ERR_STREAM|^ERR_SOCKET/;
function isNetworkFailure(error: unknown): boolean {
  return networkCodes.test(codeOf(error) ?? "");
}

function complaint(text: string): string {
  return textOf(jsonObjectIn(text) ?? {}, "message") ?? text.trim();
}

async function feed(socket: Duplex, stdin: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  if (!stdin) return;
  for await (const bytes of stdin) await socket.write(bytes);
  socket.end();
}

function post(target: string, value: unknown): Question & { readonly headers: Readonly<Record<string, string>> } {
  const bytes = Buffer.from(JSON.stringify(value));
  const body = (async function* () {
    yield bytes;
  })();
  return {
    method: "POST",
    target,
    headers: { "Content-Type": "application/json" },
    body: { bytes: body, length: bytes.length },
  };
}

function repositoryAndTag(name: string | undefined): { readonly repo?: string; readonly tag?: string } {
  const [, repo, tag] = /^(.+):([^/:]+)$/.exec(name ?? "") ?? [];
  return repo !== undefined && tag !== undefined ? { repo, tag } : {};
}
function path(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}
function query(parameters: Readonly<Record<string, string>>): string {
  return `?${new URLSearchParams(parameters)}`;
}
function ids(said: Readonly<Record<string, unknown>>): readonly string[] {
  const { list } = said;
  return Array.isArray(list) ? list.filter(isJsonObject).map((one) => textOf(one, "Id") ?? "") : [];
}
