import { ConnectError, messageOf } from "@kiln/sdk";
import ssh2, { type Client } from "ssh2";
import { type Channel, inside } from "../ssh2-internals.ts";

export interface LinkOptions {
  /** Milliseconds between keep-alives; undefined sends none. */
  readonly keepAlive: number | undefined;
  /** Milliseconds of silence after which the connection counts as lost; undefined is `patience`. */
  readonly silence: number | undefined;
  /** Path of the agent to forward. */
  readonly agent: string | undefined;
}

/** Silence, in spite of keep-alives that ask for an answer, after which nobody is there any more: long enough for a busy machine. */
const patience = 5 * 60_000;

/**
 * One logged-in connection. Session channels are opened ahead of need, so that a command costs one round trip instead of two; at
 * most one waits. A server that refuses the second session gets none opened ahead again.
 */
export class Link implements AsyncDisposable {
  readonly client: Client;
  readonly #onClose: (() => void)[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #options: LinkOptions;
  #ahead: Promise<Channel> | undefined;
  #openAhead = true;
  #lastHeard = Date.now();
  #open = true;

  constructor(client: Client, options: LinkOptions) {
    this.client = client;
    this.#options = options;
    client.on("error", () => {}); // the close that follows says it all
    client.on("close", () => this.#ended());
    inside(client)._sock?.on("data", () => {
      this.#lastHeard = Date.now();
    });
    this.#keepAlive();
  }

  get open(): boolean {
    return this.#open;
  }

  /** Runs once when the connection is gone, at once if it is. */
  onClose(run: () => void): void {
    if (this.#open) this.#onClose.push(run);
    else run();
  }

  /** A session channel without a command: the waiting one, or a new one. Rejects where the server refuses or the connection is gone. */
  async session(): Promise<Channel> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead) {
      const channel = await ahead.catch(() => undefined);
      if (channel && channel.incoming.state === "open") return channel;
    }
    return this.#openSession();
  }

  /** Opens the first session, to learn at once whether the server allows any. Rejects with `ConnectError` (shell). */
  async firstSession(signal: AbortSignal): Promise<void> {
    const stop = (): void => void inside(this.client)._sock?.destroy();
    signal.addEventListener("abort", stop);
    try {
      const first = this.#openSession();
      await first;
      this.#ahead = first;
    } catch (error) {
      signal.throwIfAborted();
      const text = messageOf(error).replace(/^\(SSH\) Channel open failure: ?/, "");
      throw new ConnectError("connect/failed", "shell", `the server refused a session: ${text}`, error);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Opens the next session while the current command runs. */
  prepare(): void {
    if (!this.#openAhead || this.#ahead || !this.#open) return;
    const ahead = this.#openSession();
    this.#ahead = ahead;
    ahead.catch(() => {
      this.#openAhead = false;
      if (this.#ahead === ahead) this.#ahead = undefined;
    });
  }

  /** Never holds the session that somebody else may need: gives the waiting one back. */
  async dropPrepared(): Promise<void> {
    const channel = await this.#ahead?.catch(() => undefined);
    this.#ahead = undefined;
    this.#openAhead = false;
    channel?.close();
  }

  #openSession(): Promise<Channel> {
    return new Promise((resolve, reject) => {
      if (!this.#open) return reject(new Error("the connection is closed"));
      const opened = (error: Error | undefined, channel?: Channel): void => {
        if (error || !channel) return reject(error ?? new Error("no channel"));
        this.#forwardAgent(channel);
        resolve(channel);
      };
      opened.type = "session";
      const { _chanMgr, _protocol } = inside(this.client);
      const id = _chanMgr.add(opened);
      _protocol.session(id, 2 * 1024 * 1024, 32 * 1024);
    });
  }

  /** Once for the whole connection: OpenSSH makes the forwarded agent available to every session after it. */
  #forwardAgent(channel: Channel): void {
    const parts = inside(this.client);
    if (this.#options.agent === undefined || parts._agentFwdEnabled) return;
    parts._agent = ssh2.createAgent(this.#options.agent);
    parts._agentFwdEnabled = true;
    channel._callbacks.push((failed) => {
      if (failed) parts._agentFwdEnabled = false;
    });
    parts._protocol.openssh_agentForward(channel.outgoing.id, true);
  }

  #keepAlive(): void {
    const { keepAlive, silence } = this.#options;
    if (keepAlive !== undefined) {
      const ask = (): void => {
        const parts = inside(this.client);
        parts._callbacks.push(() => {});
        parts._protocol.ping();
      };
      this.#timers.push(setInterval(ask, keepAlive));
    }
    const limit = silence ?? (keepAlive === undefined ? undefined : Math.max(patience, 3 * keepAlive));
    if (limit === undefined) return;
    const check = (): void => {
      if (Date.now() - this.#lastHeard > limit) inside(this.client)._sock?.destroy();
    };
    this.#timers.push(setInterval(check, Math.min(1000, limit / 4)));
  }

  #ended(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const timer of this.#timers) clearInterval(timer);
    for (const run of this.#onClose.splice(0)) run();
  }

  /** Says goodbye and waits until the connection is down, a second at the most. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    await new Promise<void>((resolve) => {
      const late = setTimeout(() => {
        inside(this.client)._sock?.destroy();
        resolve();
      }, 1000);
      this.onClose(() => {
        clearTimeout(late);
        resolve();
      });
      this.client.end();
    });
    this.#ended();
  }
}
