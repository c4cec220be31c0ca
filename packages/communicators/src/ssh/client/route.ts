import type { Duplex } from "node:stream";
import { ConnectError, messageOf } from "@kiln/sdk";
import type { Client } from "ssh2";
import type { SshSettings } from "../settings.ts";
import { type Address, where } from "./address.ts";
import { dial } from "./dial.ts";
import { LoginError, login } from "./login.ts";
import type { LoginMethod } from "./login-methods.ts";

export const handshakeTimeout = 60_000;

/** The way to a machine: straight, through a proxy, or through a bastion whose connection serves every attempt. */
export class Route implements Disposable {
  readonly #settings: SshSettings;
  readonly #bastionMethods: readonly LoginMethod[];
  #bastion: Promise<Client> | undefined;

  constructor(settings: SshSettings, bastionMethods: readonly LoginMethod[]) {
    this.#settings = settings;
    this.#bastionMethods = bastionMethods;
  }

  /** A fresh byte stream to the address. */
  async open(to: Address, timeout: number, signal: AbortSignal): Promise<Duplex> {
    if (!this.#settings.bastion) return dial(to, this.#settings.proxy, timeout, signal);
    const bastion = await this.#throughBastion(signal);
    return forward(bastion, to, timeout, signal);
  }

  [Symbol.dispose](): void {
    const bastion = this.#bastion;
    this.#bastion = undefined;
    bastion?.then((client) => client.end()).catch(() => {});
  }

  async #throughBastion(signal: AbortSignal): Promise<Client> {
    const { bastion } = this.#settings;
    if (!bastion) throw new Error("no bastion");
    if (this.#bastion) return this.#bastion;
    const connect = async (): Promise<Client> => {
      const socket = await dial(bastion, undefined, 15_000, signal);
      const { ciphers, keyExchanges } = this.#settings;
      const methods = this.#bastionMethods;
      return login(
        socket,
        { username: bastion.username, methods, ciphers, keyExchanges, timeout: handshakeTimeout },
        signal,
      );
    };
    const connecting = connect();
    this.#bastion = connecting;
    const forget = (): void => {
      if (this.#bastion === connecting) this.#bastion = undefined;
    };
    try {
      const client = await connecting;
      client.on("error", () => {});
      client.on("close", forget);
      return client;
    } catch (error) {
      forget();
      signal.throwIfAborted();
      throw atBastion(error, `bastion ${bastion.username}@${where(bastion)}`);
    }
  }
}

function atBastion(error: unknown, name: string): ConnectError {
  const code = error instanceof ConnectError ? error.code : "connect/failed";
  const message = `${name}: ${messageOf(error)}`;
  const { tried, server } = error instanceof LoginError ? error : { tried: [], server: undefined };
  return new LoginError(code, "bastion", message, tried, server, error);
}

function forward(bastion: Client, to: Address, timeout: number, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let over = false;
    const end = (error: Error | undefined, stream?: Duplex): void => {
      if (over) return void stream?.destroy();
      over = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      if (error) reject(error);
      else if (stream) resolve(stream);
    };
    const stop = (): void => end(signal.reason as Error);
    const timer = setTimeout(() => {
      end(
        new ConnectError("connect/failed", "tcp", `${where(to)} did not answer the bastion within ${timeout / 1000} s`),
      );
    }, timeout);
    signal.addEventListener("abort", stop);
    bastion.forwardOut("127.0.0.1", 0, to.host, to.port, (error, stream) => {
      if (!error) return end(undefined, stream);
      const text = messageOf(error).replace(/^\(SSH\) Channel open failure: ?/, "");
      end(new ConnectError("connect/failed", "tcp", `the bastion could not connect to ${where(to)}: ${text}`, error));
    });
  });
}
