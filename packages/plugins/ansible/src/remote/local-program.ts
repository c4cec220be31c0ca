import { codeOf, type Host, LineSplitter, messageOf, type ProcessExit, type RunContext } from "@kiln/sdk";

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** Set besides what this process has. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program of this host to its end; each line it prints goes to `onLine`. Rejects with Go's words for a program that is not there. */
export async function runProgram(
  ctx: Pick<RunContext, "host" | "signal" | "runUuid">,
  program: Program,
  onLine: (line: string) => void,
): Promise<ProcessExit> {
  const { host, signal } = ctx;
  const child = host.processes.spawn(program.file, program.args, {
    signal,
    cwd: host.cwd,
    env: { ...environmentOf(host), PACKER_RUN_UUID: ctx.runUuid, ...program.env },
  });
  const lines = { stdout: new LineSplitter(onLine), stderr: new LineSplitter(onLine) };
  try {
    for await (const { stream, bytes } of child.output) lines[stream].push(bytes);
    lines.stdout.end();
    lines.stderr.end();
    const exit = await child.exit;
    signal.throwIfAborted();
    return exit;
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(whyNotStarted(program.file, error), { cause: error });
  }
}

function whyNotStarted(file: string, error: unknown): string {
  if (codeOf(error) !== "ENOENT") return messageOf(error);
  return file.includes("/")
    ? `fork/exec ${file}: no such file or directory`
    : `exec: "${file}": executable file not found in $PATH`;
}

function environmentOf(host: Pick<Host, "env">): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(host.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** As Go prints how a process ended: `exit status 2`. */
export function exitText(exit: ProcessExit): string {
  return exit.by === "code" ? `exit status ${exit.code}` : `signal: ${exit.signal}`;
}
