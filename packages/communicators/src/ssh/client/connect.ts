import type { Communicator, ConnectAccess, ConnectTarget } from "@kiln/sdk";
import { ConnectError, messageOf } from "@kiln/sdk";
import { type SshSettings, sshSettings } from "../settings.ts";
import { SshCommunicator } from "./communicator.ts";
import { agentPath, bastionMethods, reachableAgent, targetMethods } from "./credentials.ts";
import { Link } from "./link.ts";
import { login } from "./login.ts";
import type { LoginMethod } from "./login-methods.ts";
import { type Attempt, LocalProblem, reach } from "./reach.ts";
import { failureReport } from "./report.ts";
import { handshakeTimeout, Route } from "./route.ts";
import { openLocalTunnels, openRemoteTunnels } from "./tunnels.ts";

/** Milliseconds that a reconnection may take to get an answer on TCP. */
const reconnectDial = 15_000;

/** Waits for the machine and logs in. Rejects with `ConnectError`, or the signal's reason. */
export async function connectSsh(target: ConnectTarget, access: ConnectAccess): Promise<Communicator> {
  const settings = sshSettings(target.config);
  for (const secret of [target.config.ssh_password, target.password, target.config.ssh_bastion_password]) {
    if (secret && secret !== target.config.ssh_username) access.secrets.add(secret);
  }
  const methods = await localStep(settings, () => targetMethods(settings, target, access));
  const bastion = settings.bastion;
  const jumps = bastion ? await localStep(settings, () => bastionMethods(bastion, access)) : [];
  const route = new Route(settings, jumps);
  const connector = new LinkMaker(settings, target, access, route);
  try {
    const link = await reach(settings, access, connector.attempt(methods));
    const agentKeys = settings.forwardAgent && !settings.agentAuth ? reachableAgent : undefined;
    const communicator = new SshCommunicator(settings, access, link, async (signal) => {
      const further = agentKeys ? await agentKeys(access) : [];
      const all = withIdentities(
        methods,
        further.map((identity) => ({ kind: "identity", identity })),
      );
      return connector.attempt(all)(signal, reconnectDial, unwatched);
    });
    communicator.own({ [Symbol.asyncDispose]: async () => route[Symbol.dispose]() });
    try {
      for (const tunnel of await openLocalTunnels(settings.localTunnels, () => communicator.link(access.signal))) {
        communicator.own(tunnel);
      }
    } catch (error) {
      await communicator[Symbol.asyncDispose]();
      throw error;
    }
    return communicator;
  } catch (error) {
    route[Symbol.dispose]();
    throw error;
  }
}

class LinkMaker {
  readonly #settings: SshSettings;
  readonly #target: ConnectTarget;
  readonly #access: ConnectAccess;
  readonly #route: Route;

  constructor(settings: SshSettings, target: ConnectTarget, access: ConnectAccess, route: Route) {
    this.#settings = settings;
    this.#target = target;
    this.#access = access;
    this.#route = route;
  }

  /** Asks for the address, connects, logs in, opens the first session and the tunnels of the machine. */
  attempt(methods: readonly LoginMethod[]): Attempt<Link> {
    return async (signal, dialTimeout, on) => {
      const settings = this.#settings;
      const address = await this.#address(signal);
      on.address(address);
      const socket = await this.#route.open(address, dialTimeout, signal);
      on.dialled();
      const { username, ciphers, keyExchanges } = settings;
      const request = { username, methods, ciphers, keyExchanges, timeout: handshakeTimeout, onBanner: on.banner };
      const client = await login(socket, request, signal);
      const agent = settings.forwardAgent ? agentPath(this.#access) : undefined;
      const link = new Link(client, { keepAlive: settings.keepAlive, silence: settings.silence, agent });
      try {
        await link.firstSession(signal);
        await openRemoteTunnels(settings.remoteTunnels, link);
        return link;
      } catch (error) {
        await link[Symbol.asyncDispose]();
        signal.throwIfAborted();
        throw error;
      }
    };
  }

  async #address(signal: AbortSignal): Promise<{ readonly host: string; readonly port: number }> {
    try {
      return await this.#target.address(signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new ConnectError("connect/failed", "resolve", `the address is not known: ${messageOf(error)}`, error);
    }
  }
}

const unwatched = { address: () => {}, dialled: () => {}, banner: () => {} };

/** Keys go before passwords. */
function withIdentities(methods: readonly LoginMethod[], further: readonly LoginMethod[]): readonly LoginMethod[] {
  const keys = methods.filter(({ kind }) => kind === "identity");
  return [...keys, ...further, ...methods.filter(({ kind }) => kind !== "identity")];
}

/** What fails before anything is dialled, fails at once and for good, in the words of every other failure. */
async function localStep<T>(settings: SshSettings, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const local = new LocalProblem(error.code, error.stage, error.message, error.cause);
    throw failureReport({ error: local, address: undefined, attempts: 0, waited: 0, settings });
  }
}
