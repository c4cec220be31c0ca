import type { EC2Client } from "@aws-sdk/client-ec2";
import type { EC2InstanceConnectClient } from "@aws-sdk/client-ec2-instance-connect";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";
import type { Host } from "@kiln/sdk";
import type { AccessConfig } from "../options/access.ts";
import { credentialProvider } from "./credentials.ts";
import { endpointOf, type Service } from "./endpoints.ts";
import { explainForeignAnswers } from "./foreign-answers.ts";
import { explainRefusals } from "./refusals.ts";
import { resolveRegion } from "./region.ts";
import { profileSettings, readSections, sharedFiles } from "./shared-files.ts";
import { type Transport, transportOptions } from "./transport.ts";
import type { Where } from "./where.ts";

/** The clients of one account as one build uses them. SDK code is loaded when a client is first asked for. */
export interface Amazon extends Disposable {
  readonly region: string;
  readonly where: Where;
  /** In the build's region, or in another one. */
  ec2(region?: string): EC2Client;
  iam(): Promise<IAMClient>;
  sts(): Promise<STSClient>;
  ssm(): Promise<SSMClient>;
  secretsManager(): Promise<SecretsManagerClient>;
  instanceConnect(): Promise<EC2InstanceConnectClient>;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** Told of secrets that were fetched (Vault). */
  readonly learn?: (secret: string) => void;
  /** Tests put a recorded world here. */
  readonly transport?: Transport;
}
export type AccessHost = Pick<Host, "env" | "files" | "http" | "clock">;

/** Resolves region, endpoints and credentials; asks AWS nothing yet. */
export async function openAmazon(
  config: Partial<AccessConfig>,
  host: AccessHost,
  options: OpenOptions,
): Promise<Amazon> {
  const { env } = host;
  const files = sharedFiles(host, config.shared_credentials_file);
  const [sections, credentialSections] = await Promise.all([
    readSections(host, files.config),
    readSections(host, files.credentials),
  ]);
  const profileName = config.profile || env.AWS_PROFILE || env.AWS_DEFAULT_PROFILE || "default";
  const profile = profileSettings(sections, credentialSections, profileName);
  const region = await resolveRegion(host, config.region, profile, !config.skip_metadata_api_check, options.signal);
  const transport =
    options.transport ?? (await transportOptions(host, { insecure: config.insecure_skip_tls_verify ?? false }));
  const endpoint = (service: Service): string | undefined =>
    (service === "ec2" ? config.custom_endpoint_ec2 : undefined) || endpointOf(service, env, sections, profile);
  const credentials = await credentialProvider({
    config,
    host,
    files,
    region,
    transport,
    stsEndpoint: endpoint("sts"),
    signal: options.signal,
    learn: options.learn ?? (() => {}),
  });
  const settings = (service: Service, inRegion = region) => {
    const url = endpoint(service);
    return {
      region: inRegion,
      credentials,
      requestHandler: transport,
      maxAttempts: 1 + (config.max_retries ?? 10),
      ...(url && { endpoint: url }),
    };
  };

  const open = new Set<{ destroy(): void }>();
  const once = <C extends { destroy(): void; readonly middlewareStack: unknown }>(
    make: () => Promise<C>,
  ): (() => Promise<C>) => {
    let client: Promise<C> | undefined;
    return () => (client ??= make().then((made) => (open.add(made), explainForeignAnswers(made))));
  };
  const { EC2Client } = await import("@aws-sdk/client-ec2");
  const sts = once(async () => new (await import("@aws-sdk/client-sts")).STSClient(settings("sts")));
  const decoder = config.decode_authorization_messages ? sts : undefined;
  const regional = new Map<string, EC2Client>();
  const ec2 = (inRegion = region): EC2Client => {
    let client = regional.get(inRegion);
    if (!client) {
      client = explainForeignAnswers(explainRefusals(new EC2Client(settings("ec2", inRegion)), decoder));
      regional.set(inRegion, client);
      open.add(client);
    }
    return client;
  };
  // Also what the environment or a profile named: a later clean-up must ask the same place, whatever its own environment says.
  const ec2Endpoint = endpoint("ec2");
  return {
    region,
    where: {
      region,
      ...(ec2Endpoint && { endpoint: ec2Endpoint }),
      ...(config.profile && { profile: config.profile }),
      ...(config.assume_role?.role_arn && { roleArn: config.assume_role.role_arn }),
    },
    ec2,
    sts,
    iam: once(async () => new (await import("@aws-sdk/client-iam")).IAMClient(settings("iam"))),
    ssm: once(async () => new (await import("@aws-sdk/client-ssm")).SSMClient(settings("ssm"))),
    secretsManager: once(
      async () =>
        new (await import("@aws-sdk/client-secrets-manager")).SecretsManagerClient(settings("secrets-manager")),
    ),
    instanceConnect: once(
      async () =>
        new (await import("@aws-sdk/client-ec2-instance-connect")).EC2InstanceConnectClient(
          settings("ec2-instance-connect"),
        ),
    ),
    [Symbol.dispose]: () => {
      for (const client of open) client.destroy();
    },
  };
}

/** Opens what a journal entry names, with the user's credentials of now. */
export function reopenAmazon(where: Where, host: AccessHost, options: OpenOptions): Promise<Amazon> {
  return openAmazon(
    {
      region: where.region,
      ...(where.endpoint && { custom_endpoint_ec2: where.endpoint }),
      ...(where.profile && { profile: where.profile }),
      ...(where.roleArn && { assume_role: { role_arn: where.roleArn } }),
    },
    host,
    options,
  );
}
