import { constants, createPublicKey, publicEncrypt } from "node:crypto";
import { expect } from "vitest";
import { config } from "../ebs/config.ts";
import type { Handler } from "./fake-aws.ts";
import { type Row, refuses, says, sends, spares } from "./option-rows.ts";
import { type Options, plain, runEbs } from "./run-ebs.ts";
import { base64, testKey } from "./test-key.ts";

const { source_ami: _, instance_type: __, ...bare } = plain;
const filtered = {
  ...bare,
  instance_type: "t2.micro",
  source_ami_filter: { filters: { name: "x" }, owners: ["self", "amazon"] },
};
const find = (more: Options, part: Options): Row =>
  sends(
    { source_ami_filter: { filters: { name: "x" }, owners: ["amazon"], ...more } },
    "DescribeImages",
    part,
    filtered,
  );
const runs = (options: Options, part: Options): Row => sends(options, "RunInstances", part);
const tags = (type: string, Key: string, Value: string) => ({
  TagSpecifications: expect.arrayContaining([
    { ResourceType: type, Tags: expect.arrayContaining([{ Key, Value }]) },
  ]) as unknown,
});
const spot = { ...plain, spot_price: "auto" };
const spotTypes = { ...bare, source_ami: "ami-base", spot_price: "auto", spot_instance_types: ["t3.micro"] };
const policy = { Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: ["*"] }] };
const document =
  (more: Options, statement: Options): Row =>
  async () => {
    const temporary_iam_instance_profile_policy_document = {
      ...policy,
      ...more,
      ...(Object.keys(statement).length > 0 && { Statement: [{ ...policy.Statement[0], ...statement }] }),
    };
    const run = await runEbs({ ...plain, temporary_iam_instance_profile_policy_document });
    expect(run.error).toBeUndefined();
    expect(run.aws.problems).toEqual([]);
    const [sent] = run.aws.inputs("PutRolePolicy");
    expect(JSON.parse(String(sent?.["PolicyDocument"]))).toEqual({
      Version: "2012-10-17",
      ...temporary_iam_instance_profile_policy_document,
    });
  };
const several: Handler = () => ({
  Subnets: [
    { SubnetId: "subnet-a", AvailableIpAddressCount: 1 },
    { SubnetId: "subnet-b", AvailableIpAddressCount: 9 },
  ],
});
const chosen =
  (option: string): Row =>
  async () => {
    const subnet_filter = { filters: { "tag:Class": "build" } };
    const handlers = { DescribeSubnets: several };
    const refused = await runEbs({ ...plain, subnet_filter }, { handlers });
    expect(refused.error?.message).toContain("Your filter matched 2 Subnets.");
    const run = await runEbs({ ...plain, subnet_filter: { ...subnet_filter, [option]: true } }, { handlers });
    const subnet = run.aws.inputs("RunInstances")[0]?.["SubnetId"];
    if (option === "most_free") expect(subnet).toBe("subnet-b");
    else expect(["subnet-a", "subnet-b"]).toContain(subnet);
  };

/** A device option of the launch mappings. */
function device(more: Options, part: Options, ebs = true): Row {
  const rest = { device_name: "/dev/sdh", volume_size: 200 };
  return sends(
    { launch_block_device_mappings: [{ ...rest, ...more }] },
    "RunInstances",
    { BlockDeviceMappings: [ebs ? { DeviceName: "/dev/sdh", Ebs: part } : { DeviceName: "/dev/sdh", ...part }] },
    { ...plain, launch_block_device_mappings: [rest] },
  );
}

const license = "arn:aws:license-manager:us-east-1:123456789012:license-configuration:lic-1";
const group = "arn:aws:resource-groups:us-east-1:123456789012:group/hosts";

export const machineRows: Readonly<Record<string, Row>> = {
  source_ami: sends({ source_ami: "ami-base" }, "DescribeImages", { ImageIds: ["ami-base"] }, filtered),
  "source_ami_filter.filters": find(
    { filters: { name: "ubuntu/*, debian-*", "root-device-type": "ebs" } },
    {
      Filters: [
        { Name: "name", Values: ["ubuntu/*", "debian-*"] },
        { Name: "root-device-type", Values: ["ebs"] },
      ],
    },
  ),
  "source_ami_filter.owners": find({ owners: ["099720109477"] }, { Owners: ["099720109477"] }),
  "source_ami_filter.most_recent": async () => {
    const older = { ImageId: "ami-old", CreationDate: "2020-01-01T00:00:00.000Z", RootDeviceType: "ebs" };
    const newer = { ...older, ImageId: "ami-new", CreationDate: "2022-01-01T00:00:00.000Z" };
    const DescribeImages: Handler = (call, aws) => {
      const ids = (call.input["ImageIds"] ?? []) as readonly string[];
      if (ids.length > 0) return { Images: ids.map((id) => aws.images.get(id) ?? {}) };
      return { Images: String(call.input["Owners"]) === "self" ? [] : [older, newer] };
    };
    const filter = { filters: { name: "x" }, owners: ["amazon"] };
    const many = await runEbs({ ...filtered, source_ami_filter: filter }, { handlers: { DescribeImages } });
    expect(many.error?.message).toContain("Your query returned more than one result.");
    const options = { ...filtered, source_ami_filter: { ...filter, most_recent: true } };
    const run = await runEbs(options, { handlers: { DescribeImages } });
    expect(run.lines).toContain("    Found Image ID: ami-new");
  },
  "source_ami_filter.include_deprecated": find({ include_deprecated: true }, { IncludeDeprecated: true }),
  instance_type: runs({ instance_type: "m5.large" }, { InstanceType: "m5.large" }),
  ebs_optimized: runs({ ebs_optimized: true }, { EbsOptimized: true }),
  enable_nitro_enclave: runs({ enable_nitro_enclave: true }, { EnclaveOptions: { Enabled: true } }),
  enable_unlimited_credits: runs(
    { enable_unlimited_credits: true },
    { CreditSpecification: { CpuCredits: "unlimited" } },
  ),
  enable_t2_unlimited: runs({ enable_t2_unlimited: true }, { CreditSpecification: { CpuCredits: "unlimited" } }),
  disable_stop_instance: async () => {
    // The machine stops itself on the third look after provisioning.
    let looks = 0;
    const run = await runEbs(
      { ...plain, disable_stop_instance: true },
      {
        handlers: {
          DescribeInstances: (call, aws) => {
            const [id] = call.input["InstanceIds"] as readonly string[];
            const instance = aws.instances.get(String(id)) ?? {};
            if (++looks > 4)
              instance["State"] = { Name: aws.actions().includes("TerminateInstances") ? "terminated" : "stopped" };
            return { Reservations: [{ Instances: [instance] }] };
          },
        },
      },
    );
    expect(run.error).toBeUndefined();
    expect(run.lines).toContain("==> Automatic instance stop disabled. Please stop instance manually.");
    expect(run.aws.actions()).not.toContain("StopInstances");
  },
  shutdown_behavior: runs({ shutdown_behavior: "terminate" }, { InstanceInitiatedShutdownBehavior: "terminate" }),
  user_data: runs({ user_data: "#!/bin/sh\necho hi\n" }, { UserData: base64("#!/bin/sh\necho hi\n") }),
  user_data_file: sends({ user_data_file: "/boot.sh" }, "RunInstances", { UserData: base64("#!boot") }, plain, {
    host: { files: { "/boot.sh": "#!boot" } },
  }),
  windows_password_timeout: async () => {
    const options = { ...plain, communicator: "winrm", windows_password_timeout: 60_000 };
    const run = await runEbs(options);
    expect(run.error?.message).toBe("Timeout waiting for password.");
    expect(run.aws.inputs("GetPasswordData").length).toBeLessThan(20);
    const data = publicEncrypt(
      { key: createPublicKey(testKey()), padding: constants.RSA_PKCS1_PADDING },
      Buffer.from("S3cret!"),
    ).toString("base64");
    const GetPasswordData: Handler = (_call, aws) => ({
      PasswordData: aws.inputs("GetPasswordData").length > 30 ? data : "",
    });
    const longer = await runEbs({ ...options, windows_password_timeout: 1_200_000 }, { handlers: { GetPasswordData } });
    expect(longer.ctx.targets[0]?.password).toBe("S3cret!");
    expect(longer.ctx.masked).toContain("S3cret!");
  },
  no_ephemeral: runs(
    { no_ephemeral: true },
    { BlockDeviceMappings: expect.arrayContaining([{ DeviceName: "xvdcz", NoDevice: "" }]) as unknown },
  ),
  run_tags: runs(
    { run_tags: { Name: "of {{ .SourceAMIName }}" } },
    tags("instance", "Name", "of ubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-20210928"),
  ),
  "run_tag.key": runs({ run_tag: [{ key: "k", value: "v" }] }, tags("instance", "k", "v")),
  "run_tag.value": sends({ run_tag: [{ key: "k", value: "v" }] }, "CreateImage", tags("snapshot", "k", "v")),
  run_volume_tags: runs({ run_volume_tags: { a: "b" } }, tags("volume", "a", "b")),
  "run_volume_tag.name": runs({ run_volume_tag: [{ name: "k", value: "v" }] }, tags("volume", "k", "v")),
  "run_volume_tag.value": says({ run_volume_tag: [{ name: "k", value: "v" }] }, 'Adding tag: "k": "v"'),
  "metadata_options.http_endpoint": runs(
    { metadata_options: { http_endpoint: "disabled" } },
    { MetadataOptions: { HttpEndpoint: "disabled" } },
  ),
  "metadata_options.http_tokens": runs(
    { metadata_options: { http_tokens: "required" } },
    { MetadataOptions: { HttpTokens: "required" } },
  ),
  "metadata_options.http_put_response_hop_limit": runs(
    { metadata_options: { http_put_response_hop_limit: 2 } },
    { MetadataOptions: { HttpPutResponseHopLimit: 2 } },
  ),
  "metadata_options.instance_metadata_tags": runs(
    { metadata_options: { instance_metadata_tags: "enabled" } },
    { MetadataOptions: { InstanceMetadataTags: "enabled" } },
  ),
  "license_specifications.license_configuration_request.license_configuration_arn": runs(
    { license_specifications: [{ license_configuration_request: { license_configuration_arn: license } }] },
    { LicenseSpecifications: [{ LicenseConfigurationArn: license }] },
  ),
  // Where it runs.
  vpc_id: sends({ vpc_id: "vpc-default" }, "CreateSecurityGroup", { VpcId: "vpc-default" }),
  "vpc_filter.filters": sends({ vpc_filter: { filters: { "tag:Class": "build" } } }, "DescribeVpcs", {
    Filters: [
      { Name: "state", Values: ["available"] },
      { Name: "tag:Class", Values: ["build"] },
    ],
  }),
  "vpc_filter.filter.name": sends({ vpc_filter: { filter: [{ name: "isDefault", value: "true" }] } }, "DescribeVpcs", {
    Filters: [{ Name: "isDefault" }, { Name: "state" }],
  }),
  "vpc_filter.filter.value": says(
    { vpc_filter: { filter: [{ name: "isDefault", value: "true" }] } },
    "Found VPC ID: vpc-default",
  ),
  subnet_id: runs({ subnet_id: "subnet-a" }, { SubnetId: "subnet-a" }),
  "subnet_filter.filters": sends(
    { subnet_filter: { filters: { "tag:Class": "build" }, random: true } },
    "DescribeSubnets",
    {
      Filters: expect.arrayContaining([{ Name: "tag:Class", Values: ["build"] }]) as unknown,
    },
  ),
  "subnet_filter.filter.name": sends(
    { subnet_filter: { filter: [{ name: "tag:N", value: "a, b" }], random: true } },
    "DescribeSubnets",
    { Filters: expect.arrayContaining([{ Name: "tag:N", Values: ["a", "b"] }]) as unknown },
  ),
  "subnet_filter.filter.value": says(
    { subnet_filter: { filter: [{ name: "tag:N", value: "a" }], most_free: true } },
    "Found Subnet ID: subnet-c",
  ),
  "subnet_filter.most_free": chosen("most_free"),
  "subnet_filter.random": chosen("random"),
  availability_zone: runs({ availability_zone: "us-east-1b" }, { Placement: { AvailabilityZone: "us-east-1b" } }),
  // The roomiest subnet whose zone has the instance type.
  associate_public_ip_address: runs(
    { associate_public_ip_address: true },
    { NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: true, SubnetId: "subnet-b", Groups: ["sg-1"] }] },
  ),
  security_group_id: runs({ security_group_id: "sg-mine" }, { SecurityGroupIds: ["sg-mine"] }),
  security_group_ids: runs({ security_group_ids: ["sg-a", "sg-b"] }, { SecurityGroupIds: ["sg-a", "sg-b"] }),
  "security_group_filter.filters": runs(
    { security_group_filter: { filters: { "tag:Class": "build" } } },
    { SecurityGroupIds: ["sg-found"] },
  ),
  "security_group_filter.filter.name": sends(
    { security_group_filter: { filter: [{ name: "tag:N", value: "x" }] }, subnet_id: "subnet-a" },
    "DescribeSecurityGroups",
    {
      Filters: [
        { Name: "tag:N", Values: ["x"] },
        { Name: "vpc-id", Values: ["vpc-default"] },
      ],
    },
  ),
  "security_group_filter.filter.value": says(
    { security_group_filter: { filter: [{ name: "tag:N", value: "x" }] } },
    "Found Security Group(s): sg-found",
  ),
  temporary_security_group_source_cidrs: sends(
    { temporary_security_group_source_cidrs: ["10.0.0.0/8", "2001:db8::/32"] },
    "AuthorizeSecurityGroupIngress",
    { IpPermissions: [{ IpRanges: [{ CidrIp: "10.0.0.0/8" }], Ipv6Ranges: [{ CidrIpv6: "2001:db8::/32" }] }] },
  ),
  temporary_security_group_source_public_ip: sends(
    { temporary_security_group_source_public_ip: true },
    "AuthorizeSecurityGroupIngress",
    { IpPermissions: [{ IpRanges: [{ CidrIp: "198.51.100.4/32" }] }] },
    plain,
    { host: { onHttp: () => ({ status: 200, headers: {}, body: "198.51.100.4\n" }) } },
  ),
  "placement.host_resource_group_arn": runs(
    { placement: { host_resource_group_arn: group } },
    { Placement: { HostResourceGroupArn: group } },
  ),
  "placement.host_id": runs({ placement: { host_id: "h-1" } }, { Placement: { HostId: "h-1" } }),
  "placement.tenancy": runs({ placement: { tenancy: "dedicated" } }, { Placement: { Tenancy: "dedicated" } }),
  tenancy: runs({ tenancy: "dedicated" }, { Placement: { Tenancy: "dedicated" } }),
  capacity_reservation_preference: runs(
    { capacity_reservation_preference: "open" },
    { CapacityReservationSpecification: { CapacityReservationPreference: "open" } },
  ),
  capacity_reservation_id: runs(
    { capacity_reservation_id: "cr-1" },
    { CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId: "cr-1" } } },
  ),
  capacity_reservation_group_arn: runs(
    { capacity_reservation_group_arn: group },
    { CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationResourceGroupArn: group } } },
  ),
  // Spot.
  spot_price: sends({ spot_price: "0.05" }, "CreateLaunchTemplate", {
    LaunchTemplateData: { InstanceMarketOptions: { MarketType: "spot", SpotOptions: { MaxPrice: "0.05" } } },
  }),
  spot_instance_types: sends(
    { spot_instance_types: ["m5.large", "m5a.large"] },
    "CreateFleet",
    { LaunchTemplateConfigs: [{ Overrides: [{ InstanceType: "m5.large" }, { InstanceType: "m5a.large" }] }] },
    spotTypes,
  ),
  spot_allocation_strategy: sends(
    { spot_allocation_strategy: "price-capacity-optimized" },
    "CreateFleet",
    { SpotOptions: { AllocationStrategy: "price-capacity-optimized" } },
    spot,
  ),
  // The decoders warn of it.
  spot_price_auto_product: async () =>
    expect(config.spot_price_auto_product.deprecated).toEqual({ note: "it is no longer necessary" }),
  block_duration_minutes: refuses(
    { block_duration_minutes: 61 },
    "block_duration_minutes must be multiple of 60",
    spot,
  ),
  spot_tags: sends(
    { spot_tags: { s: "t" } },
    "CreateTags",
    { Resources: ["sir-1"], Tags: [{ Key: "s", Value: "t" }] },
    spot,
  ),
  "spot_tag.key": sends({ spot_tag: [{ key: "k", value: "v" }] }, "CreateTags", { Tags: [{ Key: "k" }] }, spot),
  "spot_tag.value": sends({ spot_tag: [{ key: "k", value: "v" }] }, "CreateTags", { Tags: [{ Value: "v" }] }, spot),
  fleet_tags: sends({ fleet_tags: { f: "g" } }, "CreateFleet", tags("fleet", "f", "g"), spot),
  "fleet_tag.key": sends({ fleet_tag: [{ key: "k", value: "v" }] }, "CreateFleet", tags("fleet", "k", "v"), spot),
  "fleet_tag.value": sends(
    { fleet_tag: [{ key: "k", value: "v" }] },
    "CreateLaunchTemplate",
    tags("launch-template", "k", "v"),
    spot,
  ),
  // What the machine may do.
  iam_instance_profile: runs({ iam_instance_profile: "builder" }, { IamInstanceProfile: { Name: "builder" } }),
  skip_profile_validation: spares({ skip_profile_validation: true }, "GetInstanceProfile", {
    ...plain,
    iam_instance_profile: "builder",
  }),
  "temporary_iam_instance_profile_policy_document.Version": document({ Version: "2008-10-17" }, {}),
  "temporary_iam_instance_profile_policy_document.Statement.Effect": document({}, { Effect: "Deny" }),
  "temporary_iam_instance_profile_policy_document.Statement.Action": document({}, { Action: ["s3:*"] }),
  "temporary_iam_instance_profile_policy_document.Statement.Resource": document({}, { Resource: ["arn:aws:s3:::x"] }),
  "launch_block_device_mappings.device_name": device({ device_name: "/dev/sdz" }, { DeviceName: "/dev/sdz" }, false),
  "launch_block_device_mappings.delete_on_termination": device(
    { delete_on_termination: true },
    { DeleteOnTermination: true },
  ),
  "launch_block_device_mappings.encrypted": device({ encrypted: true }, { Encrypted: true }),
  "launch_block_device_mappings.kms_key_id": device(
    { encrypted: true, kms_key_id: "alias/k" },
    { KmsKeyId: "alias/k" },
  ),
  "launch_block_device_mappings.iops": device({ volume_type: "io1", iops: 1000 }, { Iops: 1000 }),
  "launch_block_device_mappings.throughput": device({ volume_type: "gp3", throughput: 250 }, { Throughput: 250 }),
  "launch_block_device_mappings.no_device": device({ no_device: true }, { NoDevice: "" }, false),
  "launch_block_device_mappings.snapshot_id": device({ snapshot_id: "snap-7" }, { SnapshotId: "snap-7" }),
  "launch_block_device_mappings.virtual_name": device(
    { virtual_name: "ephemeral0" },
    { VirtualName: "ephemeral0" },
    false,
  ),
  "launch_block_device_mappings.volume_type": device({ volume_type: "gp3" }, { VolumeType: "gp3" }),
  "launch_block_device_mappings.volume_size": device({ volume_size: 300 }, { VolumeSize: 300 }),
};
