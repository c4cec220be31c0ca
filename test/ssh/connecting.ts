import { connectors } from "@kiln/communicators";
import { nodeHost } from "@kiln/host-node";
import type { Communicator, ConnectAccess, ConnectConfig, ConnectTarget, KeyPair } from "@kiln/sdk";
import { FakeUi } from "@kiln/sdk/testing";

export interface Access extends ConnectAccess {
  readonly ui: FakeUi;
  readonly masked: string[];
}

/** The real host with recorded lines; `env` replaces the environment. */
export function access(env: Readonly<Record<string, string>> = {}, signal = AbortSignal.timeout(60_000)): Access {
  const masked: string[] = [];
  const host = nodeHost(env);
  return { host, ui: new FakeUi(), signal, masked, secrets: { add: (value) => void masked.push(value) } };
}

export function target(
  port: number,
  config: Partial<ConnectConfig>,
  more: { readonly host?: string; readonly generatedKey?: KeyPair } = {},
): ConnectTarget {
  return {
    config: { communicator: "ssh", ...config } as ConnectConfig,
    address: async () => ({ host: more.host ?? "127.0.0.1", port }),
    ...(more.generatedKey && { generatedKey: more.generatedKey }),
  };
}

export async function connectTo(
  port: number,
  config: Partial<ConnectConfig>,
  to: Access = access(),
): Promise<Communicator> {
  const ssh = await connectors.ssh();
  return ssh.connect(target(port, config), to);
}

export async function output(communicator: Communicator, command: string): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  await communicator.exec(command, {
    signal: AbortSignal.timeout(20_000),
    onOutput: ({ bytes }) => {
      text += decoder.decode(bytes, { stream: true });
    },
  });
  return text;
}
