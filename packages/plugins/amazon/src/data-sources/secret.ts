import { defineDataSource, type RunContext, StepError, text, verdict } from "@kiln/sdk";
import { openAmazon } from "../access/amazon.ts";
import { checkAccess } from "../check/access.ts";
import { Refusals } from "../check/refusals.ts";
import { accessOptions } from "../options/access.ts";
import { hasCode } from "../retry.ts";
import { secretValue } from "./secret-value.ts";

const currentStage = "AWSCURRENT";

/** `amazon-secretsmanager`: a secret, or a member of one that is JSON. Source: Packer's reference of the amazon plugin. */
export const secretData = defineDataSource({
  kind: "data-source",
  type: "amazon-secretsmanager",
  doc: "Reads a secret of the Secrets Manager.",
  config: {
    ...accessOptions,
    name: text({ doc: "Name or ARN of the secret." }),
    key: text({ doc: "Member of a secret that is a JSON object; the first one when not set." }),
    version_id: text({ doc: "Version to read." }),
    version_stage: text({ doc: "Stage of the version to read.", fallback: currentStage }),
  },
  outputs: {
    value: text({ doc: "The member that was asked for, or the text of the secret.", sensitive: true }),
    secret_string: text({ doc: "The whole text of the secret.", sensitive: true }),
    secret_binary: text({ doc: "The bytes of a binary secret.", sensitive: true }),
    version_id: text({ doc: "The version that was read." }),
  },
  prepare: async (config, ctx) => {
    const refuse = new Refusals(ctx);
    checkAccess(config, refuse);
    const { name = "", key, version_id: version, version_stage: stage } = config;
    if (name === "") refuse.error(["name"], "no-name", "a 'name' must be provided");
    const read = async (run: RunContext): Promise<Readonly<Record<string, unknown>>> => {
      const { signal, host, secrets } = run;
      using amazon = await openAmazon(config, host, { signal, learn: (secret) => secrets.add(secret) });
      const { GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
      const client = await amazon.secretsManager();
      // A version's id says which one; the stage that is there by default must not contradict it.
      const which = version
        ? { VersionId: version, ...(stage !== currentStage && { VersionStage: stage }) }
        : { VersionStage: stage };
      try {
        const got = await client.send(new GetSecretValueCommand({ SecretId: name, ...which }), {
          abortSignal: signal,
        });
        const secret_string = got.SecretString ?? "";
        const value = secretValue(secret_string, key);
        const secret_binary = got.SecretBinary ? new TextDecoder().decode(got.SecretBinary) : "";
        for (const secret of [value, secret_string, secret_binary]) if (secret !== "") secrets.add(secret);
        return { value, secret_string, secret_binary, version_id: got.VersionId ?? "" };
      } catch (error) {
        if (!hasCode("ResourceNotFoundException")(error)) throw error;
        const shown = version ?? stage;
        throw new StepError(
          `Secrets Manager Secret ${JSON.stringify(name)} Version ${JSON.stringify(shown)} not found`,
          { code: "amazon/no-secret", cause: error },
        );
      }
    };
    return verdict({ run: read }, refuse.found);
  },
});
