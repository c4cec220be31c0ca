import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { systemPath } from "../../machine/command.ts";
import type { MachineMessage } from "./settings.ts";

/** The process that is a Windows stand-in. It dies with the one that started it. */
export class WindowsProcess {
  /** Settles once it has ended. */
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;
  private readonly listeners = new Set<(message: MachineMessage) => void>();
  private readonly seen = new Map<MachineMessage["is"], MachineMessage>();
  private hasEnded = false;

  constructor(options: { readonly program: string; readonly codeCache: string; readonly ownNetwork: boolean }) {
    const command = [
      ...(options.ownNetwork ? ["unshare", "--net", "--"] : []),
      "setpriv",
      "--pdeathsig=KILL",
      process.execPath,
      options.program,
    ];
    this.child = spawn(command[0] ?? "", command.slice(1), {
      cwd: "/",
      env: { PATH: systemPath, NODE_COMPILE_CACHE: options.codeCache },
      detached: true,
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.child.stdin?.on("error", () => undefined);
    this.child.stdout?.on("error", () => undefined);
    this.ended = new Promise<void>((resolve) => {
      const over = (): void => {
        this.hasEnded = true;
        resolve();
        for (const listener of this.listeners) listener({ is: "failed", reason: "its process ended" });
      };
      this.child.once("exit", over);
      this.child.once("error", over);
    });
    if (this.child.stdout) createInterface({ input: this.child.stdout }).on("line", (line) => this.hear(line));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }
  onMessage(listener: (message: MachineMessage) => void): void {
    this.listeners.add(listener);
  }
  tell(line: string): void {
    // Asked anew: what was said before does not count.
    this.seen.delete("flushed");
    this.child.stdin?.write(`${line}\n`);
  }
  kill(): void {
    this.child.kill("SIGKILL");
  }

  /** Resolves when it says so. Throws when it says that it failed, ends, or the signal's reason. */
  async until(wanted: MachineMessage["is"], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.seen.has(wanted)) return;
    if (this.hasEnded) throw new Error("its process ended");
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        this.listeners.delete(heard);
        signal.removeEventListener("abort", aborted);
      };
      const aborted = (): void => {
        done();
        reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
      };
      const heard = (message: MachineMessage): void => {
        if (message.is !== wanted && message.is !== "failed") return;
        done();
        if (message.is === "failed") reject(new Error(message.reason));
        else resolve();
      };
      this.listeners.add(heard);
      signal.addEventListener("abort", aborted, { once: true });
    });
  }

  private hear(line: string): void {
    let message: MachineMessage;
    try {
      message = JSON.parse(line) as MachineMessage;
    } catch {
      return;
    }
    this.seen.set(message.is, message);
    for (const listener of [...this.listeners]) listener(message);
    // It has switched itself off.
    if (message.is === "off") this.child.kill("SIGKILL");
  }
}
