import { rawSecret, secret } from "@kiln/plugin-amazon";
import { secretStores } from "@kiln/plugin-core";
import type { Host } from "@kiln/sdk";

/** The secret stores that template functions may ask; what they need is loaded when one is asked. */
export interface LookUps {
  consul(key: string): Promise<string>;
  vault(path: string, key: string): Promise<string>;
  vaultMembers(path: string): Promise<Readonly<Record<string, unknown>>>;
  awsSecret(name: string, key: string | undefined): Promise<string>;
  awsSecretText(name: string): Promise<string>;
}

export function lookUps(host: Host, signal: AbortSignal): LookUps {
  return {
    consul: async (key) => (await secretStores.consul()).consulKey(key, host, signal),
    vault: async (path, key) => (await secretStores.vault()).vaultSecret(path, key, host, signal),
    vaultMembers: async (path) => (await secretStores.vault()).vaultMembers(path, host, signal),
    awsSecret: (name, key) => secret(name, key ?? null, host, { signal }),
    awsSecretText: (name) => rawSecret(name, host, { signal }),
  };
}
