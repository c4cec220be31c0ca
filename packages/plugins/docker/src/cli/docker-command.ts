import { codeOf, type Host, type OutputChunk, StepError } from "@kiln/sdk";

/** Which docker program, talking to which engine. */
export interface DockerProgram {
  /** `docker`, or what `docker_path` says. */
  readonly path: string;
  /** DOCKER_HOST for the program; its own choice where absent. */
  readonly dockerHost?: string;
  /** A configuration directory in place of the user's, for logging in without touching it. */
  readonly configDirectory?: string;
}
export interface CommandOptions {
  readonly signal: AbortSignal;
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Sees the output as it comes; what it sees is not collected. */
  readonly onOutput?: (chunk: OutputChunk) => void;
}
export interface CommandResult {
  /** 128 and more where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The docker command line: where its configuration, credential helpers and texts matter. */
export class DockerCommand {
  readonly program: DockerProgram;
  readonly #host: Host;

  constructor(program: DockerProgram, host: Host) {
    this.program = program;
    this.#host = host;
  }

  /** The same with another configuration directory, and the endpoint that the user's own would name. */
  withConfig(configDirectory: string, url: string | undefined): DockerCommand {
    const dockerHost = url === undefined ? {} : { dockerHost: url };
    return new DockerCommand({ ...this.program, configDirectory, ...dockerHost }, this.#host);
  }

  /** Runs it to its end; a failing exit code is a value. */
  async run(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
    const texts = { stdout: new TextCollector(), stderr: new TextCollector() };
    const code = await this.stream(args, {
      ...options,
      onOutput: options.onOutput ?? (({ stream, bytes }) => texts[stream].add(bytes)),
    });
    return { code, stdout: texts.stdout.text(), stderr: texts.stderr.text() };
  }

  /** Runs it and gives its standard output; a failure is thrown as `WHAT: what docker says`. */
  async expect(what: string, args: readonly string[], options: CommandOptions): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, options);
    if (code === 0) return stdout.trim();
    throw new StepError(`${what}: ${stderr.trim() || stdout.trim() || `docker ended with exit code ${code}`}`, {
      code: "docker/command-failed",
    });
  }

  /** Runs it, giving the output away piece by piece; resolves with the exit code. */
  async stream(args: readonly string[], options: CommandOptions & Required<Pick<CommandOptions, "onOutput">>) {
    const { signal, stdin, onOutput } = options;
    const child = this.#start(args, signal, stdin);
    for await (const chunk of child.output) onOutput(chunk);
    return this.#codeOf(await this.#ended(child, signal));
  }

  /** Standard output as a stream; when it is read to its end and the program failed, what it said on standard error is thrown. */
  async *output(what: string, args: readonly string[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const stop = new AbortController();
    const child = this.#start(args, AbortSignal.any([signal, stop.signal]));
    const errors = new TextCollector();
    try {
      for await (const { stream, bytes } of child.output) {
        if (stream === "stdout") yield bytes;
        else errors.add(bytes);
      }
      const code = this.#codeOf(await this.#ended(child, signal));
      if (code !== 0)
        throw new StepError(`${what}: ${errors.text().trim() || `docker ended with exit code ${code}`}`, {
          code: "docker/command-failed",
        });
    } finally {
      stop.abort();
    }
  }

  #start(args: readonly string[], signal: AbortSignal, stdin?: AsyncIterable<Uint8Array>) {
    const { path, dockerHost, configDirectory } = this.program;
    const config = configDirectory === undefined ? [] : ["--config", configDirectory];
    return this.#host.processes.spawn(path, [...config, ...args], {
      signal,
      ...(stdin && { stdin }),
      ...(dockerHost !== undefined && { env: { ...definedOnly(this.#host.env), DOCKER_HOST: dockerHost } }),
    });
  }

  async #ended(child: ReturnType<Host["processes"]["spawn"]>, signal: AbortSignal) {
    try {
      return await child.exit;
    } catch (error) {
      throw notStarted(this.program.path, error);
    } finally {
      signal.throwIfAborted();
    }
  }

  #codeOf(exit: Awaited<ReturnType<Host["processes"]["spawn"]>["exit"]>): number {
    return exit.by === "code" ? exit.code : 128;
  }
}

/** Output of a process as text, whatever pieces it came in. */
class TextCollector {
  readonly #decoder = new TextDecoder();
  #text = "";

  add(bytes: Uint8Array): void {
    this.#text += this.#decoder.decode(bytes, { stream: true });
  }
  text(): string {
    return this.#text + this.#decoder.decode();
  }
}

function notStarted(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code !== "ENOENT" && code !== "EACCES") return error;
  const why = code === "ENOENT" ? "executable file not found in $PATH" : "permission denied";
  return Object.assign(
    new StepError(
      `exec: "${path}": ${why}. The docker command line is needed: install it, or say where it is with docker_path.`,
      { code, cause: error },
    ),
    { nothingMade: true },
  );
}

function definedOnly(env: Host["env"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));
}
