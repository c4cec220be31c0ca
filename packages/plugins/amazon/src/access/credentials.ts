import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import { type Clock, messageOf, type PrepareHost, StepError } from "@kiln/sdk";
import type { AccessConfig } from "../options/access.ts";
import type { SharedFiles } from "./shared-files.ts";
import type { Transport } from "./transport.ts";

/** Something that fetches credentials, as the SDK's clients take it. */
export type AwsCredentialIdentityProvider = Extract<
  NonNullable<EC2ClientConfig["credentials"]>,
  (...args: never[]) => unknown
>;
type AwsCredentialIdentity = Awaited<ReturnType<AwsCredentialIdentityProvider>>;

export interface CredentialSource {
  readonly config: Partial<AccessConfig>;
  readonly host: Pick<PrepareHost, "env" | "files" | "http"> & { readonly clock: Clock };
  readonly files: SharedFiles;
  readonly region: string;
  readonly transport: Transport;
  readonly stsEndpoint: string | undefined;
  readonly signal: AbortSignal;
  /** Told of secrets that the template does not hold. */
  learn(secret: string): void;
}

/**
 * The first of: keys of the template, Vault, the profile option, the environment, shared files, web identity, container, instance
 * metadata; with the role assumed on top. An explicit profile beats the environment, as in the AWS tools.
 */
export async function credentialProvider(source: CredentialSource): Promise<AwsCredentialIdentityProvider> {
  const base = await baseProvider(source);
  return remembering(source.host.clock, withRole(await rolesOf(source), source, base));
}

async function baseProvider(source: CredentialSource): Promise<AwsCredentialIdentityProvider> {
  const { config, host } = source;
  const { access_key, secret_key, token } = config;
  if (access_key && secret_key) {
    const keys = { accessKeyId: access_key, secretAccessKey: secret_key, ...(token && { sessionToken: token }) };
    return async () => keys;
  }
  if (config.vault_aws_engine) {
    const { vaultCredentials } = await import("./vault.ts");
    const keys = await vaultCredentials(host, config.vault_aws_engine, source.signal);
    source.learn(keys.secretAccessKey);
    if (keys.sessionToken) source.learn(keys.sessionToken);
    return async () => keys;
  }
  const fromEnvironment = environmentKeys(host.env);
  if (fromEnvironment && !config.profile) return async () => fromEnvironment;
  return chain(source);
}

function environmentKeys(env: PrepareHost["env"]): AwsCredentialIdentity | undefined {
  const accessKeyId = env.AWS_ACCESS_KEY_ID || env.AWS_ACCESS_KEY;
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY || env.AWS_SECRET_KEY;
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }) };
}

async function chain(source: CredentialSource): Promise<AwsCredentialIdentityProvider> {
  const { config, host, files } = source;
  const providers = await import("@aws-sdk/credential-providers");
  const clientConfig = innerClient(source);
  const profile = config.profile || host.env.AWS_PROFILE || host.env.AWS_DEFAULT_PROFILE;
  const shared = providers.fromIni({
    filepath: files.credentials,
    configFilepath: files.config,
    ...(profile && { profile }),
    ...(config.mfa_code !== undefined && { mfaCodeProvider: async () => config.mfa_code ?? "" }),
    clientConfig,
  });
  const { env } = host;
  const links = [
    shared,
    ...(env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN ? [providers.fromTokenFile({ clientConfig })] : []),
    ...(env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI
      ? [providers.fromHttp()]
      : []),
    ...(config.skip_metadata_api_check || env.AWS_EC2_METADATA_DISABLED === "true"
      ? []
      : [providers.fromInstanceMetadata({ timeout: 1_000, maxRetries: 1 })]),
  ];
  const first = config.profile ? shared : providers.createCredentialChain(...links);
  return async (...context) => {
    try {
      return await first(...context);
    } catch (thrown) {
      throw noCredentials(messageOf(thrown), thrown);
    }
  };
}

function innerClient(source: CredentialSource) {
  return {
    region: source.region,
    requestHandler: source.transport,
    ...(source.stsEndpoint && { endpoint: source.stsEndpoint }),
  };
}

async function rolesOf(source: CredentialSource) {
  const role = source.config.assume_role;
  if (!role?.role_arn) return undefined;
  const { fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
  return { role, fromTemporaryCredentials };
}

function withRole(
  assume: Awaited<ReturnType<typeof rolesOf>>,
  source: CredentialSource,
  base: AwsCredentialIdentityProvider,
): AwsCredentialIdentityProvider {
  if (!assume) return base;
  const { role, fromTemporaryCredentials } = assume;
  return fromTemporaryCredentials({
    masterCredentials: base,
    params: {
      RoleArn: role.role_arn,
      RoleSessionName: role.session_name || `packer-${Math.floor(source.host.clock.now().getTime() / 1000)}`,
      ...(role.duration_seconds && { DurationSeconds: role.duration_seconds }),
      ...(role.external_id && { ExternalId: role.external_id }),
      ...(role.policy && { Policy: role.policy }),
      ...(role.policy_arns?.length && { PolicyArns: role.policy_arns.map((arn) => ({ arn })) }),
      ...(role.tags && { Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })) }),
      ...(role.transitive_tag_keys?.length && { TransitiveTagKeys: [...role.transitive_tag_keys] }),
    },
    clientConfig: innerClient(source),
  });
}

/** One look-up for all clients; repeated when the credentials have less than five minutes to live. */
function remembering(clock: Clock, provider: AwsCredentialIdentityProvider): AwsCredentialIdentityProvider {
  let last: Promise<AwsCredentialIdentity> | undefined;
  return async (...context) => {
    const known = await last?.catch(() => undefined);
    if (known && (!known.expiration || known.expiration.getTime() - clock.now().getTime() > 300_000)) return known;
    last = provider(...context);
    return last;
  };
}

/** The phrase that Packer uses, with what was tried. */
export function noCredentials(why: string, cause?: unknown): StepError {
  return new StepError(
    `No valid credential sources found for AWS Builder. ${why}\n` +
      "Give access_key and secret_key, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile.",
    { code: "amazon/no-credentials", cause },
  );
}
