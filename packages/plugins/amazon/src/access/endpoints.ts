import type { PrepareHost } from "@kiln/sdk";
import type { Sections } from "./shared-files.ts";

export type Service = "ec2" | "sts" | "iam" | "ssm" | "secrets-manager" | "ec2-instance-connect";

/**
 * The URL to use instead of AWS's own, as every SDK of AWS finds it: AWS_ENDPOINT_URL_EC2, AWS_ENDPOINT_URL, then the profile's
 * `services` section and its `endpoint_url`. Resolved here because the SDK overlooks the profile's when the profile is given by option.
 */
export function endpointOf(
  service: Service,
  env: PrepareHost["env"],
  config: Sections,
  profile: Readonly<Record<string, string>>,
): string | undefined {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === "true") return undefined;
  const name = service.replaceAll("-", "_");
  const services = profile.services === undefined ? undefined : config.get(`services ${profile.services}`);
  return (
    env[`AWS_ENDPOINT_URL_${name.toUpperCase()}`] ||
    env.AWS_ENDPOINT_URL ||
    services?.[`${name}.endpoint_url`] ||
    profile.endpoint_url ||
    undefined
  );
}
