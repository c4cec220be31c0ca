import { StepError } from "@kiln/sdk";
import { readVault, type VaultHost } from "@kiln/sdk/secret-stores";
import type { AccessConfig } from "../options/access.ts";

export interface VaultCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
type Engine = NonNullable<AccessConfig["vault_aws_engine"]>;

/** Credentials of Vault's AWS secrets engine: `ENGINE/sts/NAME` where a role or lifetime is asked for, else `ENGINE/creds/NAME`. */
export async function vaultCredentials(
  host: VaultHost,
  engine: Engine,
  signal: AbortSignal,
): Promise<VaultCredentials> {
  if (!host.env.VAULT_TOKEN) throw refusal("VAULT_TOKEN is not set");
  const sts = Boolean(engine.role_arn || engine.ttl);
  const path = `${engine.engine_name}/${sts ? "sts" : "creds"}/${engine.name ?? ""}`;
  const query = new URLSearchParams({
    ...(engine.role_arn && { role_arn: engine.role_arn }),
    ...(engine.ttl && { ttl: engine.ttl }),
  }).toString();
  const { body, complaint } = await readVault(`${path}${query && `?${query}`}`, host, signal);
  if (complaint) throw refusal(`${path}: ${complaint}`);
  const { access_key, secret_key, security_token } = (body.data ?? {}) as Keys;
  if (!access_key || !secret_key) throw refusal(`${path} has no access_key and secret_key`);
  return {
    accessKeyId: access_key,
    secretAccessKey: secret_key,
    ...(security_token && { sessionToken: security_token }),
  };
}

interface Keys {
  readonly access_key?: string;
  readonly secret_key?: string;
  readonly security_token?: string | null;
}
function refusal(why: string): StepError {
  return new StepError(`Error loading credentials for AWS Provider: error reading Vault AWS secrets: ${why}`, {
    code: "amazon/vault",
  });
}
