import { instanceTypes } from "../places/instance-types.ts";
import type { Call } from "../protocol/call.ts";
import type { FilterTable } from "../protocol/filters.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { InstanceRow, InstanceState, VolumeRow } from "../state/rows.ts";
import { tagSet } from "./tag-wire.ts";

const stateCodes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export const stateWire = (state: InstanceState): WireObject => ({ code: stateCodes[state], name: state });

/** Volumes of an instance, its root first. */
export function volumesOf(call: Call, instance: InstanceRow): VolumeRow[] {
  const own = call.cloud.store.rows("volumes", call.region).filter((v) => v.attachment?.instanceId === instance.id);
  const isRoot = (volume: VolumeRow): number => (volume.attachment?.device === instance.rootDeviceName ? 0 : 1);
  return own.toSorted((a, b) => isRoot(a) - isRoot(b));
}

export function groupsWire(call: Call, instance: InstanceRow): WireObject[] {
  return instance.securityGroupIds.map((groupId) => ({
    groupId,
    groupName: call.cloud.store.get("securityGroups", call.region, groupId)?.name ?? "",
  }));
}

/** An instance as RunInstances and DescribeInstances show it. Its names are its addresses, so that they resolve. */
export function instanceWire(call: Call, instance: InstanceRow): WireObject {
  const { address, metadata } = instance;
  const gone = instance.state === "terminated";
  const publicIp = instance.publicAddress ? address : undefined;
  return {
    amiLaunchIndex: instance.launchIndex,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.type,
    keyName: instance.keyName,
    launchTime: instance.launchedAt,
    placement: {
      availabilityZone: instance.zone,
      groupName: "",
      tenancy: instance.tenancy,
      ...(instance.hostId !== undefined && { hostId: instance.hostId }),
    },
    monitoring: { state: instance.monitoring ? "enabled" : "disabled" },
    ...(!gone && { subnetId: instance.subnetId, vpcId: instance.vpcId }),
    privateDnsName: address ?? "",
    privateIpAddress: address,
    dnsName: publicIp ?? "",
    ipAddress: publicIp,
    productCodes: [],
    instanceState: stateWire(instance.state),
    reason: instance.transitionReason,
    architecture: instance.architecture,
    blockDeviceMapping: volumesOf(call, instance).map((volume) => ({
      deviceName: volume.attachment?.device,
      ebs: {
        attachTime: volume.attachment?.attachedAt,
        deleteOnTermination: volume.attachment?.deleteOnTermination,
        status: "attached",
        volumeId: volume.id,
      },
    })),
    clientToken: instance.clientToken ?? "",
    ebsOptimized: instance.ebsOptimized,
    enaSupport: instance.enaSupport,
    hypervisor: "xen",
    ...(instance.profileArn !== undefined && {
      iamInstanceProfile: { arn: instance.profileArn, id: instance.profileId },
    }),
    ...(instance.spotRequestId !== undefined && {
      instanceLifecycle: "spot",
      spotInstanceRequestId: instance.spotRequestId,
    }),
    networkInterfaceSet: gone ? [] : [interfaceWire(call, instance, publicIp)],
    rootDeviceName: instance.rootDeviceName,
    rootDeviceType: "ebs",
    groupSet: groupsWire(call, instance),
    sourceDestCheck: instance.sourceDestCheck,
    ...(instance.sriovNetSupport !== undefined && { sriovNetSupport: instance.sriovNetSupport }),
    ...(instance.stateReason && { stateReason: instance.stateReason }),
    tagSet: tagSet(instance.tags),
    virtualizationType: instance.virtualizationType,
    cpuOptions: { coreCount: instanceTypes().get(instance.type)?.cpus ?? 1, threadsPerCore: 1 },
    ...(instance.capacityReservationId !== undefined && { capacityReservationId: instance.capacityReservationId }),
    capacityReservationSpecification: {
      capacityReservationPreference: instance.capacityReservationPreference ?? "open",
    },
    hibernationOptions: { configured: false },
    ...(instance.licenses.length > 0 && {
      licenseSet: instance.licenses.map((licenseConfigurationArn) => ({ licenseConfigurationArn })),
    }),
    metadataOptions: {
      state: instance.state === "pending" ? "pending" : "applied",
      httpTokens: metadata.tokens,
      httpPutResponseHopLimit: metadata.hopLimit,
      httpEndpoint: metadata.endpoint,
      httpProtocolIpv6: metadata.ipv6,
      instanceMetadataTags: metadata.tags,
    },
    enclaveOptions: { enabled: instance.enclave },
    ...(instance.platform && { platform: instance.platform }),
    platformDetails: instance.platform === "windows" ? "Windows" : "Linux/UNIX",
    usageOperation: instance.platform === "windows" ? "RunInstances:0002" : "RunInstances",
    usageOperationUpdateTime: instance.launchedAt,
    privateDnsNameOptions: {
      hostnameType: "resource-name",
      enableResourceNameDnsARecord: false,
      enableResourceNameDnsAAAARecord: false,
    },
    maintenanceOptions: { autoRecovery: "default" },
    currentInstanceBootMode: "legacy-bios",
  };
}

function interfaceWire(call: Call, instance: InstanceRow, publicIp: string | undefined): WireObject {
  const association = publicIp === undefined ? undefined : { publicIp, publicDnsName: publicIp, ipOwnerId: "amazon" };
  return {
    networkInterfaceId: instance.networkInterfaceId,
    subnetId: instance.subnetId,
    vpcId: instance.vpcId,
    description: "",
    ownerId: call.cloud.accountId,
    status: "in-use",
    macAddress: instance.macAddress,
    privateIpAddress: instance.address,
    sourceDestCheck: instance.sourceDestCheck,
    groupSet: groupsWire(call, instance),
    attachment: {
      attachmentId: instance.networkInterfaceId.replace("eni-", "eni-attach-"),
      deviceIndex: 0,
      status: "attached",
      attachTime: instance.launchedAt,
      deleteOnTermination: true,
    },
    ...(association && { association }),
    privateIpAddressesSet:
      instance.address === undefined
        ? []
        : [{ privateIpAddress: instance.address, primary: true, ...(association && { association }) }],
    ipv6AddressesSet: [],
    interfaceType: "interface",
  };
}

export function instanceFilters(call: Call): FilterTable<InstanceRow> {
  const volumes = (read: (volume: VolumeRow) => string | undefined) => (instance: InstanceRow) =>
    volumesOf(call, instance).map(read);
  return {
    architecture: (i) => [i.architecture],
    "availability-zone": (i) => [i.zone],
    "block-device-mapping.device-name": volumes((v) => v.attachment?.device),
    "block-device-mapping.volume-id": volumes((v) => v.id),
    "block-device-mapping.delete-on-termination": volumes(
      (v) => v.attachment && String(v.attachment.deleteOnTermination),
    ),
    "client-token": (i) => [i.clientToken],
    "dns-name": (i) => [i.publicAddress ? i.address : undefined],
    "group-id": (i) => i.securityGroupIds,
    "group-name": (i) => groupsWire(call, i).map((group) => String(group["groupName"])),
    hypervisor: () => ["xen"],
    "iam-instance-profile.arn": (i) => [i.profileArn],
    "image-id": (i) => [i.imageId],
    "instance-id": (i) => [i.id],
    "instance-lifecycle": (i) => [i.spotRequestId === undefined ? undefined : "spot"],
    "instance-state-code": (i) => [String(stateCodes[i.state])],
    "instance-state-name": (i) => [i.state],
    "instance-type": (i) => [i.type],
    "instance.group-id": (i) => i.securityGroupIds,
    "instance.group-name": (i) => groupsWire(call, i).map((group) => String(group["groupName"])),
    "ip-address": (i) => [i.publicAddress ? i.address : undefined],
    "key-name": (i) => [i.keyName],
    "launch-time": (i) => [i.launchedAt],
    "network-interface.network-interface-id": (i) => [i.networkInterfaceId],
    "owner-id": () => [call.cloud.accountId],
    platform: (i) => [i.platform],
    "private-ip-address": (i) => [i.address],
    "reservation-id": (i) => [i.reservationId],
    "root-device-name": (i) => [i.rootDeviceName],
    "root-device-type": () => ["ebs"],
    "spot-instance-request-id": (i) => [i.spotRequestId],
    "state-reason-code": (i) => [i.stateReason?.code],
    "subnet-id": (i) => [i.subnetId],
    tenancy: (i) => [i.tenancy],
    "virtualization-type": (i) => [i.virtualizationType],
    "vpc-id": (i) => [i.vpcId],
  };
}
