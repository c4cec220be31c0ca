import { spawn } from "node:child_process";
import { MachineError } from "./machine-error.ts";

/** How to run a program of this host. */
export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** More names to end up in the program's environment; it starts with `PATH` and the C locale alone. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Where system programs are, whatever the caller's own `PATH` leaves out. */
export const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Runs a program to its end and returns what it printed. Throws MachineError with its error output when it fails. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      env: { PATH: systemPath, LC_ALL: "C", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(options.signal && { signal: options.signal, killSignal: "SIGKILL" as const }),
    });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.once("error", (error) => reject(options.signal?.aborted ? error : missing(program, error)));
    child.once("close", (code, signal) => {
      if (code === 0) return resolve(output);
      const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
      const line = [program, ...args].join(" ");
      reject(new MachineError("command", `"${line.slice(0, 300)}" ${how}: ${errors.trim() || output.trim()}`));
    });
  });
}

/** Like `run`, for undoing things: a failure is what was hoped for already. */
export async function attempt(program: string, args: readonly string[], options: RunOptions = {}): Promise<boolean> {
  try {
    await run(program, args, options);
    return true;
  } catch {
    return false;
  }
}

function missing(program: string, cause: Error): MachineError {
  const isMissing = "code" in cause && cause.code === "ENOENT";
  const message = isMissing
    ? `"${program}" is not installed on this host`
    : `"${program}" did not start: ${cause.message}`;
  return new MachineError("missing-tool", message, cause);
}
