import type { RootTree } from "../machine/contract.ts";

/** What the local cloud remembers, one type per kind of resource. Times are ISO 8601 in UTC. */
export interface Tables {
  readonly images: ImageRow;
  readonly snapshots: SnapshotRow;
  readonly volumes: VolumeRow;
  readonly instances: InstanceRow;
  readonly keyPairs: KeyPairRow;
  readonly securityGroups: SecurityGroupRow;
  readonly vpcs: VpcRow;
  readonly subnets: SubnetRow;
  readonly launchTemplates: LaunchTemplateRow;
  readonly spotRequests: SpotRequestRow;
  readonly fastLaunches: FastLaunchRow;
  readonly roles: RoleRow;
  readonly instanceProfiles: InstanceProfileRow;
  readonly parameters: ParameterRow;
}
export type Kind = keyof Tables;
export type Tags = Readonly<Record<string, string>>;

interface Row {
  readonly id: string;
}
interface TaggedRow extends Row {
  readonly tags: Tags;
}

export interface BlockDevice {
  readonly deviceName: string;
  readonly virtualName?: string;
  readonly noDevice?: boolean;
  readonly ebs?: EbsDevice;
}
export interface EbsDevice {
  readonly snapshotId?: string;
  /** GiB. */
  readonly volumeSize: number;
  readonly volumeType: string;
  readonly iops?: number;
  /** MiB/s. */
  readonly throughput?: number;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly deleteOnTermination: boolean;
}

export interface LaunchPermissions {
  readonly groups: readonly string[];
  readonly users: readonly string[];
  readonly organizations: readonly string[];
  readonly organizationalUnits: readonly string[];
}

export interface ImageRow extends TaggedRow {
  readonly name: string;
  readonly description?: string;
  readonly ownerId: string;
  readonly ownerAlias?: string;
  readonly createdAt: string;
  readonly state: "pending" | "available" | "failed" | "disabled";
  readonly stateReason?: string;
  readonly architecture: string;
  readonly platform?: "windows";
  readonly rootDeviceName: string;
  readonly virtualizationType: string;
  readonly bootMode?: string;
  readonly imdsSupport?: string;
  readonly tpmSupport?: string;
  readonly enaSupport: boolean;
  readonly sriovNetSupport?: string;
  readonly blockDevices: readonly BlockDevice[];
  readonly permissions: LaunchPermissions;
  readonly productCodes: readonly string[];
  readonly deprecateAt?: string;
  readonly deregistrationProtection: "disabled" | "enabled-without-cooldown" | "enabled-with-cooldown";
  readonly sourceImageId?: string;
  readonly sourceImageRegion?: string;
  readonly sourceInstanceId?: string;
  /** Root file system of its instances; absent when nothing was captured (registered from an empty snapshot). */
  readonly tree?: RootTree;
  readonly defaultUser: string;
  /** True for the entries of the built-in catalogue, which stand in for well-known public images. */
  readonly standIn?: true;
}

export interface SnapshotRow extends TaggedRow {
  readonly description: string;
  readonly ownerId: string;
  readonly volumeId: string;
  readonly volumeSize: number;
  readonly state: "pending" | "completed" | "error";
  readonly stateMessage?: string;
  readonly startedAt: string;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly groups: readonly string[];
  readonly users: readonly string[];
  readonly tree?: RootTree;
  readonly defaultUser?: string;
  /** Bytes on this host's disk. */
  readonly bytes?: number;
}

export interface VolumeRow extends TaggedRow {
  readonly createdAt: string;
  readonly size: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughput?: number;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly snapshotId?: string;
  readonly zone: string;
  readonly state: "creating" | "available" | "in-use";
  readonly attachment?: VolumeAttachment;
  /** What a volume made from a snapshot with a file system holds. */
  readonly tree?: RootTree;
  readonly defaultUser?: string;
}
export interface VolumeAttachment {
  readonly instanceId: string;
  readonly device: string;
  readonly deleteOnTermination: boolean;
  readonly attachedAt: string;
}

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

export interface InstanceRow extends TaggedRow {
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly imageId: string;
  readonly type: string;
  readonly state: InstanceState;
  readonly stateReason?: { readonly code: string; readonly message: string };
  readonly transitionReason: string;
  readonly launchedAt: string;
  readonly terminatedAt?: string;
  readonly keyName?: string;
  readonly authorizedKey?: string;
  readonly architecture: string;
  readonly platform?: "windows";
  readonly rootDeviceName: string;
  readonly virtualizationType: string;
  readonly zone: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
  readonly networkInterfaceId: string;
  readonly networkInterfaceTags: Tags;
  readonly macAddress: string;
  /** Where the machine answers; absent until it has booted and once it is gone. */
  readonly address?: string;
  readonly publicAddress: boolean;
  /** Base64, as given. */
  readonly userData?: string;
  readonly profileArn?: string;
  readonly profileId?: string;
  readonly shutdownBehavior: "stop" | "terminate";
  readonly disableApiTermination: boolean;
  readonly disableApiStop: boolean;
  readonly ebsOptimized: boolean;
  readonly enaSupport: boolean;
  readonly sriovNetSupport?: string;
  readonly sourceDestCheck: boolean;
  readonly enclave: boolean;
  readonly tenancy: string;
  readonly hostId?: string;
  readonly monitoring: boolean;
  readonly cpuCredits?: string;
  readonly metadata: MetadataOptions;
  readonly capacityReservationPreference?: string;
  readonly capacityReservationId?: string;
  readonly licenses: readonly string[];
  readonly spotRequestId?: string;
  readonly clientToken?: string;
  /** Base64 of the administrator's password, encrypted with the key pair; Windows only. */
  readonly passwordData?: string;
  readonly tree: RootTree;
  readonly defaultUser: string;
}
export interface MetadataOptions {
  readonly endpoint: "enabled" | "disabled";
  readonly tokens: "optional" | "required";
  readonly hopLimit: number;
  readonly tags: "enabled" | "disabled";
  readonly ipv6: "enabled" | "disabled";
}

export interface KeyPairRow extends TaggedRow {
  readonly name: string;
  readonly type: "rsa" | "ed25519";
  readonly fingerprint: string;
  /** One line of an authorized_keys file, without comment. */
  readonly publicKey: string;
  readonly createdAt: string;
}

export interface SecurityGroupRow extends TaggedRow {
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly rules: readonly SecurityGroupRule[];
}
export interface SecurityGroupRule {
  readonly id: string;
  readonly egress: boolean;
  /** `tcp`, `udp`, `icmp`, `icmpv6` or `-1` for all. */
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly source: { readonly kind: "ipv4" | "ipv6" | "prefix-list" | "group"; readonly value: string };
  readonly description?: string;
}

export interface VpcRow extends TaggedRow {
  readonly cidr: string;
  readonly isDefault: boolean;
}
export interface SubnetRow extends TaggedRow {
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly isDefault: boolean;
  readonly mapPublicIp: boolean;
}

export interface LaunchTemplateRow extends TaggedRow {
  readonly name: string;
  readonly createdAt: string;
  readonly versions: readonly LaunchTemplateVersion[];
}
export interface LaunchTemplateVersion {
  readonly number: number;
  readonly description?: string;
  readonly createdAt: string;
  /** Query parameters of the launch template's data, without their prefix. */
  readonly data: Readonly<Record<string, string>>;
}

export interface SpotRequestRow extends TaggedRow {
  readonly instanceId: string;
  readonly createdAt: string;
  readonly price: string;
  readonly zone: string;
}

export interface FastLaunchRow extends Row {
  readonly state: "enabling" | "enabled";
  readonly maxParallelLaunches: number;
  readonly targetResourceCount?: number;
  readonly launchTemplateId?: string;
  readonly launchTemplateName?: string;
  readonly launchTemplateVersion?: string;
  readonly changedAt: string;
}

/** IAM rows live in the region `""`; their `id` is the name, `uid` what IAM calls the id. */
export interface RoleRow extends TaggedRow {
  readonly uid: string;
  readonly path: string;
  readonly description?: string;
  readonly trustPolicy: string;
  readonly createdAt: string;
  readonly maxSessionDuration: number;
  readonly policies: Readonly<Record<string, string>>;
  readonly attached: readonly string[];
}
export interface InstanceProfileRow extends TaggedRow {
  readonly uid: string;
  readonly path: string;
  readonly createdAt: string;
  readonly roleName?: string;
}

/** SSM parameter; `id` is its name. */
export interface ParameterRow extends Row {
  readonly type: "String" | "StringList" | "SecureString";
  readonly value: string;
  readonly version: number;
  readonly dataType: string;
  readonly changedAt: string;
}
