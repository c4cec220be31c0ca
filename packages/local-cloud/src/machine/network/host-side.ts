import type { GuestNetwork } from "../base/guest-kit.ts";
import { attempt } from "../command.ts";
import type { MachineSpec } from "../contract.ts";
import { MachineError } from "../machine-error.ts";
import { isInstalled } from "../requirements.ts";
import { createHostNetwork, type HostNetwork, type NetworkNames } from "./host-network.ts";
import { startMetadataServer } from "./metadata-server.ts";
import { hostProxies, hostResolvers, loopbackProxy } from "./name-resolution.ts";
import { relayNames, relayTcp } from "./relay.ts";

/** The machines' surroundings on this host. */
export interface HostSide {
  readonly network: HostNetwork | undefined;
  readonly addressPrefix: string;
  readonly guest: GuestNetwork;
  readonly notes: readonly string[];
  /** Ends the servers of this process; the interfaces are the caretaker's. */
  close(): Promise<void>;
}

type Find = (address: string) => Pick<MachineSpec, "metadata" | "metadataOptions"> | undefined;

/** Sets up a network of the machines' own where it can, with the metadata service and relays for what only loopback has. */
export async function hostSide(
  wanted: "auto" | "own" | "host",
  names: NetworkNames,
  environment: Readonly<Record<string, string | undefined>>,
  find: Find,
  signal: AbortSignal,
): Promise<HostSide> {
  if (wanted === "host") return sharedNetwork(names, environment, "as asked");
  const lacking = lackingTools();
  try {
    if (lacking !== undefined) throw new MachineError("missing-tool", lacking);
    const network = await createHostNetwork(names, signal);
    return await ownNetwork(network, environment, find).catch(async (error: unknown) => {
      for (const line of network.undo) await attempt("sh", ["-c", line]);
      throw error;
    });
  } catch (error) {
    signal.throwIfAborted();
    if (wanted === "own") throw error;
    return sharedNetwork(names, environment, error instanceof Error ? error.message : String(error));
  }
}

function lackingTools(): string | undefined {
  if (!isInstalled("ip")) return 'this host lacks "ip" (package iproute2 or iproute)';
  if (!isInstalled("nft") && !isInstalled("iptables")) return 'this host lacks both "nft" and "iptables"';
  return undefined;
}

function sharedNetwork(
  names: NetworkNames,
  environment: Readonly<Record<string, string | undefined>>,
  why: string,
): HostSide {
  const { nameServers, searchDomains, local } = hostResolvers();
  const note = `machines share this host's network (${why}): two of them cannot listen on the same port, and there is no metadata service`;
  return {
    network: undefined,
    addressPrefix: `127.${100 + (names.seed & 63)}.${(names.seed >> 6) & 255}`,
    guest: { nameServers: [...local, ...nameServers], searchDomains, proxies: hostProxies(environment) },
    notes: [note],
    close: async () => undefined,
  };
}

async function ownNetwork(
  network: HostNetwork,
  environment: Readonly<Record<string, string | undefined>>,
  find: Find,
): Promise<HostSide> {
  const { gateway, prefix } = network.subnet;
  await using servers = new AsyncDisposableStack();
  const metadata = servers.use(await startMetadataServer(gateway, find));
  await network.serveMetadata(metadata.port);
  const { nameServers, searchDomains, local } = hostResolvers();
  const [relayed] = local;
  if (relayed !== undefined) {
    const [listen, to] = [
      { host: gateway, port: 53 },
      { host: relayed, port: 53 },
    ];
    servers.use(await relayNames(listen, to));
    servers.use(await relayTcp(listen, to));
  }
  const proxies: Record<string, string> = {};
  for (const [name, value] of Object.entries(hostProxies(environment))) {
    const to = /^no_proxy$/i.test(name) ? undefined : loopbackProxy(value);
    const relay = to && servers.use(await relayTcp({ host: gateway, port: 0 }, to));
    proxies[name] =
      to && relay ? value.replace(/(localhost|127\.\d+\.\d+\.\d+|\[::1\]):\d+/, `${gateway}:${relay.port}`) : value;
  }
  const held = servers.move();
  return {
    network,
    addressPrefix: prefix,
    guest: { nameServers: relayed === undefined ? nameServers : [gateway], searchDomains, proxies },
    notes: [],
    close: () => held.disposeAsync(),
  };
}
