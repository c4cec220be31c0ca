import { secretsManager } from "@kiln/plugin-amazon";
import { consulKey, vaultSecret } from "@kiln/plugin-core";
import type { Host } from "@kiln/sdk";

/** The secret stores that template functions may ask, each loaded when it is asked. */
export function lookUps(host: Host, signal: AbortSignal) {
  return {
    consul: (key: string): Promise<string> => consulKey(key, host, signal),
    vault: (path: string, key: string): Promise<string> => vaultSecret(path, key, host, signal),
    awsSecret: (name: string, key: string | undefined): Promise<string> => secretsManager.member(name, key, host, signal),
    awsSecretText: (name: string): Promise<string> => secretsManager.text(name, host, signal),
  };
}
