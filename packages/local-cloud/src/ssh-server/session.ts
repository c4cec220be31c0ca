import { statSync } from "node:fs";
import type { Connection, ServerChannel, Session } from "ssh2";
import type { Account } from "./accounts.ts";
import { forwardAgent } from "./agent-socket.ts";
import { ChannelPump } from "./channel-pump.ts";
import { hasEnded, type RunningCommand, signalCommand, startCommand } from "./exec.ts";
import type { FileWorkers } from "./file-worker.ts";
import { parseScp, type ScpOptions } from "./files/scp-options.ts";
import { type Ends, loginEnvironment } from "./login-environment.ts";
import { isGone } from "./machine-end.ts";
import type { PipePool } from "./pipe-pool.ts";
import type { SshServerSettings } from "./settings.ts";
import { onTerminal, resize, type Terminal } from "./terminal.ts";
import type { TreeView } from "./tree-view.ts";

/** What all sessions of one server share. */
export interface SessionShop {
  readonly settings: SshServerSettings;
  readonly tree: TreeView;
  readonly pipes: PipePool;
  readonly workers: FileWorkers;
}

/** Who logged in over which connection. */
export interface Login {
  readonly connection: Connection;
  readonly account: Account;
  readonly ends: Ends;
  readonly forcedCommand?: string;
  /** Ends all connections of the machine at once, without a word. */
  readonly drop: () => void;
}

/** Serves one session channel: a command, a shell, or files. */
export function serveSession(shop: SessionShop, login: Login, session: Session): void {
  new SessionServer(shop, login, session).listen();
}

class SessionServer {
  private readonly shop: SessionShop;
  private readonly login: Login;
  private readonly session: Session;
  private readonly sent = new Map<string, string>();
  private terminal: Terminal | undefined;
  /** What the client asked for where its key forces another command. */
  private original: string | undefined;
  private agent: { readonly path: string; readonly close: () => void } | undefined;
  private running: RunningCommand | undefined;

  constructor(shop: SessionShop, login: Login, session: Session) {
    this.shop = shop;
    this.login = login;
    this.session = session;
  }

  listen(): void {
    const { session, login } = this;
    session.on("env", (accept, _reject, info) => {
      this.sent.set(info.key, info.val);
      accept?.();
    });
    session.on("pty", (accept, _reject, info) => {
      // The published types leave out the terminal's kind's real name on the wire.
      this.terminal = { kind: info.term || "xterm", rows: info.rows, columns: info.cols };
      accept?.();
    });
    session.on("window-change", (accept, _reject, info) => {
      this.terminal = { kind: this.terminal?.kind ?? "xterm", rows: info.rows, columns: info.cols };
      const process = this.running?.process.pid;
      if (process !== undefined) resize(this.shop.settings.machineProcess, process, this.terminal);
      accept?.();
    });
    session.on("signal", (accept, _reject, info) => {
      if (this.running) signalCommand(this.running, `SIG${info.name}` as NodeJS.Signals);
      accept?.();
    });
    session.on("auth-agent", (accept) => {
      this.agent ??= forwardAgent(login.connection, this.shop.tree, login.account);
      accept?.();
    });
    session.on("shell", (accept) => this.start(accept(), login.forcedCommand));
    session.on("exec", (accept, _reject, info) => {
      if (login.forcedCommand !== undefined) this.original = info.command;
      this.start(accept(), login.forcedCommand ?? info.command);
    });
    session.on("subsystem", (accept, reject, info) => {
      if (info.name === "sftp" && login.forcedCommand === undefined) {
        const channel = accept();
        this.files(channel).catch((error: unknown) => fail(channel, error));
      } else reject?.();
    });
    session.on("close", () => this.agent?.close());
  }

  private start(channel: ServerChannel, command: string | undefined): void {
    const scp = command === undefined || this.terminal ? undefined : parseScp(command);
    if (scp) this.files(channel, scp).catch((error: unknown) => fail(channel, error));
    else this.command(channel, command).catch((error: unknown) => fail(channel, error));
  }

  private async command(channel: ServerChannel, command: string | undefined): Promise<void> {
    const { account } = this.login;
    const shell = [account.shell, ...(command === undefined ? ["-l"] : ["-c", command])];
    const program = this.terminal ? onTerminal(this.terminal, account.shell, shell) : shell;
    const { settings, tree, pipes } = this.shop;
    const environment = {
      ...loginEnvironment(tree, account, this.login.ends, settings.environment, this.sent),
      ...(this.terminal && { TERM: this.terminal.kind }),
      ...(this.original !== undefined && { SSH_ORIGINAL_COMMAND: this.original }),
      ...(this.agent && { SSH_AUTH_SOCK: this.agent.path }),
    };
    const workingDirectory = isDirectory(tree, account.home) ? tree.real(account.home) : "/";
    const order = { machineProcess: settings.machineProcess, account, workingDirectory, environment, program };
    const running = await startCommand(order, pipes);
    this.running = running;
    // A terminal hangs up; a command without one notices by its streams, as it does under sshd.
    // `script` heeds SIGTERM alone; the terminal that ends with it hangs up on everything else.
    if (this.terminal) channel.once("close", () => signalCommand(running, "SIGTERM"));
    await this.carry(channel, running);
  }

  private async files(channel: ServerChannel, scp?: ScpOptions): Promise<void> {
    const { uid, gid, groups, home } = this.login.account;
    const root = this.shop.tree.root;
    const worker = await this.shop.workers.take({ root, uid, gid, groups, home, ...(scp && { scp }) });
    channel.once("close", () => worker.process.kill("SIGKILL"));
    await this.carry(channel, worker);
  }

  /** Joins a program's streams and end to the channel's. */
  private async carry(channel: ServerChannel, running: RunningCommand): Promise<void> {
    channel.on("error", () => undefined);
    channel.pipe(running.input);
    channel.once("close", () => running.input.destroy());
    const pump = new ChannelPump(channel);
    const carried = Promise.all([pump.carry(running.output, channel), pump.carry(running.errors, channel.stderr)]);
    const ended = await endOf(running);
    // No machine is left to say how its commands ended: the connection breaks off.
    if (isGone(this.shop.settings.machineProcess)) return this.login.drop();
    // Exit first and the rest of the output after it, as sshd does: a daemon that kept the streams keeps the channel.
    if (typeof ended === "number") channel.exit(ended);
    else channel.exit(ended.signal.replace(/^SIG/, ""), false, "");
    await carried;
    channel.end();
  }
}

function endOf(running: RunningCommand): Promise<number | { readonly signal: string }> {
  return new Promise((resolve, reject) => {
    const end = (code: number | null, signal: NodeJS.Signals | null): void =>
      resolve(signal ? { signal } : (code ?? 255));
    if (hasEnded(running)) return end(running.process.exitCode, running.process.signalCode);
    running.process.once("error", reject);
    running.process.once("exit", end);
  });
}

function isDirectory(tree: TreeView, path: string): boolean {
  return statSync(tree.resolve(path), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function fail(channel: ServerChannel, error: unknown): void {
  channel.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  channel.exit(255);
  channel.end();
}
