import { messageOf, StepError } from "@kiln/sdk";
import type { LoginConfig } from "./options.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** `https://` may stand before it, a repository behind it. */
const privateRegistry = /^(?:https?:\/\/)?[^.]+\.dkr\.ecr(?:-fips)?\.([^.]+)\.amazonaws\.com(?:\.cn)?/;

/** A registry's password from Amazon; it is valid for twelve hours. */
export async function ecrCredentials(config: LoginConfig, signal: AbortSignal): Promise<Credentials> {
  const { login_server: server = "" } = config;
  const isPublic = config.aws_force_use_public_ecr || server.includes("public.ecr.aws/") || server === "public.ecr.aws";
  const region = isPublic ? "us-east-1" : privateRegistry.exec(server)?.[1];
  if (region === undefined)
    throw new StepError(
      `Failed to parse the ECR URL: ${server}; it should be on the form <account>.dkr.ecr.<region>.amazonaws.com`,
      { code: "docker/ecr-url" },
    );
  const settings = { region, ...(await credentialSource(config)) };
  let token: string | undefined;
  try {
    token = isPublic ? await publicToken(settings, signal) : await privateToken(settings, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new StepError(`Error fetching ECR credentials: ${messageOf(error)}`, { code: "docker/ecr", cause: error });
  }
  const [username, ...rest] = Buffer.from(token ?? "", "base64")
    .toString("utf8")
    .split(":");
  if (!username || rest.length === 0)
    throw new StepError("Error fetching ECR credentials: the answer holds no user and password", {
      code: "docker/ecr",
    });
  return { username, password: rest.join(":") };
}

type Settings = Awaited<ReturnType<typeof credentialSource>> & { readonly region: string };

async function credentialSource({ aws_access_key, aws_secret_key, aws_token, aws_profile }: LoginConfig) {
  if (aws_access_key && aws_secret_key) {
    const session = aws_token ? { sessionToken: aws_token } : {};
    return { credentials: { accessKeyId: aws_access_key, secretAccessKey: aws_secret_key, ...session } };
  }
  const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
  return { credentials: fromNodeProviderChain(aws_profile ? { profile: aws_profile } : {}) };
}

async function privateToken(settings: Settings, abortSignal: AbortSignal): Promise<string | undefined> {
  const { ECRClient, GetAuthorizationTokenCommand } = await import("@aws-sdk/client-ecr");
  const client = new ECRClient(settings);
  try {
    const { authorizationData = [] } = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal });
    return authorizationData[0]?.authorizationToken;
  } finally {
    client.destroy();
  }
}

async function publicToken(settings: Settings, abortSignal: AbortSignal): Promise<string | undefined> {
  const { ECRPUBLICClient, GetAuthorizationTokenCommand } = await import("@aws-sdk/client-ecr-public");
  const client = new ECRPUBLICClient(settings);
  try {
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal });
    return authorizationData?.authorizationToken;
  } finally {
    client.destroy();
  }
}
