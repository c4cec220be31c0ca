import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quote } from "../ssh-server/enter.ts";
import { attempt, systemPath } from "./command.ts";
import type { NetworkNames } from "./network/host-network.ts";

/** Where running clouds note what they hold, so that the next one can take it away: gone with a reboot, as the things are. */
const owners = "/run/kiln-machines";
const switches = "/run/kiln-machines.forwarding";

/** This process as the holder of machines. A number alone could be another process by the time someone asks. */
export interface Owner {
  /** `PID-STARTTIME`, in file names. */
  readonly name: string;
  /** A directory below `/run` for this process alone. */
  readonly folder: string;
  readonly network: NetworkNames;
}

/** Takes an owner's place. Several may live in one process. */
export function becomeOwner(stateDirectory: string): Owner {
  const identity = `${process.pid}-${startTime(process.pid) ?? 0}`;
  mkdirSync(owners, { recursive: true, mode: 0o711 });
  const count = readdirSync(owners).filter((name) => name.startsWith(`${identity}-`)).length;
  const name = `${identity}-${count}-${Date.now().toString(36)}`;
  const folder = join(owners, name);
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, "state"), stateDirectory);
  const digest = createHash("sha256").update(name).digest();
  const short = digest.toString("hex").slice(0, 8);
  return {
    name,
    folder,
    network: { bridge: `kiln${short}`, table: `kiln_${short}`, switches, seed: digest.readUInt16BE(8) },
  };
}

/** The shell lines that leave nothing of an owner behind, its network's first. */
export function undoLines(
  owner: Owner,
  machines: string,
  network: readonly string[],
  turnBack: (owners: string, switches: string) => readonly string[],
): readonly string[] {
  const folder = quote(machines);
  return [
    ...network,
    // Machines die with their owner, but not in the same instant: what still writes is given a moment.
    `for try in 1 2 3 4 5 6 7 8; do rm -rf ${folder} 2>/dev/null; [ -e ${folder} ] || break; sleep 0.2; done`,
    `rm -rf ${quote(owner.folder)}`,
    ...turnBack(owners, switches),
  ];
}

/**
 * A shell that waits for this process to end, however it ends, and then takes away what it held. Notes the same lines for a
 * later process, should the shell be killed too.
 */
export class Caretaker {
  private readonly child: ChildProcess;

  constructor(owner: Owner, lines: readonly string[]) {
    const script = `cat >/dev/null\n${lines.map((line) => `${line} 2>/dev/null`).join("\n")}\ntrue\n`;
    writeFileSync(join(owner.folder, "undo"), lines.join("\n"), { mode: 0o600 });
    // A session of its own: Ctrl-C in the terminal is for the owner, and the caretaker's work comes after.
    this.child = spawn("sh", ["-c", `trap '' INT TERM HUP\n${script}`], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      env: { PATH: systemPath },
      cwd: "/",
    });
    this.child.unref();
    const { stdin } = this.child;
    if (stdin && "unref" in stdin && typeof stdin.unref === "function") stdin.unref();
  }

  /** Takes everything away now; resolves when it is gone. */
  async finish(): Promise<void> {
    this.child.ref();
    await new Promise<void>((resolve) => {
      this.child.once("exit", () => resolve());
      if (this.child.exitCode !== null || this.child.signalCode !== null) resolve();
      this.child.stdin?.end();
    });
  }
}

/** Takes away what owners left that died without their caretaker. */
export async function sweepDeadOwners(): Promise<void> {
  if (!existsSync(owners)) return;
  for (const name of readdirSync(owners)) {
    const [pid = "", start = ""] = name.split("-");
    if (!/^\d+$/.test(pid) || startTime(Number(pid)) === Number(start)) continue;
    const folder = join(owners, name);
    const undo = join(folder, "undo");
    const lines = existsSync(undo) ? readFileSync(undo, "utf8").split("\n") : [];
    for (const line of lines) await attempt("sh", ["-c", line]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** When a process began, in clock ticks since the machine booted; undefined when there is no such process. */
function startTime(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[19]);
  } catch {
    return undefined;
  }
}
