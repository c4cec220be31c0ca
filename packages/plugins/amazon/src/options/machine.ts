import { block, blocks, type ConfigOf, duration, flag, num, text } from "@kiln/sdk";
import { imageFilterFields } from "./filters.ts";
import { namedTagBlocks, tagBlocks, tagMap } from "./tags.ts";

/** The instance that the image is made of. */
export const machineOptions = {
  source_ami: text({ doc: "Image to start from." }),
  source_ami_filter: block(imageFilterFields, { doc: "Finds the image to start from." }),
  instance_type: text({ doc: "Type of the instance that builds." }),
  ebs_optimized: flag({ doc: "Launch with EBS optimization.", fallback: false }),
  enable_nitro_enclave: flag({ doc: "Launch with a Nitro Enclave.", fallback: false }),
  enable_unlimited_credits: flag({ doc: "Let a burstable instance exceed its CPU credits.", fallback: false }),
  enable_t2_unlimited: flag({
    doc: "Old name of enable_unlimited_credits.",
    fallback: false,
    deprecated: { use: "enable_unlimited_credits" },
  }),
  disable_stop_instance: flag({ doc: "Do not stop the instance; provisioning does.", fallback: false }),
  shutdown_behavior: text({
    doc: "What happens when the machine shuts itself down.",
    fallback: "stop",
    choices: ["stop", "terminate"],
  }),
  user_data: text({ doc: "User data of the instance; encoded in base64 unless it is already." }),
  user_data_file: text({ doc: "File with the user data." }),
  windows_password_timeout: duration({ doc: "How long to wait for the generated password.", fallback: 20 * 60_000 }),
  no_ephemeral: flag({ doc: "Attach no instance store volumes.", fallback: false }),
  run_tags: tagMap("Tags of all that is made for the build; the image too, unless skip_ami_run_tags."),
  run_tag: tagBlocks("run_tags"),
  run_volume_tags: tagMap("Tags of the instance's volumes."),
  run_volume_tag: namedTagBlocks("run_volume_tags"),
  metadata_options: block(
    {
      http_endpoint: text({
        doc: "Whether the metadata service answers.",
        fallback: "enabled",
        choices: ["disabled", "enabled"],
      }),
      http_tokens: text({
        doc: "`required` leaves IMDSv2 alone.",
        fallback: "optional",
        choices: ["optional", "required"],
      }),
      http_put_response_hop_limit: num({ doc: "Network hops a token may travel (1 to 64).", fallback: 1 }),
      instance_metadata_tags: text({
        doc: "Whether tags are seen in the metadata.",
        fallback: "disabled",
        choices: ["disabled", "enabled"],
      }),
    },
    { doc: "Metadata service of the instance that builds." },
  ),
  license_specifications: blocks(
    {
      license_configuration_request: block(
        { license_configuration_arn: text({ doc: "License configuration to use." }) },
        { doc: "The license." },
      ),
    },
    { doc: "Licenses that the instance uses." },
  ),
} as const;
export type MachineConfig = ConfigOf<typeof machineOptions>;
