import { defineDataSource, flag, type RunContext, StepError, text, verdict } from "@kiln/sdk";
import { openAmazon } from "../access/amazon.ts";
import { checkAccess } from "../check/access.ts";
import { Refusals } from "../check/refusals.ts";
import { accessOptions } from "../options/access.ts";
import { hasCode } from "../retry.ts";

/** `amazon-parameterstore`: a parameter of Systems Manager. Source: Packer's reference of the amazon plugin. */
export const parameterData = defineDataSource({
  kind: "data-source",
  type: "amazon-parameterstore",
  doc: "Reads a parameter of the Systems Manager's store.",
  config: {
    ...accessOptions,
    name: text({ doc: "Name of the parameter." }),
    with_decryption: flag({ doc: "Decrypt a parameter that is a secure string.", fallback: false }),
  },
  outputs: {
    value: text({ doc: "The parameter's value.", sensitive: true }),
    version: text({ doc: "Its version." }),
    arn: text({ doc: "Its ARN." }),
  },
  prepare: async (config, ctx) => {
    const refuse = new Refusals(ctx);
    checkAccess(config, refuse);
    const { name, with_decryption: decrypt } = config;
    if (!name) refuse.error(["name"], "no-name", "The `name` must be specified");
    const read = async (run: RunContext): Promise<Readonly<Record<string, unknown>>> => {
      const { signal, host, secrets } = run;
      using amazon = await openAmazon(config, host, { signal, learn: (secret) => secrets.add(secret) });
      const { GetParameterCommand } = await import("@aws-sdk/client-ssm");
      const client = await amazon.ssm();
      const command = new GetParameterCommand({ Name: name ?? "", WithDecryption: decrypt });
      try {
        const { Parameter } = await client.send(command, { abortSignal: signal });
        if (decrypt && Parameter?.Type === "SecureString" && Parameter.Value) secrets.add(Parameter.Value);
        return {
          value: Parameter?.Value ?? "",
          version: String(Parameter?.Version ?? ""),
          arn: Parameter?.ARN ?? "",
        };
      } catch (error) {
        if (!hasCode("ParameterNotFound")(error)) throw error;
        throw new StepError(`The parameter name ${JSON.stringify(name)} not found`, {
          code: "amazon/no-parameter",
          cause: error,
        });
      }
    };
    return verdict({ run: read }, refuse.found);
  },
});
