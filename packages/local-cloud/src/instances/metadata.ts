import { randomBytes } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import { newIamId } from "../ids.ts";
import { partitionOf } from "../places/regions.ts";
import type { InstanceRow } from "../state/rows.ts";

type Answer = string | undefined | { readonly [name: string]: Answer | (() => Answer) };

/** Answers a path of the instance metadata service (`/latest/meta-data/…`); undefined where EC2 says 404. */
export function metadataPath(cloud: Cloud, region: string, instanceId: string, path: string): string | undefined {
  const row = cloud.store.get("instances", region, instanceId);
  if (!row) return undefined;
  const parts = path.split("/").filter(Boolean);
  if (parts[0] === undefined) return "latest";
  // Dated versions answer like the latest one.
  if (parts[0] !== "latest" && !/^\d{4}-\d\d-\d\d$/.test(parts[0])) return undefined;
  // The list of keys says their names too, other lists do not.
  if (parts.at(-1) === "public-keys" && row.keyName !== undefined) return `0=${row.keyName}`;
  let at: Answer = root(cloud, region, row);
  for (const part of parts.slice(1)) {
    if (typeof at !== "object") return undefined;
    const next: Answer | (() => Answer) = at[part];
    at = typeof next === "function" ? next() : next;
  }
  return typeof at === "object" ? listing(at) : at;
}

function listing(directory: { readonly [name: string]: Answer | (() => Answer) }): string {
  return Object.entries(directory)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (typeof value === "object" || directoryNames.has(name) ? `${name}/` : name))
    .join("\n");
}

const directoryNames = new Set(["iam", "tags"]);

function root(cloud: Cloud, region: string, row: InstanceRow): Answer {
  return {
    dynamic: { "instance-identity": { document: () => identity(cloud, region, row) } },
    "meta-data": metadata(cloud, region, row),
    ...(row.userData !== undefined && { "user-data": Buffer.from(row.userData, "base64").toString("utf8") }),
  };
}

function metadata(cloud: Cloud, region: string, row: InstanceRow): Answer {
  const address = row.address ?? cloud.machines.find(row.id)?.address;
  const groups = row.securityGroupIds.map((id) => cloud.store.get("securityGroups", region, id)?.name ?? id);
  return {
    "ami-id": row.imageId,
    "ami-launch-index": String(row.launchIndex),
    "ami-manifest-path": "(unknown)",
    "block-device-mapping": { ami: row.rootDeviceName, root: row.rootDeviceName },
    hostname: row.id,
    ...(row.profileArn !== undefined && { iam: () => iam(cloud, row) }),
    "instance-action": "none",
    "instance-id": row.id,
    "instance-life-cycle": row.spotRequestId === undefined ? "on-demand" : "spot",
    "instance-type": row.type,
    "local-hostname": row.id,
    "local-ipv4": address,
    mac: row.macAddress,
    placement: { "availability-zone": row.zone, region },
    ...(row.publicAddress && { "public-hostname": address, "public-ipv4": address }),
    ...(row.keyName !== undefined && {
      "public-keys": { "0": { "openssh-key": `${row.authorizedKey} ${row.keyName}` } },
    }),
    "reservation-id": row.reservationId,
    "security-groups": groups.join("\n"),
    services: { domain: "amazonaws.com", partition: partitionOf(region) },
    ...(row.metadata.tags === "enabled" && { tags: { instance: row.tags } }),
  };
}

function identity(cloud: Cloud, region: string, row: InstanceRow): string {
  const document = {
    accountId: cloud.accountId,
    architecture: row.architecture,
    availabilityZone: row.zone,
    imageId: row.imageId,
    instanceId: row.id,
    instanceType: row.type,
    pendingTime: row.launchedAt.replace(/\.\d+Z$/, "Z"),
    privateIp: row.address ?? cloud.machines.find(row.id)?.address ?? null,
    region,
    version: "2017-09-30",
  };
  return JSON.stringify(document, undefined, 2);
}

/** The instance's role, with credentials that this endpoint accepts. */
function iam(cloud: Cloud, row: InstanceRow): Answer {
  const profile = cloud.store.rows("instanceProfiles", "").find((candidate) => candidate.uid === row.profileId);
  const now = cloud.clock.now();
  const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
  const info = {
    Code: "Success",
    LastUpdated: time(now),
    InstanceProfileArn: row.profileArn,
    InstanceProfileId: row.profileId,
  };
  const roleName = profile?.roleName;
  return {
    info: JSON.stringify(info, undefined, 2),
    ...(roleName !== undefined && {
      "security-credentials": {
        [roleName]: () => {
          const accessKeyId = newIamId("ASIA");
          const secretAccessKey = randomBytes(30).toString("base64");
          const sessionToken = randomBytes(64).toString("base64");
          const expiresAt = now + 6 * 3600_000;
          const arn = `arn:aws:sts::${cloud.accountId}:assumed-role/${roleName}/${row.id}`;
          cloud.issuedKeys.set(accessKeyId, {
            secretAccessKey,
            sessionToken,
            expiresAt,
            arn,
            userId: `${profile?.uid}:${row.id}`,
          });
          const credentials = {
            Code: "Success",
            LastUpdated: time(now),
            Type: "AWS-HMAC",
            AccessKeyId: accessKeyId,
            SecretAccessKey: secretAccessKey,
            Token: sessionToken,
            Expiration: time(expiresAt),
          };
          return JSON.stringify(credentials, undefined, 2);
        },
      },
    }),
  };
}
