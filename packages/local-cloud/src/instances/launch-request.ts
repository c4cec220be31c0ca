import { type DeviceRequest, readDevices } from "../ec2/block-devices.ts";
import { readTagSpecifications } from "../ec2/tag-wire.ts";
import { ApiError, badCombination, invalidValue } from "../protocol/api-error.ts";
import type { Params } from "../protocol/params.ts";
import type { Tags } from "../state/rows.ts";

const taggable = ["instance", "volume", "network-interface", "spot-instances-request", "elastic-gpu"];

export interface NetworkRequest {
  readonly subnetId?: string;
  readonly groupIds: readonly string[];
  readonly groupNames: readonly string[];
  readonly publicAddress?: boolean;
}

/** What RunInstances and launch templates say about an instance. */
export interface LaunchRequest {
  readonly imageId: string | undefined;
  readonly type: string | undefined;
  readonly keyName: string | undefined;
  readonly userData: string | undefined;
  readonly profile: { readonly name?: string; readonly arn?: string } | undefined;
  readonly devices: readonly DeviceRequest[];
  readonly zone: string | undefined;
  readonly tenancy: "default" | "dedicated" | "host" | undefined;
  readonly hostId: string | undefined;
  readonly network: NetworkRequest;
  readonly shutdownBehavior: "stop" | "terminate" | undefined;
  readonly disableApiTermination: boolean | undefined;
  readonly disableApiStop: boolean | undefined;
  readonly ebsOptimized: boolean | undefined;
  readonly enclave: boolean | undefined;
  readonly monitoring: boolean | undefined;
  readonly cpuCredits: "standard" | "unlimited" | undefined;
  readonly metadata: {
    readonly endpoint: "enabled" | "disabled" | undefined;
    readonly tokens: "optional" | "required" | undefined;
    readonly hopLimit: number | undefined;
    readonly tags: "enabled" | "disabled" | undefined;
    readonly ipv6: "enabled" | "disabled" | undefined;
  };
  readonly licenses: readonly string[];
  readonly capacity:
    | { readonly preference: string | undefined; readonly reservationId: string | undefined }
    | undefined;
  readonly market: "spot" | "capacity-block" | undefined;
  readonly spotPrice: string | undefined;
  readonly tags: Readonly<Record<string, Tags>>;
}

export function readLaunch(p: Params): LaunchRequest {
  const placement = p.group("Placement");
  const profile = p.group("IamInstanceProfile");
  const metadata = p.group("MetadataOptions");
  const hopLimit = metadata?.whole("HttpPutResponseHopLimit");
  if (hopLimit !== undefined && (hopLimit < 1 || hopLimit > 64)) {
    throw invalidValue("HttpPutResponseHopLimit", String(hopLimit), "Valid values: 1 to 64.");
  }
  const market = p.group("InstanceMarketOptions");
  const spot = market?.group("SpotOptions");
  for (const name of ["SpotInstanceType", "InstanceInterruptionBehavior", "ValidUntil", "BlockDurationMinutes"])
    spot?.text(name);
  const profileName = profile?.text("Name");
  const profileArn = profile?.text("Arn");
  if (profileName && profileArn)
    throw badCombination(
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    );
  placement?.text("HostResourceGroupArn");
  placement?.text("GroupName");
  placement?.text("Affinity");
  return {
    imageId: p.text("ImageId"),
    type: p.text("InstanceType"),
    keyName: p.text("KeyName") || undefined,
    userData: readUserData(p.text("UserData")),
    profile:
      profileName || profileArn
        ? { ...(profileName && { name: profileName }), ...(profileArn && { arn: profileArn }) }
        : undefined,
    devices: readDevices(p),
    zone: placement?.text("AvailabilityZone") || undefined,
    tenancy: placement?.word("Tenancy", ["default", "dedicated", "host"]),
    hostId: placement?.text("HostId"),
    network: readNetwork(p),
    shutdownBehavior: p.word("InstanceInitiatedShutdownBehavior", ["stop", "terminate"]),
    disableApiTermination: p.flag("DisableApiTermination"),
    disableApiStop: p.flag("DisableApiStop"),
    ebsOptimized: p.flag("EbsOptimized"),
    enclave: p.group("EnclaveOptions")?.flag("Enabled"),
    monitoring: p.group("Monitoring")?.flag("Enabled"),
    cpuCredits: p.group("CreditSpecification")?.word("CpuCredits", ["standard", "unlimited"]),
    metadata: {
      endpoint: metadata?.word("HttpEndpoint", ["enabled", "disabled"]),
      tokens: metadata?.word("HttpTokens", ["optional", "required"]),
      hopLimit,
      tags: metadata?.word("InstanceMetadataTags", ["enabled", "disabled"]),
      ipv6: metadata?.word("HttpProtocolIpv6", ["enabled", "disabled"]),
    },
    licenses: p.groups("LicenseSpecification").map((group) => group.required("LicenseConfigurationArn")),
    capacity: readCapacity(p.group("CapacityReservationSpecification")),
    market: market?.word("MarketType", ["spot", "capacity-block"]),
    spotPrice: spot?.text("MaxPrice"),
    tags: readTagSpecifications(p, taggable),
  };
}

function readCapacity(p: Params | undefined): LaunchRequest["capacity"] {
  if (!p) return undefined;
  const target = p.group("CapacityReservationTarget");
  target?.text("CapacityReservationResourceGroupArn");
  return {
    preference: p.word("CapacityReservationPreference", ["open", "none", "capacity-reservations-only"]),
    reservationId: target?.text("CapacityReservationId"),
  };
}

function readUserData(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text))
    throw new ApiError("InvalidParameterValue", "Invalid BASE64 encoding of user data");
  if (Buffer.from(text, "base64").length > 16384)
    throw new ApiError("InvalidParameterValue", "User data is limited to 16384 bytes");
  return text;
}

function readNetwork(p: Params): NetworkRequest {
  const interfaces = p.groups("NetworkInterface").map((group) => {
    for (const name of ["DeviceIndex", "DeleteOnTermination", "Description", "InterfaceType", "NetworkCardIndex"])
      group.text(name);
    return {
      subnetId: group.text("SubnetId"),
      groupIds: group.texts("SecurityGroupId"),
      publicAddress: group.flag("AssociatePublicIpAddress"),
    };
  });
  const subnetId = p.text("SubnetId") || undefined;
  const groupIds = p.texts("SecurityGroupId");
  const groupNames = p.texts("SecurityGroup");
  const [first, ...more] = interfaces;
  if (!first) return { ...(subnetId !== undefined && { subnetId }), groupIds, groupNames };
  if (more.length > 0)
    throw new ApiError("UnsupportedOperation", "A machine of this local cloud has one network interface.");
  if (subnetId !== undefined || groupIds.length + groupNames.length > 0) {
    throw badCombination(
      "Network interfaces and an instance-level subnet ID or security groups may not be specified on the same request",
    );
  }
  return {
    ...(first.subnetId && { subnetId: first.subnetId }),
    groupIds: first.groupIds,
    groupNames: [],
    ...(first.publicAddress !== undefined && { publicAddress: first.publicAddress }),
  };
}
