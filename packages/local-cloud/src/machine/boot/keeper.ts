import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { systemPath } from "../command.ts";
import type { ConsoleText } from "../console-text.ts";
import type { Exit } from "../contract.ts";
import { MachineError } from "../machine-error.ts";
import { rebootExit } from "./init-script.ts";
import type { MachineFolder } from "./machine-folder.ts";
import { ownClock } from "./own-clock.ts";
import { StatusLines } from "./status-lines.ts";

/**
 * `unshare`, the parent of a machine's first process on this host. It dies with the process that started it (setpriv), and the
 * machine with it (`--kill-child`): nothing outlives a SIGKILL.
 */
export class Keeper {
  /** Settles once it has ended, and with it every process of the machine. */
  readonly ended: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly status: StatusLines;

  /** `network`: the namespace to join; undefined for the host's. `again`: it was up before, and its disk has a host name. */
  constructor(folder: MachineFolder, network: string | undefined, console: ConsoleText, again: boolean) {
    const join = network === undefined ? [] : ["nsenter", `--net=${network}`, "--"];
    const namespaces = ["--mount", "--uts", "--ipc", "--pid", ...ownClock()];
    const keeping = ["--pdeathsig", "KILL", ...join, "unshare", ...namespaces, "--fork", "--kill-child"];
    this.child = spawn("setpriv", [...keeping, "sh", folder.script, ...(again ? ["again"] : [])], {
      cwd: folder.path,
      env: { PATH: systemPath, LANG: "C.UTF-8" },
      detached: true,
      stdio: ["pipe", console.writable, console.writable, "pipe"],
    });
    this.ended = new Promise((resolve) => {
      // SIGHUP is how the kernel ends a first process whose machine called reboot(2), past the init (`reboot -f` of another tool).
      this.child.once("exit", (code, signal) =>
        resolve(code === rebootExit || signal === "SIGHUP" ? "reboot" : "power-off"),
      );
      this.child.once("error", (error) => {
        console.say(`The machine's namespaces could not be made: ${error.message}`);
        resolve("power-off");
      });
    });
    this.child.stdin?.on("error", () => undefined);
    this.status = new StatusLines(this.child.stdio[3] as Readable);
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The number of the machine's first process on this host, as soon as there is one. */
  async machineProcess(signal: AbortSignal): Promise<number> {
    const line = await this.status.next(signal);
    const number = /^pid (\d+)$/.exec(line ?? "")?.[1];
    if (number === undefined) throw new MachineError("boot", "the machine did not start");
    return Number(number);
  }

  /** Resolves when the root is mounted and the machine's init runs. */
  async untilUp(signal: AbortSignal): Promise<void> {
    if ((await this.status.next(signal)) !== "up") throw new MachineError("boot", "the machine did not come up");
  }

  /** Lets the machine shut itself down. */
  shutDown(): void {
    this.child.stdin?.end();
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }
}
