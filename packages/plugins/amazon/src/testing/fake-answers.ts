import type { FakeAws, Handler } from "./fake-aws.ts";
import { type Answer, type Call, Refusal } from "./fake-transport.ts";
import { testKey } from "./test-key.ts";

type Item = Record<string, unknown>;

export function stateOf(instance: Item): string {
  return (instance["State"] as { Name: string }).Name;
}
const texts = (value: unknown): readonly string[] => (value as readonly string[] | undefined) ?? [];
function filterOf(call: Call, name: string): readonly string[] | undefined {
  const filters = (call.input["Filters"] ?? []) as readonly { Name: string; Values: readonly string[] }[];
  return filters.find((filter) => filter.Name === name)?.Values;
}
function tagsFor(call: Call, type: string): unknown {
  const specifications = (call.input["TagSpecifications"] ?? []) as readonly { ResourceType: string; Tags: unknown }[];
  return specifications.find((s) => s.ResourceType === type)?.Tags;
}

const regions = ["us-east-1", "us-east-2", "us-west-2", "eu-central-1"];

function launch(aws: FakeAws, more: Item): Item {
  const InstanceId = aws.id("i");
  const VolumeId = aws.id("vol");
  aws.volumes.set(VolumeId, { VolumeId, State: "in-use" });
  const instance = {
    InstanceId,
    State: { Name: "running" },
    PublicIpAddress: "203.0.113.7",
    PrivateIpAddress: "10.0.0.7",
    PublicDnsName: "ec2-203-0-113-7.compute-1.amazonaws.com",
    PrivateDnsName: "ip-10-0-0-7.ec2.internal",
    Ipv6Address: "2001:db8::7",
    VpcId: "vpc-default",
    Placement: { AvailabilityZone: "us-east-1a" },
    BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { VolumeId, DeleteOnTermination: true } }],
    ...more,
  };
  aws.instances.set(InstanceId, instance);
  return instance;
}
function setState(aws: FakeAws, call: Call, name: string): void {
  for (const id of texts(call.input["InstanceIds"])) {
    const instance = aws.instances.get(id);
    if (!instance) throw new Refusal("InvalidInstanceID.NotFound", `no instance ${id}`);
    instance["State"] = { Name: name };
  }
}
function addImage(aws: FakeAws, call: Call, more: Item): Answer {
  const ImageId = aws.id("ami");
  const SnapshotId = aws.id("snap");
  aws.snapshots.add(SnapshotId);
  aws.images.set(ImageId, {
    ImageId,
    Name: call.input["Name"],
    State: "available",
    OwnerId: "123456789012",
    CreationDate: "2024-03-05T14:30:00.000Z",
    BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { SnapshotId } }],
    ...(tagsFor(call, "image") !== undefined && { Tags: tagsFor(call, "image") }),
    ...more,
  });
  return { ImageId };
}

/** What each action does to the fake's state and answers. */
export const behaviour: Record<string, Handler> = {
  GetCallerIdentity: () => ({ Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/kiln", UserId: "U" }),
  DescribeRegions: () => ({ Regions: regions.map((RegionName) => ({ RegionName })) }),
  DescribeVpcs: () => ({ Vpcs: [{ VpcId: "vpc-default", IsDefault: true }] }),
  DescribeSubnets: () => ({
    Subnets: [
      { SubnetId: "subnet-a", VpcId: "vpc-default", AvailabilityZone: "us-east-1a", AvailableIpAddressCount: 10 },
      { SubnetId: "subnet-b", VpcId: "vpc-default", AvailabilityZone: "us-east-1b", AvailableIpAddressCount: 90 },
      { SubnetId: "subnet-c", VpcId: "vpc-default", AvailabilityZone: "us-east-1c", AvailableIpAddressCount: 95 },
    ],
  }),
  DescribeInstanceTypeOfferings: () => ({
    InstanceTypeOfferings: ["us-east-1a", "us-east-1b"].map((Location) => ({ Location })),
  }),
  DescribeImages: (call, aws) => {
    const ids = texts(call.input["ImageIds"]);
    const name = filterOf(call, "name")?.[0];
    const own = texts(call.input["Owners"]).includes("self");
    const all = [...aws.images.values()].filter(
      (image) =>
        (ids.length === 0 || ids.includes(String(image["ImageId"]))) &&
        (!own || (image["OwnerId"] === "123456789012" && image["Name"] === name)),
    );
    if (ids.length > 0 && all.length === 0) throw new Refusal("InvalidAMIID.NotFound", `no image ${ids[0]}`);
    return { Images: all };
  },
  CreateKeyPair: (call, aws) => {
    aws.keys.add(String(call.input["KeyName"]));
    return { KeyName: call.input["KeyName"], KeyMaterial: testKey(), KeyPairId: "key-1" };
  },
  DescribeKeyPairs: (call, aws) => ({
    KeyPairs: texts(filterOf(call, "key-name")).flatMap((KeyName) => (aws.keys.has(KeyName) ? [{ KeyName }] : [])),
  }),
  DeleteKeyPair: (call, aws) => {
    aws.keys.delete(String(call.input["KeyName"]));
    return {};
  },
  CreateSecurityGroup: (call, aws) => {
    const GroupId = aws.id("sg");
    aws.groups.set(GroupId, { GroupId, GroupName: call.input["GroupName"] });
    return { GroupId };
  },
  DescribeSecurityGroups: (call, aws) => {
    const name = filterOf(call, "group-name")?.[0];
    const ids = texts(call.input["GroupIds"]);
    if (ids.length > 0) return { SecurityGroups: ids.map((GroupId) => ({ GroupId })) };
    if (name === undefined) return { SecurityGroups: [{ GroupId: "sg-found" }] };
    return { SecurityGroups: [...aws.groups.values()].filter((group) => group["GroupName"] === name) };
  },
  AuthorizeSecurityGroupIngress: () => ({ Return: true }),
  DeleteSecurityGroup: (call, aws) => {
    aws.groups.delete(String(call.input["GroupId"]));
    return {};
  },
  RunInstances: (call, aws) => {
    if (call.input["DryRun"]) throw new Refusal("DryRunOperation", "Request would have succeeded", 412);
    return { Instances: [launch(aws, { ClientToken: call.input["ClientToken"] })] };
  },
  DescribeInstances: (call, aws) => {
    const ids = texts(call.input["InstanceIds"]);
    const token = filterOf(call, "client-token")?.[0];
    const fleet = filterOf(call, "tag:aws:ec2launchtemplate:id")?.[0];
    const found = [...aws.instances.values()].filter(
      (i) =>
        ids.includes(String(i["InstanceId"])) ||
        (token !== undefined && i["ClientToken"] === token) ||
        (fleet !== undefined && stateOf(i) !== "terminated"),
    );
    return { Reservations: [{ Instances: found }] };
  },
  DescribeInstanceStatus: (call) => ({
    InstanceStatuses: texts(call.input["InstanceIds"]).map((InstanceId) => ({
      InstanceId,
      InstanceState: { Name: "running" },
    })),
  }),
  StopInstances: (call, aws) => {
    setState(aws, call, "stopped");
    return {};
  },
  TerminateInstances: (call, aws) => {
    setState(aws, call, "terminated");
    return {};
  },
  ModifyInstanceAttribute: () => ({}),
  GetPasswordData: () => ({ PasswordData: "" }),
  DescribeVolumes: () => ({ Volumes: [] }),
  DeleteVolume: () => ({}),
  CreateImage: (call, aws) => addImage(aws, call, { SourceInstanceId: call.input["InstanceId"] }),
  CopyImage: (call, aws) => addImage(aws, call, { SourceImageId: call.input["SourceImageId"] }),
  DeregisterImage: (call, aws) => {
    aws.images.delete(String(call.input["ImageId"]));
    return {};
  },
  DeleteSnapshot: (call, aws) => {
    aws.snapshots.delete(String(call.input["SnapshotId"]));
    return {};
  },
  DescribeSnapshots: () => ({ Snapshots: [] }),
  CreateTags: () => ({}),
  ModifyImageAttribute: () => ({}),
  ModifySnapshotAttribute: () => ({}),
  EnableImageDeprecation: () => ({ Return: true }),
  EnableImageDeregistrationProtection: () => ({ Return: "true" }),
  DisableImageDeregistrationProtection: () => ({ Return: "true" }),
  EnableFastLaunch: (call) => ({ ImageId: call.input["ImageId"], State: "enabling" }),
  DescribeFastLaunchImages: (call) => ({
    FastLaunchImages: texts(call.input["ImageIds"]).map((ImageId) => ({ ImageId, State: "enabled" })),
  }),
  CreateLaunchTemplate: (call, aws) => {
    const name = String(call.input["LaunchTemplateName"]);
    aws.templates.set(name, "lt-1");
    return { LaunchTemplate: { LaunchTemplateId: "lt-1", LaunchTemplateName: name } };
  },
  DescribeLaunchTemplates: () => ({ LaunchTemplates: [{ LaunchTemplateId: "lt-7", LatestVersionNumber: 4 }] }),
  DeleteLaunchTemplate: (call, aws) => {
    aws.templates.delete(String(call.input["LaunchTemplateName"]));
    return {};
  },
  CreateFleet: (_, aws) => {
    const { InstanceId } = launch(aws, { SpotInstanceRequestId: "sir-1" });
    return { FleetId: "fleet-1", Instances: [{ InstanceIds: [InstanceId] }] };
  },
  GetInstanceProfile: (call, aws) => {
    const name = String(call.input["InstanceProfileName"]);
    if (!aws.profiles.has(name) && name.startsWith("packer-")) throw new Refusal("NoSuchEntity", `no ${name}`, 404);
    return { InstanceProfile: profile(name) };
  },
  CreateInstanceProfile: (call, aws) => {
    aws.profiles.add(String(call.input["InstanceProfileName"]));
    return { InstanceProfile: profile(String(call.input["InstanceProfileName"])) };
  },
  DeleteInstanceProfile: (call, aws) => {
    aws.profiles.delete(String(call.input["InstanceProfileName"]));
    return {};
  },
  CreateRole: (call, aws) => {
    aws.roles.add(String(call.input["RoleName"]));
    return { Role: role(String(call.input["RoleName"])) };
  },
  GetRole: (call) => ({ Role: role(String(call.input["RoleName"])) }),
  DeleteRole: (call, aws) => {
    aws.roles.delete(String(call.input["RoleName"]));
    return {};
  },
  PutRolePolicy: () => ({}),
  DeleteRolePolicy: () => ({}),
  AddRoleToInstanceProfile: () => ({}),
  RemoveRoleFromInstanceProfile: () => ({}),
  AssumeRole: () => ({
    Credentials: {
      AccessKeyId: "ASIAROLE",
      SecretAccessKey: "role-secret",
      SessionToken: "role-token",
      Expiration: "2099-01-01T00:00:00Z",
    },
    AssumedRoleUser: { AssumedRoleId: "A:s", Arn: "arn:aws:sts::123456789012:assumed-role/r/s" },
  }),
  DecodeAuthorizationMessage: () => ({ DecodedMessage: '{"allowed":false,"missing":"ec2:RunInstances"}' }),
  StartSession: (_, aws) => {
    const SessionId = aws.id("session");
    aws.sessions.add(SessionId);
    return { SessionId, StreamUrl: `wss://ssm/${SessionId}`, TokenValue: "stream-token" };
  },
  TerminateSession: (call, aws) => {
    aws.sessions.delete(String(call.input["SessionId"]));
    return {};
  },
  SendSSHPublicKey: () => ({ RequestId: "r", Success: true }),
  GetSecretValue: () => ({ Name: "db", SecretString: '{"user":"u","password":"p"}' }),
};

function profile(name: string): Item {
  return {
    Path: "/",
    InstanceProfileName: name,
    InstanceProfileId: "AIPA1",
    Arn: `arn:aws:iam::123456789012:instance-profile/${name}`,
    CreateDate: "2024-03-05T14:07:09Z",
    Roles: [],
  };
}
function role(name: string): Item {
  return {
    Path: "/",
    RoleName: name,
    RoleId: "AROA1",
    Arn: `arn:aws:iam::123456789012:role/${name}`,
    CreateDate: "2024-03-05T14:07:09Z",
  };
}
