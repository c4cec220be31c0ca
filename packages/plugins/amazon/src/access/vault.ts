import { type PrepareHost, StepError } from "@kiln/sdk";
import type { AccessConfig } from "../options/access.ts";

export interface VaultCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
type Engine = NonNullable<AccessConfig["vault_aws_engine"]>;

/** Credentials of Vault's AWS secrets engine: `ENGINE/sts/NAME` where a role or lifetime is asked for, else `ENGINE/creds/NAME`. */
export async function vaultCredentials(
  host: Pick<PrepareHost, "env" | "http">,
  engine: Engine,
  signal: AbortSignal,
): Promise<VaultCredentials> {
  const { VAULT_ADDR = "https://127.0.0.1:8200", VAULT_TOKEN, VAULT_NAMESPACE } = host.env;
  if (!VAULT_TOKEN) throw refusal("VAULT_TOKEN is not set");
  const sts = Boolean(engine.role_arn || engine.ttl);
  const path = `${engine.engine_name}/${sts ? "sts" : "creds"}/${engine.name ?? ""}`;
  const query = new URLSearchParams({
    ...(engine.role_arn && { role_arn: engine.role_arn }),
    ...(engine.ttl && { ttl: engine.ttl }),
  }).toString();
  const url = `${VAULT_ADDR.replace(/\/+$/, "")}/v1/${path}${query && `?${query}`}`;
  const headers = { "x-vault-token": VAULT_TOKEN, ...(VAULT_NAMESPACE && { "x-vault-namespace": VAULT_NAMESPACE }) };
  const { status, body } = await host.http.request({ method: "GET", url, headers }, signal);
  const answer = parse(body);
  if (status !== 200) throw refusal(`${path}: status ${status}${answer.errors ? `: ${answer.errors.join("; ")}` : ""}`);
  const { access_key, secret_key, security_token } = answer.data ?? {};
  if (!access_key || !secret_key) throw refusal(`${path} has no access_key and secret_key`);
  return {
    accessKeyId: access_key,
    secretAccessKey: secret_key,
    ...(security_token && { sessionToken: security_token }),
  };
}

interface Answer {
  readonly data?: {
    readonly access_key?: string;
    readonly secret_key?: string;
    readonly security_token?: string | null;
  } | null;
  readonly errors?: readonly string[];
}
function parse(body: string): Answer {
  try {
    return JSON.parse(body) as Answer;
  } catch {
    return {};
  }
}
function refusal(why: string): StepError {
  return new StepError(`Error loading credentials for AWS Provider: error reading Vault AWS secrets: ${why}`, {
    code: "amazon/vault",
  });
}
