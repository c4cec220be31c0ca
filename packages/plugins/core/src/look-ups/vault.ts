import { isJsonObject, StepError } from "@kiln/sdk";
import { readVault, type VaultHost } from "@kiln/sdk/secret-stores";

/**
 * One member of a Vault secret: KV version 2 where the answer has a `data` object, else version 1. Rejects with what a person should
 * know. Source: Packer's `vault` template function.
 */
export async function vaultSecret(path: string, key: string, host: VaultHost, signal: AbortSignal): Promise<string> {
  return memberOf(await vaultMembers(path, host, signal), path, key);
}

/** All members of a Vault secret, as its engine gives them. Needs VAULT_TOKEN; the rest of Vault's environment is honoured. */
export async function vaultMembers(
  path: string,
  host: VaultHost,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  if (!host.env.VAULT_TOKEN)
    throw new StepError("Must set VAULT_TOKEN env var in order to use vault template function", {
      code: "vault/no-token",
    });
  const encoded = path.replace(/^\/+/, "").split("/").map(encodeURIComponent).join("/");
  const { status, body, complaint } = await readVault(encoded, host, signal);
  if (status === 404)
    throw new StepError(`Vault Secret does not exist at the given path: ${path}`, { code: "vault/no-secret" });
  if (complaint) throw new StepError(`Error reading vault secret: ${complaint}`, { code: "vault/refused" });
  const secret = body.data;
  if (!isJsonObject(secret)) {
    const words = Array.isArray(body.warnings) ? body.warnings.join("; ") : "";
    throw new StepError(`Vault data was empty at the given path. Warnings: ${words}`, { code: "vault/empty" });
  }
  return secret;
}

function memberOf(secret: Readonly<Record<string, unknown>>, path: string, key: string): string {
  const value = (isJsonObject(secret.data) ? secret.data : secret)[key];
  if (value === undefined || value === null)
    throw new StepError(`Vault path does not contain the requested key: ${path} has no ${key}`, {
      code: "vault/no-key",
    });
  return typeof value === "string" ? value : JSON.stringify(value);
}
