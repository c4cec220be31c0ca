import { describe, expect, it } from "vitest";
import { checkEbs, type Options, plain } from "../testing/run-ebs.ts";

const spot = { spot_price: "auto" };
const device = (more: Options): Options => ({ ami_block_device_mappings: [{ device_name: "/dev/sdh", ...more }] });

/** Phrases as Packer says them, and what provokes each. */
const phrases: readonly (readonly [string, Options])[] = [
  ["ami_name must be specified", { ami_name: undefined }],
  ["ami_name must be between 3 and 128 characters long", { ami_name: "ab" }],
  ["ami_name must be between 3 and 128 characters long", { ami_name: "a".repeat(129) }],
  ["AMIName should only contain alphanumeric characters, parentheses (())", { ami_name: "a:b:c" }],
  [
    "Region us-west-2 is in region_kms_key_ids but not in ami_regions",
    { encrypt_boot: true, region_kms_key_ids: { "us-west-2": "" } },
  ],
  [
    "Region us-west-1 is in ami_regions but not in region_kms_key_ids",
    { encrypt_boot: true, ami_regions: ["us-west-1", "us-west-2"], region_kms_key_ids: { "us-west-2": "" } },
  ],
  ["Cannot share AMI encrypted with default KMS key", { encrypt_boot: true, ami_users: ["1"] }],
  [
    "Cannot share AMI encrypted with default KMS key for other regions",
    {
      encrypt_boot: true,
      kms_key_id: "alias/a",
      ami_users: ["1"],
      ami_regions: ["us-west-2"],
      region_kms_key_ids: { "us-west-2": "" },
    },
  ],
  ["Cannot share snapshot encrypted with default KMS key", { encrypt_boot: true, snapshot_users: ["1"] }],
  [
    "If you have set either region_kms_key_ids or kms_key_id, encrypt_boot must also be true.",
    { kms_key_id: "alias/a" },
  ],
  ['"nonsense" is not a valid KMS Key Id.', { encrypt_boot: true, kms_key_id: "nonsense" }],
  ['The only valid imds_support values are "v2.0" or the empty string', { imds_support: "v1" }],
  ["deprecate_at is not a valid time: tomorrow", { deprecate_at: "tomorrow" }],
  ["A source_ami or source_ami_filter must be specified", { source_ami: undefined }],
  [
    "For security reasons, your source AMI filter must declare an owner.",
    { source_ami: undefined, source_ami_filter: { filters: { name: "x" } } },
  ],
  ["either instance_type or spot_instance_types must be specified", { instance_type: undefined }],
  [
    "either instance_type or spot_instance_types must be specified, not both",
    { ...spot, spot_instance_types: ["t3.micro"] },
  ],
  ["temporary_key_pair_type requires either rsa or ed25519 as its value", { temporary_key_pair_type: "ecdsa" }],
  [
    "http_endpoint requires either disabled or enabled as its value",
    { metadata_options: { http_endpoint: "perhaps" } },
  ],
  ["http_tokens requires either optional or required as its value", { metadata_options: { http_tokens: "some" } }],
  [
    "http_put_response_hop_limit requires a number between 1 and 64",
    { metadata_options: { http_put_response_hop_limit: 65 } },
  ],
  [
    "instance_metadata_tags requires either disabled or enabled as its value",
    { metadata_options: { instance_metadata_tags: "on" } },
  ],
  ["Unknown interface type: carrier_pigeon", { ssh_interface: "carrier_pigeon" }],
  [
    'session_manager connectivity is not supported with the "winrm" communicator; please use "ssh"',
    { communicator: "winrm", ssh_interface: "session_manager", iam_instance_profile: "x" },
  ],
  ["no iam_instance_profile defined; session_manager connectivity requires", { ssh_interface: "session_manager" }],
  [
    "ssh_private_key_file must be provided or ssh_agent_auth enabled when ssh_keypair_name is specified.",
    { ssh_keypair_name: "k" },
  ],
  [
    "ssh_private_key_file must be provided to retrieve the winrm password when using ssh_keypair_name.",
    { communicator: "winrm", ssh_keypair_name: "k" },
  ],
  ["fleet_tags should not be set when not requesting a spot instance", { fleet_tags: { a: "b" } }],
  ["spot_tags should not be set when not requesting a spot instance", { spot_tag: [{ key: "a", value: "b" }] }],
  ["block_duration_minutes must be multiple of 60", { ...spot, block_duration_minutes: 61 }],
  ["invalid spot allocation strategy", { ...spot, spot_allocation_strategy: "luck" }],
  ["Only one of user_data or user_data_file can be specified.", { user_data: "a", user_data_file: "b" }],
  ["user_data_file not found: missing.sh", { user_data_file: "missing.sh" }],
  [
    "Only one of security_group_id or security_group_ids can be specified.",
    { security_group_id: "sg-1", security_group_ids: ["sg-2"] },
  ],
  [
    "Error parsing CIDR in temporary_security_group_source_cidrs: 10.0.0.1",
    { temporary_security_group_source_cidrs: ["10.0.0.1"] },
  ],
  ["shutdown_behavior only accepts 'stop' or 'terminate' values.", { shutdown_behavior: "explode" }],
  [
    "Error: Instance Type: m5.large is not within the supported types for Unlimited credits.",
    { instance_type: "m5.large", enable_unlimited_credits: true },
  ],
  [
    "Error: Unlimited credits cannot be used in conjunction with Spot Instances",
    { ...spot, enable_unlimited_credits: true },
  ],
  [
    "capacity_reservation_id and capacity_reservation_group_arn are mutually exclusive, only one should be used/set",
    { capacity_reservation_id: "cr-1", capacity_reservation_group_arn: "arn:x" },
  ],
  [
    "capacity_reservation_preference only accepts 'none' or 'open' values",
    { capacity_reservation_preference: "maybe" },
  ],
  ["Error: Unknown tenancy type shared", { tenancy: "shared" }],
  [
    "Error: Please set only one of placement.tenancy and tenancy (deprecated)",
    { tenancy: "default", placement: { tenancy: "default" } },
  ],
  ["Error: Nitro Enclave cannot be used in conjunction with Spot Instances", { ...spot, enable_nitro_enclave: true }],
  ["Spot instances do not support modification", { ...spot, ena_support: false }],
  [
    "If you have set vault_aws_engine, you must not set the access_key or secret_key.",
    { vault_aws_engine: { name: "x" } },
  ],
  ["`access_key` and `secret_key` must both be either set or not set.", { access_key: undefined }],
  [
    "The `device_name` must be specified for every device in the block device mapping.",
    { launch_block_device_mappings: [{}] },
  ],
  [
    "The device /dev/sdh, must also have `encrypted: true` when setting a kms_key_id.",
    device({ kms_key_id: "alias/a" }),
  ],
  [
    "/dev/sdh: the maximum ratio of provisioned IOPS to requested volume size (in GiB) is 50:1 for io1 volumes",
    device({ volume_type: "io1", iops: 1000, volume_size: 10 }),
  ],
  ["the maximum ratio of provisioned IOPS", device({ volume_type: "io2", iops: 6000, volume_size: 10 })],
  ["IOPS must be between 100 and 64000 for device /dev/sdh", device({ volume_type: "io1", iops: 50 })],
  ["IOPS must be between 3000 and 16000 for device /dev/sdh", device({ volume_type: "gp3", iops: 100 })],
  ["Throughput must be between 125 and 1000", device({ volume_type: "gp3", throughput: 1 })],
  ["Throughput is only valid for gp3 volumes", device({ volume_type: "gp2", throughput: 200 })],
];

describe("checking amazon-ebs", () => {
  it("has nothing to say of the getting-started builder", async () => {
    expect(await checkEbs(plain)).toEqual([]);
  });

  it.each(phrases)("says %j", async (phrase, options) => {
    const found = await checkEbs({ ...plain, ...options });
    expect(found.filter((d) => d.severity === "error").map((d) => d.summary)).toContainEqual(
      expect.stringContaining(phrase),
    );
  });

  it("says everything at once, each with a code of its family", async () => {
    const found = await checkEbs({ communicator: "ssh" });
    expect(found.map((d) => d.summary)).toEqual([
      "ami_name must be specified",
      "A source_ami or source_ami_filter must be specified",
      "either instance_type or spot_instance_types must be specified",
    ]);
    expect(found.every((d) => d.code.startsWith("amazon/") && d.subject)).toBe(true);
  });

  it("shows what a cleaned image name would be", async () => {
    const [found] = await checkEbs({ ...plain, ami_name: "web 2024-03-05T14:07:09Z" });
    expect(found?.detail).toBe("It would become: web 2024-03-05T14-07-09Z");
  });

  it("takes key ids, aliases, multi-region keys and ARNs as KMS keys", async () => {
    const keys = [
      "1234abcd-12ab-34cd-56ef-1234567890ab",
      "mrk-1234abcd12ab34cd56ef1234567890ab",
      "alias/my_key/x",
      "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      "arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/foo",
    ];
    for (const kms_key_id of keys) expect(await checkEbs({ ...plain, encrypt_boot: true, kms_key_id })).toEqual([]);
  });

  it("needs no network and no credentials", async () => {
    const { access_key: _, secret_key: __, ...options } = plain;
    // The fake host has neither HTTP nor environment: asking would throw.
    expect(await checkEbs(options)).toEqual([]);
  });
});
