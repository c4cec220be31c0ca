import { type Host, StepError } from "@kiln/sdk";
import { type OpenOptions, openAmazon } from "./access/amazon.ts";

/** Where the template functions look: credentials and region come from the environment. */
export type SecretsHost = Pick<Host, "env" | "files" | "http" | "clock">;

/** `aws_secretsmanager_raw`: the secret's text as it is. */
export async function rawSecret(name: string, host: SecretsHost, options: OpenOptions): Promise<string> {
  using amazon = await openAmazon({}, host, options);
  const { GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
  const client = await amazon.secretsManager();
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }), {
    abortSignal: options.signal,
  });
  if (SecretString === undefined) throw refusal("the secret holds no text");
  return SecretString;
}

/**
 * `aws_secretsmanager`: the member `key` of a secret that is a JSON object. Without a key: its only member (several are an error), or
 * the text itself where it is no JSON object.
 */
export async function secret(
  name: string,
  key: string | null,
  host: SecretsHost,
  options: OpenOptions,
): Promise<string> {
  return secretMember(await rawSecret(name, host, options), key);
}

/** The part of `secret` that needs no AWS. */
export function secretMember(text: string, key: string | null): string {
  let members: Readonly<Record<string, unknown>>;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return text;
    members = value as Readonly<Record<string, unknown>>;
  } catch {
    return text;
  }
  const names = Object.keys(members);
  if (key === null || key === "") {
    const [only] = names;
    if (names.length === 1 && only !== undefined) return plain(members[only]);
    throw refusal("No key specified and the secret has several: name one");
  }
  if (!Object.hasOwn(members, key)) throw refusal(`No secret found for key ${JSON.stringify(key)}`);
  return plain(members[key]);
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
function refusal(message: string): StepError {
  return new StepError(message, { code: "amazon/secret" });
}
