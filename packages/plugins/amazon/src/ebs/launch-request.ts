import type {
  BlockDeviceMapping,
  InstanceMetadataOptionsRequest,
  Placement,
  RunInstancesCommandInput,
  Tenancy,
} from "@aws-sdk/client-ec2";
import { blockDeviceList, noInstanceStore } from "../block-device-list.ts";
import type { Config } from "./config.ts";
import type { Network } from "./steps/network.ts";

/** What a launch needs beside the template. */
export interface LaunchParts {
  readonly image: string;
  readonly network: Network;
  readonly groups: readonly string[];
  readonly profile: string | undefined;
  readonly keyName: string | undefined;
  /** In base64. */
  readonly userData: string | undefined;
}
type Launch = Omit<RunInstancesCommandInput, "MinCount" | "MaxCount">;

/** The parameters of a launch that RunInstances and launch templates share. */
export function launchRequest(config: Config, parts: LaunchParts): Launch {
  const { image, network, groups, profile, keyName, userData } = parts;
  const devices = launchDevices(config);
  const license = (config.license_specifications ?? []).flatMap(({ license_configuration_request: request }) =>
    request?.license_configuration_arn ? [{ LicenseConfigurationArn: request.license_configuration_arn }] : [],
  );
  return {
    ImageId: image,
    ...(config.instance_type && { InstanceType: config.instance_type as NonNullable<Launch["InstanceType"]> }),
    ...(userData && { UserData: userData }),
    ...(profile && { IamInstanceProfile: { Name: profile } }),
    ...(devices.length > 0 && { BlockDeviceMappings: devices }),
    ...place(config, network),
    EbsOptimized: config.ebs_optimized,
    ...(config.enable_nitro_enclave && { EnclaveOptions: { Enabled: true } }),
    ...credits(config),
    ...metadata(config),
    ...(keyName && { KeyName: keyName }),
    ...interfaces(config, network, groups),
    InstanceInitiatedShutdownBehavior: config.shutdown_behavior as "stop" | "terminate",
    ...(license.length > 0 && { LicenseSpecifications: license }),
    ...reservation(config),
  };
}

function launchDevices(config: Config): BlockDeviceMapping[] {
  const devices = blockDeviceList(config.launch_block_device_mappings);
  return config.no_ephemeral ? [...devices, ...noInstanceStore()] : devices;
}

function place(config: Config, { zone }: Network): { Placement?: Placement } {
  const { host_id, host_resource_group_arn, tenancy = config.tenancy } = config.placement ?? {};
  const placement: Placement = {
    ...(zone && { AvailabilityZone: zone }),
    ...(tenancy && { Tenancy: tenancy as Tenancy }),
    ...(host_id && { HostId: host_id }),
    ...(host_resource_group_arn && { HostResourceGroupArn: host_resource_group_arn }),
  };
  return Object.keys(placement).length > 0 ? { Placement: placement } : {};
}

function credits(config: Config): Pick<Launch, "CreditSpecification"> {
  if (config.enable_unlimited_credits || config.enable_t2_unlimited) {
    return { CreditSpecification: { CpuCredits: "unlimited" } };
  }
  return /^(t2|t3|t3a|t4g)\./.test(config.instance_type ?? "")
    ? { CreditSpecification: { CpuCredits: "standard" } }
    : {};
}

function metadata({ metadata_options: options }: Config): { MetadataOptions?: InstanceMetadataOptionsRequest } {
  if (options && options.http_endpoint !== "enabled") return { MetadataOptions: { HttpEndpoint: "disabled" } };
  return {
    MetadataOptions: {
      HttpEndpoint: "enabled",
      HttpTokens: (options?.http_tokens ?? "optional") as "optional" | "required",
      HttpPutResponseHopLimit: options?.http_put_response_hop_limit ?? 1,
      InstanceMetadataTags: (options?.instance_metadata_tags ?? "disabled") as "disabled" | "enabled",
    },
  };
}

/** A public address can be asked for only on an interface of its own, and that needs a subnet. */
function interfaces(
  config: Config,
  { subnet }: Network,
  groups: readonly string[],
): Pick<Launch, "NetworkInterfaces" | "SubnetId" | "SecurityGroupIds"> {
  const publicAddress = config.associate_public_ip_address;
  if (publicAddress === undefined || !subnet) {
    return { SecurityGroupIds: [...groups], ...(subnet && { SubnetId: subnet }) };
  }
  return {
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        AssociatePublicIpAddress: publicAddress,
        SubnetId: subnet,
        Groups: [...groups],
        DeleteOnTermination: true,
      },
    ],
  };
}

function reservation(config: Config): Pick<Launch, "CapacityReservationSpecification"> {
  const { capacity_reservation_id: id, capacity_reservation_group_arn: group } = config;
  if (id || group) {
    const target = id ? { CapacityReservationId: id } : { CapacityReservationResourceGroupArn: group };
    return { CapacityReservationSpecification: { CapacityReservationTarget: target } };
  }
  const preference = (config.capacity_reservation_preference || "none") as "none" | "open";
  return { CapacityReservationSpecification: { CapacityReservationPreference: preference } };
}
