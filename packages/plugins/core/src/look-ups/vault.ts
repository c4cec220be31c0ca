import { type PrepareHost, StepError } from "@kiln/sdk";

type VaultHost = Pick<PrepareHost, "env" | "http">;

/**
 * One member of a Vault secret: KV version 2 where the answer has a `data` object, else version 1. Rejects with what a person should
 * know. Source: Packer's `vault` template function.
 */
export async function vaultSecret(path: string, key: string, host: VaultHost, signal: AbortSignal): Promise<string> {
  return memberOf(await vaultMembers(path, host, signal), path, key);
}

/** All members of a Vault secret, as its engine gives them. Needs VAULT_TOKEN; VAULT_ADDR and VAULT_NAMESPACE are honoured. */
export async function vaultMembers(
  path: string,
  host: VaultHost,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const token = host.env.VAULT_TOKEN;
  if (!token)
    throw new StepError("Must set VAULT_TOKEN env var in order to use vault template function", {
      code: "vault/no-token",
    });
  const address = (host.env.VAULT_AGENT_ADDR || host.env.VAULT_ADDR || "https://127.0.0.1:8200").replace(/\/+$/, "");
  const response = await host.http.request(
    {
      method: "GET",
      url: `${address}/v1/${path.replace(/^\/+/, "").split("/").map(encodeURIComponent).join("/")}`,
      headers: {
        "x-vault-token": token,
        "x-vault-request": "true",
        ...(host.env.VAULT_NAMESPACE && { "x-vault-namespace": host.env.VAULT_NAMESPACE }),
      },
    },
    signal,
  );
  if (response.status === 404)
    throw new StepError(`Vault Secret does not exist at the given path: ${path}`, { code: "vault/no-secret" });
  if (response.status !== 200)
    throw new StepError(`Error reading vault secret: ${refusal(response.status, response.body)}`, {
      code: "vault/refused",
    });
  const { data, warnings } = objectIn(response.body);
  const secret = object(data);
  if (!secret) {
    const words = Array.isArray(warnings) ? warnings.join("; ") : "";
    throw new StepError(`Vault data was empty at the given path. Warnings: ${words}`, { code: "vault/empty" });
  }
  return secret;
}

function memberOf(secret: Readonly<Record<string, unknown>>, path: string, key: string): string {
  const value = (object(secret.data) ?? secret)[key];
  if (value === undefined || value === null)
    throw new StepError(`Vault path does not contain the requested key: ${path} has no ${key}`, {
      code: "vault/no-key",
    });
  return typeof value === "string" ? value : JSON.stringify(value);
}

function refusal(status: number, body: string): string {
  const { errors } = objectIn(body);
  return Array.isArray(errors) && errors.length > 0 ? `${status}: ${errors.join("; ")}` : `status ${status}`;
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return object(JSON.parse(text)) ?? {};
  } catch {
    return {};
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
