import type { Family } from "@kiln/sdk";

export { rawSecret, type SecretsHost, secret } from "./secrets-manager.ts";

/** Amazon Web Services. Everything that needs the vendor's SDK is loaded when it is first used. */
export const family: Family = {
  name: "amazon",
  builders: { "amazon-ebs": async () => (await import("./ebs/index.ts")).ebs },
  dataSources: {
    "amazon-ami": async () => (await import("./data-sources/image.ts")).imageData,
    "amazon-parameterstore": async () => (await import("./data-sources/parameter.ts")).parameterData,
    "amazon-secretsmanager": async () => (await import("./data-sources/secret.ts")).secretData,
  },
  resourceKinds: {
    "amazon.key-pair": async () => (await import("./resources/key-pair.ts")).keyPair,
    "amazon.security-group": async () => (await import("./resources/security-group.ts")).securityGroup,
    "amazon.instance": async () => (await import("./resources/instance.ts")).instance,
    "amazon.instance-profile": async () => (await import("./resources/instance-profile.ts")).instanceProfile,
    "amazon.role": async () => (await import("./resources/instance-profile.ts")).role,
    "amazon.launch-template": async () => (await import("./resources/launch-template.ts")).launchTemplate,
    "amazon.image": async () => (await import("./resources/image.ts")).image,
    "amazon.ssm-session": async () => (await import("./resources/session.ts")).session,
  },
};
