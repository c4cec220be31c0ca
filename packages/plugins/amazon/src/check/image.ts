import type { AccessConfig } from "../options/access.ts";
import type { ImageConfig } from "../options/image.ts";
import { cleanResourceName } from "../unique-names.ts";
import { checkKeys } from "./image-keys.ts";
import type { Refusals } from "./refusals.ts";

/** The final image: its name, keys, sharing, dates. Phrases are Packer's. */
export function checkImage(config: ImageConfig & Pick<AccessConfig, "region">, refuse: Refusals): void {
  checkName(config.ami_name, config.skip_create_ami, refuse);
  checkKeys(config, refuse);
  if (config.imds_support && config.imds_support !== "v2.0") {
    refuse.error(["imds_support"], "imds-support", 'The only valid imds_support values are "v2.0" or the empty string');
  }
  if (config.deprecate_at && !isRfc3339(config.deprecate_at)) {
    refuse.error(
      ["deprecate_at"],
      "deprecate-at",
      `deprecate_at is not a valid time: ${config.deprecate_at}. Expect time format: YYYY-MM-DDTHH:MM:SSZ`,
    );
  }
  for (const name of ["tag", "snapshot_tag"] as const) {
    for (const [i, { key }] of (config[name] ?? []).entries()) {
      if (!key) refuse.error([name, i], "tag-key", `${name} needs a key.`);
    }
  }
}

function checkName(name: string | undefined, skipped: boolean, refuse: Refusals): void {
  if (!name) {
    if (!skipped) refuse.error(["ami_name"], "ami-name", "ami_name must be specified");
    return;
  }
  const { length } = name;
  if (length < 3 || length > 128) {
    refuse.error(["ami_name"], "ami-name-length", "ami_name must be between 3 and 128 characters long");
  }
  const clean = cleanResourceName(name);
  if (clean !== name) {
    refuse.error(
      ["ami_name"],
      "ami-name-characters",
      "AMIName should only contain alphanumeric characters, parentheses (()), square brackets ([]), spaces ( ), periods (.), " +
        "slashes (/), dashes (-), single quotes ('), at-signs (@), or underscores(_). You can use the `clean_resource_name` " +
        "template filter to automatically clean your ami name.",
      `It would become: ${clean}`,
    );
  }
}

function isRfc3339(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text))
  );
}
