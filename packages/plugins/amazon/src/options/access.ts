import type { ConfigOf } from "@kiln/sdk";
import { block, flag, list, map, num, ofText, text } from "@kiln/sdk";

/** Who we are and which API we talk to; shared by every amazon component. */
export const accessOptions = {
  access_key: text({ doc: "Access key id; goes with secret_key.", sensitive: true }),
  secret_key: text({ doc: "Secret of the access key.", sensitive: true }),
  token: text({ doc: "Session token of temporary keys.", sensitive: true }),
  profile: text({ doc: "Profile of the shared configuration files to take credentials and region from." }),
  shared_credentials_file: text({ doc: "Shared credentials file to read instead of the usual one." }),
  mfa_code: text({ doc: "One-time code for a profile that asks for multi-factor authentication.", sensitive: true }),
  region: text({ doc: "Region to build in; AWS_REGION, AWS_DEFAULT_REGION or the profile's when not set." }),
  custom_endpoint_ec2: text({ doc: "URL that every EC2 request goes to, in whatever region." }),
  insecure_skip_tls_verify: flag({ doc: "Do not check the API's TLS certificate.", fallback: false }),
  max_retries: num({ doc: "How often a throttled or failed request is repeated.", fallback: 10 }),
  skip_credential_validation: flag({ doc: "Do not ask STS who we are before building.", fallback: false }),
  skip_metadata_api_check: flag({ doc: "Do not look for credentials in the instance metadata.", fallback: false }),
  decode_authorization_messages: flag({
    doc: "Have STS decode what a refused request was lacking; needs sts:DecodeAuthorizationMessage.",
    fallback: false,
  }),
  assume_role: block(
    {
      role_arn: text({ doc: "Role to assume." }),
      duration_seconds: num({ doc: "How long its credentials live, in seconds; renewed as needed." }),
      external_id: text({ doc: "External id that the role's trust policy asks for." }),
      policy: text({ doc: "Session policy in JSON that narrows the role's permissions." }),
      policy_arns: list(ofText, { doc: "Managed policies that narrow the role's permissions." }),
      session_name: text({ doc: "Name of the role session, seen in CloudTrail." }),
      tags: map(ofText, { doc: "Session tags." }),
      transitive_tag_keys: list(ofText, { doc: "Session tags that are passed on to further roles." }),
    },
    { doc: "Role to assume with the credentials found." },
  ),
  vault_aws_engine: block(
    {
      name: text({ doc: "Role of the AWS secrets engine that credentials are asked for." }),
      role_arn: text({ doc: "Role ARN, where the engine's role allows several." }),
      ttl: text({ doc: "Lifetime to ask for, such as 3600s." }),
      engine_name: text({ doc: "Mount path of the AWS secrets engine.", fallback: "aws" }),
    },
    { doc: "Takes credentials from Vault (VAULT_ADDR, VAULT_TOKEN and the rest of Vault's environment)." },
  ),
  aws_polling: block(
    {
      max_attempts: num({ doc: "How often to look before a wait is given up." }),
      delay_seconds: num({ doc: "Pause between two looks, in seconds." }),
    },
    { doc: "How to wait for AWS; AWS_MAX_ATTEMPTS, AWS_POLL_DELAY_SECONDS and AWS_TIMEOUT_SECONDS say the same." },
  ),
} as const;
export type AccessConfig = ConfigOf<typeof accessOptions>;
