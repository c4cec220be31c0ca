import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..");

let built = false;
/** The bundled command line, as it ships; built once per worker when something changed. */
export function kilnBinary(): string {
  const launcher = join(root, "kiln");
  if (!built) execFileSync(launcher, ["version"], { stdio: "ignore" });
  built = true;
  return launcher;
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Sees standard output as it grows; may kill the process. */
  readonly onOutput?: (soFar: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs a program to its end, output collected; standard input is empty. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolveRun, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, CHECKPOINT_DISABLE: "1", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      options.onOutput?.(stdout, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code, signal) => resolveRun({ code, signal, stdout, stderr }));
    child.stdin.end(options.input ?? "");
  });
}

/** Kiln with state of its own, so that suites do not meet. */
export class KilnBed implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "kiln-test-"));
  readonly state = join(this.folder, "state");

  run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run(kilnBinary(), args, { ...options, env: { KILN_STATE_DIR: this.state, ...options.env } });
  }
  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
