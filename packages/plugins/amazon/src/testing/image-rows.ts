import { baseImage, type Handler } from "./fake-aws.ts";
import { type Base, type Row, refuses, says, sends, spares } from "./option-rows.ts";
import { plain } from "./run-ebs.ts";

const { ami_name: _, ...unnamed } = plain;
const elsewhere = { ...plain, ami_regions: ["us-west-2"] };
const key = "alias/build";
const encrypted = { ...plain, encrypt_boot: true, kms_key_id: key };
const forced: Base = { ...plain, force_deregister: true };
const old = { ImageId: "ami-old", BlockDeviceMappings: [{ Ebs: { SnapshotId: "snap-old" } }] };
/** An image of the wanted name is there already. */
const taken: Handler = (call, aws) => {
  const ids = (call.input["ImageIds"] ?? []) as readonly string[];
  if (ids.length > 0) return { Images: ids.map((id) => aws.images.get(id) ?? baseImage) };
  return { Images: [old] };
};
const shares = (member: string, value: string) => ({ LaunchPermission: { Add: [{ [member]: value }] } });
const fast = { enable_fast_launch: true };

/** A device option of the image's mappings; `base` is the rest of the device. */
function device(more: Record<string, unknown>, part: Record<string, unknown>, ebs = true): Row {
  const rest = { device_name: "/dev/sdh", volume_size: 200 };
  return sends(
    { ami_block_device_mappings: [{ ...rest, ...more }] },
    "CreateImage",
    { BlockDeviceMappings: [ebs ? { DeviceName: "/dev/sdh", Ebs: part } : { DeviceName: "/dev/sdh", ...part }] },
    { ...plain, ami_block_device_mappings: [rest] },
  );
}
const arn = "arn:aws:organizations::123456789012:organization/o-123";

export const imageRows: Readonly<Record<string, Row>> = {
  ami_name: sends(
    { ami_name: "other" },
    "CreateImage",
    { Name: "other" },
    { ...unnamed, ami_name: "packer-example 1" },
  ),
  ami_description: sends({ ami_description: "of {{ .SourceAMI }}" }, "ModifyImageAttribute", {
    Description: { Value: "of ami-base" },
  }),
  ami_virtualization_type: says(
    { ami_virtualization_type: "paravirtual" },
    "Cannot enable enhanced networking, AMIVirtType 'paravirtual' is not HVM",
    { ...plain, ena_support: true },
  ),
  ami_users: sends({ ami_users: ["210987654321"] }, "ModifyImageAttribute", shares("UserId", "210987654321")),
  ami_groups: sends({ ami_groups: ["all"] }, "ModifyImageAttribute", shares("Group", "all")),
  ami_org_arns: sends({ ami_org_arns: [arn] }, "ModifyImageAttribute", shares("OrganizationArn", arn)),
  ami_ou_arns: sends({ ami_ou_arns: [arn] }, "ModifyImageAttribute", shares("OrganizationalUnitArn", arn)),
  ami_product_codes: sends({ ami_product_codes: ["pc"] }, "ModifyImageAttribute", { ProductCodes: ["pc"] }),
  ami_regions: sends({ ami_regions: ["us-west-2", "us-east-1", "us-west-2"] }, "CopyImage", {
    Name: "packer-example 1",
    SourceRegion: "us-east-1",
    CopyImageTags: true,
  }),
  skip_region_validation: spares({ skip_region_validation: true }, "DescribeRegions"),
  snapshot_copy_duration_minutes: sends(
    { snapshot_copy_duration_minutes: 15 },
    "CopyImage",
    { SnapshotCopyCompletionDurationMinutes: 15 },
    elsewhere,
  ),
  tags: sends({ tags: { "of-{{ .SourceAMI }}": "{{ .SourceAMITags.Stage }}" } }, "CreateTags", {
    Tags: [{ Key: "of-ami-base", Value: "prod" }],
  }),
  "tag.key": sends({ tag: [{ key: "k", value: "v" }] }, "CreateTags", { Tags: [{ Key: "k" }] }),
  "tag.value": sends({ tag: [{ key: "k", value: "v" }] }, "CreateTags", { Tags: [{ Value: "v" }] }),
  ena_support: sends({ ena_support: true }, "ModifyInstanceAttribute", { EnaSupport: { Value: true } }),
  sriov_support: sends({ sriov_support: true }, "ModifyInstanceAttribute", { SriovNetSupport: { Value: "simple" } }),
  force_deregister: sends({ force_deregister: true }, "DeregisterImage", { ImageId: "ami-old" }, plain, {
    handlers: { DescribeImages: taken },
  }),
  force_delete_snapshot: sends({ force_delete_snapshot: true }, "DeleteSnapshot", { SnapshotId: "snap-old" }, forced, {
    handlers: { DescribeImages: taken },
  }),
  encrypt_boot: sends({ encrypt_boot: true }, "CopyImage", { Encrypted: true, Name: "packer-example 1" }),
  kms_key_id: sends({ kms_key_id: key }, "CopyImage", { KmsKeyId: key }, { ...plain, encrypt_boot: true }),
  region_kms_key_ids: sends(
    { region_kms_key_ids: { "us-west-2": "alias/west" } },
    "CopyImage",
    { KmsKeyId: "alias/west" },
    { ...encrypted, ami_regions: ["us-west-2"] },
  ),
  skip_save_build_region: says(
    { skip_save_build_region: true },
    "Deregistering the AMI and deleting unencrypted temporary AMIs and snapshots",
    elsewhere,
  ),
  imds_support: sends({ imds_support: "v2.0" }, "ModifyImageAttribute", { ImdsSupport: { Value: "v2.0" } }),
  deprecate_at: sends({ deprecate_at: "2030-01-01T00:00:00Z" }, "EnableImageDeprecation", {
    DeprecateAt: "2030-01-01T00:00:00Z",
  }),
  snapshot_tags: sends({ snapshot_tags: { s: "{{ .BuildRegion }}" } }, "CreateTags", {
    Resources: ["snap-5"],
    Tags: [{ Key: "s", Value: "us-east-1" }],
  }),
  "snapshot_tag.key": sends({ snapshot_tag: [{ key: "k", value: "v" }] }, "CreateTags", { Tags: [{ Key: "k" }] }),
  "snapshot_tag.value": sends({ snapshot_tag: [{ key: "k", value: "v" }] }, "CreateTags", { Tags: [{ Value: "v" }] }),
  snapshot_users: sends({ snapshot_users: ["210987654321"] }, "ModifySnapshotAttribute", {
    CreateVolumePermission: { Add: [{ UserId: "210987654321" }] },
  }),
  snapshot_groups: sends({ snapshot_groups: ["all"] }, "ModifySnapshotAttribute", {
    CreateVolumePermission: { Add: [{ Group: "all" }] },
  }),
  "deregistration_protection.enabled": sends(
    { deregistration_protection: { enabled: true } },
    "EnableImageDeregistrationProtection",
    { WithCooldown: false },
  ),
  "deregistration_protection.with_cooldown": sends(
    { deregistration_protection: { with_cooldown: true } },
    "EnableImageDeregistrationProtection",
    { WithCooldown: true },
  ),
  skip_create_ami: spares({ skip_create_ami: true }, "CreateImage"),
  skip_ami_run_tags: says({ skip_ami_run_tags: true }, "Skipping attaching run tags to AMI...", {
    ...plain,
    run_tags: { team: "x" },
  }),
  "ami_block_device_mappings.device_name": refuses(
    { ami_block_device_mappings: [{ volume_size: 8 }] },
    "The `device_name` must be specified for every device in the block device mapping.",
  ),
  "ami_block_device_mappings.delete_on_termination": device(
    { delete_on_termination: true },
    { DeleteOnTermination: true },
  ),
  "ami_block_device_mappings.encrypted": device({ encrypted: false }, { Encrypted: false }),
  "ami_block_device_mappings.kms_key_id": device({ encrypted: true, kms_key_id: key }, { KmsKeyId: key }),
  "ami_block_device_mappings.iops": device({ volume_type: "io2", iops: 4000 }, { Iops: 4000 }),
  "ami_block_device_mappings.throughput": device({ volume_type: "gp3", throughput: 250 }, { Throughput: 250 }),
  "ami_block_device_mappings.no_device": device({ no_device: true }, { NoDevice: "" }, false),
  "ami_block_device_mappings.snapshot_id": device({ snapshot_id: "snap-7" }, { SnapshotId: "snap-7" }),
  "ami_block_device_mappings.virtual_name": device(
    { virtual_name: "ephemeral0" },
    { VirtualName: "ephemeral0" },
    false,
  ),
  "ami_block_device_mappings.volume_type": device({ volume_type: "gp3" }, { VolumeType: "gp3" }),
  "ami_block_device_mappings.volume_size": device({ volume_size: 300 }, { VolumeSize: 300 }),
  "fast_launch.enable_fast_launch": sends({ fast_launch: fast }, "EnableFastLaunch", { ResourceType: "snapshot" }),
  "fast_launch.template_id": launchTemplate({ template_id: "lt-7" }, { LaunchTemplateId: "lt-7", Version: "4" }),
  "fast_launch.template_name": launchTemplate({ template_name: "win" }, { LaunchTemplateName: "win", Version: "4" }),
  "fast_launch.template_version": launchTemplate({ template_id: "lt-7", template_version: 2 }, { Version: "2" }),
  "fast_launch.max_parallel_launches": sends(
    { fast_launch: { ...fast, max_parallel_launches: 8 } },
    "EnableFastLaunch",
    { MaxParallelLaunches: 8 },
  ),
  "fast_launch.target_resource_count": sends(
    { fast_launch: { ...fast, target_resource_count: 3 } },
    "EnableFastLaunch",
    { SnapshotConfiguration: { TargetResourceCount: 3 } },
  ),
  "fast_launch.region_launch_templates.enable_fast_launch": west({ enable_fast_launch: true }, {}, {}),
  "fast_launch.region_launch_templates.region": refuses(
    { fast_launch: { region_launch_templates: [{ region: "eu-central-1" }] } },
    'Launch template specified for enabling fast-launch on region "eu-central-1"',
  ),
  "fast_launch.region_launch_templates.template_id": west({ template_id: "lt-8" }, { LaunchTemplateId: "lt-8" }),
  "fast_launch.region_launch_templates.template_name": west({ template_name: "west" }, { LaunchTemplateName: "west" }),
  "fast_launch.region_launch_templates.template_version": west(
    { template_id: "lt-8", template_version: 3 },
    { Version: "3" },
  ),
};

function launchTemplate(more: Record<string, unknown>, part: Record<string, unknown>): Row {
  return sends(
    { fast_launch: { ...fast, ...more } },
    "EnableFastLaunch",
    { LaunchTemplate: part },
    {
      ...plain,
      fast_launch: fast,
    },
  );
}
function west(more: Record<string, unknown>, template: Record<string, unknown>, general: object = fast): Row {
  const fast_launch = { ...general, region_launch_templates: [{ region: "us-west-2", ...more }] };
  const part = Object.keys(template).length > 0 ? { LaunchTemplate: template } : { ResourceType: "snapshot" };
  return sends({ fast_launch }, "EnableFastLaunch", part, { ...elsewhere, fast_launch: general });
}
