import type { AccessConfig } from "../options/access.ts";
import type { Refusals } from "./refusals.ts";

export function checkAccess(config: AccessConfig, refuse: Refusals): void {
  const { access_key, secret_key, vault_aws_engine, custom_endpoint_ec2 } = config;
  if (vault_aws_engine && (access_key || secret_key)) {
    refuse.error(
      ["vault_aws_engine"],
      "vault-and-keys",
      "If you have set vault_aws_engine, you must not set the access_key or secret_key.",
    );
  }
  if (vault_aws_engine && !vault_aws_engine.name) {
    refuse.error(["vault_aws_engine"], "vault-name", "vault_aws_engine needs the name of a Vault role.");
  }
  if (Boolean(access_key) !== Boolean(secret_key)) {
    refuse.error(
      [access_key ? "access_key" : "secret_key"],
      "half-a-key",
      "`access_key` and `secret_key` must both be either set or not set.",
    );
  }
  if (config.assume_role && !config.assume_role.role_arn) {
    refuse.error(["assume_role"], "no-role", "assume_role needs a role_arn.");
  }
  if (custom_endpoint_ec2 && !/^https?:\/\//.test(custom_endpoint_ec2)) {
    refuse.error(["custom_endpoint_ec2"], "endpoint", `custom_endpoint_ec2 is not a URL: ${custom_endpoint_ec2}`);
  }
  for (const name of ["max_attempts", "delay_seconds"] as const) {
    if ((config.aws_polling?.[name] ?? 0) < 0) {
      refuse.error(["aws_polling", name], "polling", `aws_polling.${name} must not be negative.`);
    }
  }
  if (config.max_retries < 0) refuse.error(["max_retries"], "max-retries", "max_retries must not be negative.");
}
