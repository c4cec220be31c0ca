import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { generateKeyPair } from "@kiln/communicators";
import type { SshServerSettings } from "../ssh-server/settings.ts";
import { StatusLines } from "./boot/status-lines.ts";
import { systemPath } from "./command.ts";
import { MachineError } from "./machine-error.ts";
import type { MachineShop } from "./machine-shop.ts";

/**
 * A machine's SSH server: a process with this host's Node and files. Where machines have networks of their own it makes one
 * for itself, which the machine then joins: so it can be started, and loaded, before there is a machine.
 */
export class SshProcess {
  private readonly child: ChildProcess;
  private readonly status: StatusLines;
  private address = "";
  private readonly loaded: Promise<string | undefined>;

  constructor(shop: Pick<MachineShop, "network" | "sshServer" | "codeCache">) {
    const enter = shop.network ? ["unshare", "--net", "--"] : [];
    const command = [...enter, "setpriv", "--pdeathsig=KILL", process.execPath, shop.sshServer];
    this.child = spawn(command[0] ?? "", command.slice(1), {
      cwd: "/",
      env: { PATH: systemPath, NODE_COMPILE_CACHE: shop.codeCache },
      detached: true,
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.child.stdin?.on("error", () => undefined);
    this.child.on("error", () => undefined);
    this.status = new StatusLines(this.child.stdout as Readable);
    this.loaded = this.status.next(AbortSignal.timeout(60_000)).catch(() => undefined);
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Where its network namespace is found, once it has made it. */
  async networkPath(signal: AbortSignal): Promise<string> {
    const line = await this.loaded;
    signal.throwIfAborted();
    if (line !== "loaded") throw new MachineError("boot", "the machine's SSH server did not start");
    return `/proc/${this.child.pid}/ns/net`;
  }

  /** Gives it its settings, with which it gets ready. */
  prepare(settings: SshServerSettings): void {
    this.address = settings.address;
    this.child.stdin?.write(`${JSON.stringify(settings)}\n`);
  }

  /** Tells it that the machine is up; resolves when it accepts connections. */
  async untilListening(signal: AbortSignal): Promise<void> {
    this.child.stdin?.write("up\n");
    await this.loaded;
    const line = await this.status.next(signal);
    if (line === "listening") return;
    if (line?.includes("EADDRINUSE")) {
      throw new MachineError(
        "network",
        `something else on this host listens on port 22 of all addresses, so a machine that shares its network cannot have ${this.address}:22. Stop it, or install iproute2 and nftables for a network of the machines' own.`,
      );
    }
    throw new MachineError("boot", `the machine's SSH server did not start: ${line?.slice(0, 500) ?? "it ended"}`);
  }

  /** Resolves once it has ended, and its connections with it. */
  async kill(): Promise<void> {
    if (this.hasEnded || this.child.pid === undefined) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}

/** Ed25519 and ECDSA; made with Node's own generator, since ssh2's now and then writes keys that it cannot read again. */
export async function newHostKeys(): Promise<readonly string[]> {
  const { privateKey: ed25519 } = await generateKeyPair("ed25519", 0, "");
  const { privateKey: ecdsa } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return [ed25519, ecdsa.export({ format: "pem", type: "sec1" }).toString()];
}

/** One SSH server loaded ahead of the machine that will need it, since loading one is most of a boot's time. */
export class SpareSshProcess {
  private readonly shop: ConstructorParameters<typeof SshProcess>[0];
  private spare: SshProcess | undefined;
  private isClosed = false;

  constructor(shop: ConstructorParameters<typeof SshProcess>[0]) {
    this.shop = shop;
  }

  take(): SshProcess {
    const { spare } = this;
    this.spare = undefined;
    return spare && !spare.hasEnded ? spare : new SshProcess(this.shop);
  }

  /** Loads the next one; called when a machine is up and the processor has time. */
  prepare(): void {
    if (!this.isClosed) this.spare ??= new SshProcess(this.shop);
  }

  close(): void {
    this.isClosed = true;
    void this.spare?.kill();
  }
}
