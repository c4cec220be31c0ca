import type { OutputChunk } from "@kiln/sdk";
import { MarkerStream } from "./marker-stream.ts";
import { bootstrap, program } from "./one-exec-program.ts";
import { type MachineAccess, type ScriptEnd, type ScriptRun, StartError, unreachablePath } from "./script-run.ts";

/** Output seen before the script runs is held back, up to this many bytes: a login message, or why it could not run. */
const mostHeld = 64 * 1024;
/** The environment file is read byte by byte on the machine. */
const largestEnvFile = 64 * 1024;

/** Not these: they have no POSIX shell, or run nothing at all. */
const unsuitableKinds: ReadonlySet<string> = new Set(["winrm", "none", "mock", "dockerWindowsContainer"]);

/** Whether it is worth trying. A machine may still turn out not to have a POSIX shell or to insist on a terminal. */
export function mayRunInOneExec(run: ScriptRun, access: MachineAccess): boolean {
  return !unsuitableKinds.has(access.communicator.kind) && (run.envFile?.content.length ?? 0) <= largestEnvFile;
}

/**
 * Sends the script, runs it and removes it in a single exec. Undefined where the machine's shell did not understand: then nothing was
 * run. Rejects with StartError where the script could not be put into place.
 */
export async function runInOneExec(
  run: ScriptRun,
  access: MachineAccess,
  token: string,
): Promise<ScriptEnd | undefined> {
  const text = Buffer.from(
    program({
      token,
      remotePath: run.remotePath,
      scriptSize: run.size,
      ...(run.envFile && { envFile: { path: run.envFile.path, size: run.envFile.content.length } }),
      command: run.command,
      userShell: access.communicator.kind === "ssh",
      cleanAfter: run.cleanAfter,
      removeEnvFile: run.removeEnvFile,
    }),
  );
  const conversation = new Conversation(token, access.onOutput);
  const { exit } = await access.communicator.exec(bootstrap(text.length), {
    signal: access.signal,
    stdin: input(text, run),
    onOutput: conversation.onOutput,
  });
  conversation.end();
  if (conversation.ready) return { exit: conversation.exit ?? exit, cleaned: conversation.cleaned };
  if (exit === "disconnected") throw new StartError("Error uploading script: the connection was lost");
  if (conversation.closed) throw unreachablePath("script", conversation.complaint(run.remotePath));
  if (conversation.refused) throw new StartError(`Error uploading script: ${conversation.complaint(run.remotePath)}`);
  return undefined;
}

async function* input(text: Uint8Array, run: ScriptRun): AsyncGenerator<Uint8Array> {
  yield text;
  if (run.envFile) yield run.envFile.content;
  yield* run.content();
}

/** What the program said, told apart from what the script says. */
class Conversation {
  ready = false;
  refused = false;
  closed = false;
  cleaned = false;
  exit: number | undefined;
  readonly #show: (chunk: OutputChunk) => void;
  readonly #streams: Readonly<Record<OutputChunk["stream"], MarkerStream>>;
  readonly #held: OutputChunk[] = [];
  #heldBytes = 0;

  constructor(token: string, show: (chunk: OutputChunk) => void) {
    this.#show = show;
    const stream = (name: OutputChunk["stream"]): MarkerStream =>
      new MarkerStream(
        token,
        (bytes) => this.#text({ stream: name, bytes }),
        (message) => this.#message(message),
      );
    this.#streams = { stdout: stream("stdout"), stderr: stream("stderr") };
  }

  readonly onOutput = ({ stream, bytes }: OutputChunk): void => this.#streams[stream].push(bytes);

  end(): void {
    this.#streams.stdout.end();
    this.#streams.stderr.end();
  }

  /** The last thing said while the script was being put into place. */
  complaint(path: string): string {
    const text = Buffer.concat(this.#held.map((chunk) => chunk.bytes)).toString("utf8");
    return text.trim().split(/\r?\n/).at(-1)?.trim() || `the machine did not take ${path}`;
  }

  #text(chunk: OutputChunk): void {
    if (this.ready) this.#show(chunk);
    else if (this.#heldBytes < mostHeld) {
      this.#heldBytes += chunk.bytes.length;
      this.#held.push(chunk);
    }
  }

  #message(message: string): void {
    if (message === "ready") {
      this.ready = true;
      for (const chunk of this.#held.splice(0)) this.#show(chunk);
    } else if (message === "refused") this.refused = true;
    else if (message === "closed") this.closed = true;
    else if (message === "clean") this.cleaned = true;
    else if (message.startsWith("exit=")) this.exit = Number(message.slice("exit=".length));
  }
}
