import type { PrepareContext } from "@kiln/sdk";
import type { MachineConfig } from "../options/machine.ts";
import type { SpotConfig } from "../options/spot.ts";
import type { Refusals } from "./refusals.ts";

/** Instance families that can exceed their CPU credits. */
const burstable = /^(t2|t3|t3a|t4g)\./;

/** The instance that builds: what it starts from, its type and launch options. */
export function checkMachine(config: MachineConfig & SpotConfig, refuse: Refusals): void {
  checkSource(config, refuse);
  const spot = Boolean(config.spot_price && config.spot_price !== "0");
  const types = config.spot_instance_types ?? [];
  if (!config.instance_type && types.length === 0) {
    refuse.error(["instance_type"], "instance-type", "either instance_type or spot_instance_types must be specified");
  }
  if (config.instance_type && types.length > 0) {
    refuse.error(
      ["spot_instance_types"],
      "instance-type",
      "either instance_type or spot_instance_types must be specified, not both",
    );
  }
  checkMetadata(config, refuse);
  if (config.shutdown_behavior !== "stop" && config.shutdown_behavior !== "terminate") {
    refuse.error(
      ["shutdown_behavior"],
      "shutdown-behavior",
      "shutdown_behavior only accepts 'stop' or 'terminate' values.",
    );
  }
  const unlimited = config.enable_unlimited_credits || config.enable_t2_unlimited;
  if (unlimited) {
    const option = config.enable_unlimited_credits ? "enable_unlimited_credits" : "enable_t2_unlimited";
    const type = config.instance_type ?? "";
    if (type && !burstable.test(type)) {
      refuse.error(
        [option],
        "unlimited-credits",
        `Error: Instance Type: ${type} is not within the supported types for Unlimited credits. Supported types are T2, T3, T3a, and T4g`,
      );
    }
    if (spot) {
      refuse.error(
        [option],
        "unlimited-credits",
        "Error: Unlimited credits cannot be used in conjunction with Spot Instances",
      );
    }
  }
  if (config.enable_nitro_enclave && spot) {
    refuse.error(
      ["enable_nitro_enclave"],
      "nitro-enclave",
      "Error: Nitro Enclave cannot be used in conjunction with Spot Instances",
    );
  }
  for (const [i, license] of (config.license_specifications ?? []).entries()) {
    if (!license.license_configuration_request?.license_configuration_arn) {
      refuse.error(["license_specifications", i], "license", "license_configuration_arn must be specified.");
    }
  }
}

function checkSource({ source_ami, source_ami_filter: filter }: MachineConfig, refuse: Refusals): void {
  const filtered = Object.keys(filter?.filters ?? {}).length > 0;
  if (!source_ami && !filter) {
    refuse.error(["source_ami"], "source-ami", "A source_ami or source_ami_filter must be specified");
  } else if (!source_ami && !filtered && !filter?.owners?.length) {
    refuse.error(["source_ami_filter"], "source-ami", "A source_ami or source_ami_filter must be specified");
  }
  if (filter && filtered && !filter.owners?.length) {
    refuse.error(
      ["source_ami_filter"],
      "source-ami-owner",
      "For security reasons, your source AMI filter must declare an owner.",
    );
  }
}

function checkMetadata({ metadata_options: options }: MachineConfig, refuse: Refusals): void {
  if (!options) return;
  const { http_endpoint, http_tokens, http_put_response_hop_limit: hops, instance_metadata_tags: tags } = options;
  const oneOf = (name: string, value: string, first: string, second: string): void => {
    if (value === first || value === second) return;
    refuse.error(["metadata_options", name], "metadata", `${name} requires either ${first} or ${second} as its value`);
  };
  oneOf("http_endpoint", http_endpoint, "disabled", "enabled");
  oneOf("http_tokens", http_tokens, "optional", "required");
  oneOf("instance_metadata_tags", tags, "disabled", "enabled");
  if (hops < 1 || hops > 64) {
    refuse.error(
      ["metadata_options", "http_put_response_hop_limit"],
      "metadata",
      "http_put_response_hop_limit requires a number between 1 and 64",
    );
  }
}

/** User data: one of the two options, and the file is there. */
export async function checkUserData(
  config: Pick<MachineConfig, "user_data" | "user_data_file">,
  ctx: Pick<PrepareContext, "files">,
  refuse: Refusals,
): Promise<void> {
  const { user_data, user_data_file } = config;
  if (user_data && user_data_file) {
    refuse.error(["user_data_file"], "user-data", "Only one of user_data or user_data_file can be specified.");
  } else if (user_data_file && !(await ctx.files.stat(user_data_file))) {
    refuse.error(["user_data_file"], "user-data", `user_data_file not found: ${user_data_file}`);
  }
}
