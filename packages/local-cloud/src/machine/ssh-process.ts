import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import type { Readable } from "node:stream";
import { generateKeyPair } from "@kiln/communicators";
import type { SshServerSettings } from "../ssh-server/settings.ts";
import { StatusLines } from "./boot/status-lines.ts";
import { systemPath } from "./command.ts";
import type { ConsoleText } from "./console-text.ts";
import { MachineError } from "./machine-error.ts";
import type { MachineShop } from "./machine-shop.ts";

/** A machine's SSH server: a process with this host's Node and files and the machine's network. */
export class SshProcess {
  private readonly child: ChildProcess;

  constructor(shop: MachineShop, machineProcess: number, console: ConsoleText) {
    const enter = shop.network ? ["nsenter", `--net=/proc/${machineProcess}/ns/net`, "--"] : [];
    const command = [...enter, "setpriv", "--pdeathsig=KILL", process.execPath, shop.sshServer];
    this.child = spawn(command[0] ?? "", command.slice(1), {
      cwd: "/",
      env: { PATH: systemPath, NODE_COMPILE_CACHE: shop.codeCache },
      detached: true,
      stdio: ["pipe", "pipe", console.writable],
    });
    this.child.stdin?.on("error", () => undefined);
    this.child.on("error", () => undefined);
  }

  /** Gives it its settings; resolves when it accepts connections. */
  async untilListening(settings: SshServerSettings, signal: AbortSignal): Promise<void> {
    this.child.stdin?.write(`${JSON.stringify(settings)}\n`);
    const line = await new StatusLines(this.child.stdout as Readable).next(signal);
    if (line === "listening") return;
    if (line?.includes("EADDRINUSE")) {
      throw new MachineError(
        "network",
        `something else on this host listens on port 22 of all addresses, so a machine that shares its network cannot have ${settings.address}:22. Stop it, or install iproute2 and nftables for a network of the machines' own.`,
      );
    }
    throw new MachineError("boot", `the machine's SSH server did not start: ${line?.slice(0, 500) ?? "it ended"}`);
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }
}

/** Ed25519 and ECDSA; made with Node's own generator, since ssh2's now and then writes keys that it cannot read again. */
export async function newHostKeys(): Promise<readonly string[]> {
  const { privateKey: ed25519 } = await generateKeyPair("ed25519", 0, "");
  const { privateKey: ecdsa } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return [ed25519, ecdsa.export({ format: "pem", type: "sec1" }).toString()];
}
