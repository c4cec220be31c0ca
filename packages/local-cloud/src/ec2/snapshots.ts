import { newId } from "../ids.ts";
import { action } from "../protocol/action.ts";
import { ApiError, invalidValue } from "../protocol/api-error.ts";
import { type FilterTable, matching, readFilters, yesNo } from "../protocol/filters.ts";
import { page, readPage } from "../protocol/pages.ts";
import type { Params } from "../protocol/params.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { SnapshotRow } from "../state/rows.ts";
import { snapshotOf } from "./snapshot-lookup.ts";
import { readTagSpecifications, tagSet } from "./tag-wire.ts";
import { volumeOf } from "./volume-lookup.ts";

const progress = (row: SnapshotRow): string => (row.state === "completed" ? "100%" : "0%");

function wire(row: SnapshotRow): WireObject {
  return {
    tagSet: tagSet(row.tags),
    storageTier: "standard",
    ...(row.kmsKeyId !== undefined && { kmsKeyId: row.kmsKeyId }),
    snapshotId: row.id,
    volumeId: row.volumeId,
    status: row.state,
    ...(row.stateMessage !== undefined && { statusMessage: row.stateMessage }),
    startTime: row.startedAt,
    progress: progress(row),
    ownerId: row.ownerId,
    description: row.description,
    volumeSize: row.volumeSize,
    encrypted: row.encrypted,
  };
}

export const createSnapshot = action("CreateSnapshot", {
  read: (p) => ({
    volumeId: p.required("VolumeId"),
    description: p.text("Description") ?? "",
    tags: readTagSpecifications(p, ["snapshot"])["snapshot"],
  }),
  run: (input, call) => {
    if (input.tags) call.needs("ec2:CreateTags");
    const volume = volumeOf(call, input.volumeId);
    const attachment = volume.attachment;
    const instance = attachment && call.cloud.store.get("instances", call.region, attachment.instanceId);
    // The system disk of a machine holds what the machine has written; any other volume holds what it came with.
    const captures = instance !== undefined && attachment?.device === instance.rootDeviceName;
    const row: SnapshotRow = {
      id: newId("snap"),
      description: input.description,
      ownerId: call.cloud.accountId,
      volumeId: volume.id,
      volumeSize: volume.size,
      state: captures ? "pending" : "completed",
      startedAt: call.now(),
      encrypted: volume.encrypted,
      ...(volume.kmsKeyId !== undefined && { kmsKeyId: volume.kmsKeyId }),
      groups: [],
      users: [],
      ...(!captures && volume.tree && { tree: volume.tree }),
      ...(!captures && volume.defaultUser !== undefined && { defaultUser: volume.defaultUser }),
      tags: input.tags ?? {},
    };
    call.change((tx) =>
      captures ? tx.putVolatile("snapshots", call.region, row) : tx.put("snapshots", call.region, row),
    );
    if (captures) call.cloud.captures.snapshot(call.region, row.id, instance.id);
    return wire({ ...row, state: "pending" });
  },
});

export const copySnapshot = action("CopySnapshot", {
  read: (p) => ({
    region: p.required("SourceRegion"),
    id: p.required("SourceSnapshotId"),
    description: p.text("Description") ?? "",
    encrypted: p.flag("Encrypted") ?? false,
    kmsKeyId: p.text("KmsKeyId"),
    destination: p.text("DestinationRegion"),
    presigned: p.text("PresignedUrl"),
    duration: p.whole("CompletionDurationMinutes"),
    tags: readTagSpecifications(p, ["snapshot"])["snapshot"],
  }),
  run: (input, call) => {
    if (input.tags) call.needs("ec2:CreateTags");
    const source = call.cloud.store.get("snapshots", input.region, input.id);
    if (!source) throw new ApiError("InvalidSnapshot.NotFound", `The snapshot '${input.id}' does not exist.`);
    const row: SnapshotRow = {
      ...source,
      id: newId("snap"),
      description: input.description,
      ownerId: call.cloud.accountId,
      startedAt: call.now(),
      encrypted: input.encrypted || source.encrypted,
      ...(input.kmsKeyId !== undefined && { kmsKeyId: input.kmsKeyId }),
      groups: [],
      users: [],
      tags: input.tags ?? {},
    };
    call.change((tx) => tx.put("snapshots", call.region, row));
    return { snapshotId: row.id, tagSet: tagSet(row.tags) };
  },
});

export const deleteSnapshot = action("DeleteSnapshot", {
  read: (p) => p.required("SnapshotId"),
  run: (id, call) => {
    const row = snapshotOf(call, id);
    const user = call.cloud.store
      .rows("images", call.region)
      .find((image) => image.blockDevices.some(({ ebs }) => ebs?.snapshotId === id) && image.state !== "failed");
    if (user) throw new ApiError("InvalidSnapshot.InUse", `The snapshot ${id} is currently in use by ${user.id}`);
    call.change((tx) => tx.remove("snapshots", call.region, row.id));
    call.cloud.captures.cancel(id);
    void call.cloud.tasks.start(() => call.cloud.layers.sweep());
    return { return: true };
  },
});

const filters: FilterTable<SnapshotRow> = {
  description: (row) => [row.description],
  encrypted: (row) => yesNo(row.encrypted),
  "owner-id": (row) => [row.ownerId],
  "owner-alias": () => [],
  progress: (row) => [progress(row)],
  "snapshot-id": (row) => [row.id],
  "start-time": (row) => [row.startedAt],
  status: (row) => [row.state],
  "storage-tier": () => ["standard"],
  "volume-id": (row) => [row.volumeId],
  "volume-size": (row) => [String(row.volumeSize)],
};

export const describeSnapshots = action("DescribeSnapshots", {
  read: (p) => ({
    ids: p.texts("SnapshotId"),
    owners: p.texts("Owner"),
    restorableBy: p.texts("RestorableBy"),
    filters: readFilters(p),
    page: readPage(p, 5, 1000),
  }),
  run: (input, call) => {
    const { accountId } = call.cloud;
    const all = input.ids.length === 0 ? call.rows("snapshots") : input.ids.map((id) => snapshotOf(call, id));
    const chosen = all.filter(
      (row) =>
        (input.owners.length === 0 ||
          input.owners.some((o) => o === row.ownerId || (o === "self" && row.ownerId === accountId))) &&
        (input.restorableBy.length === 0 ||
          input.restorableBy.some((by) =>
            by === "all" ? row.groups.includes("all") : by === "self" || row.users.includes(by),
          )),
    );
    const { rows, nextToken } = page(matching(chosen, input.filters, filters), input.page);
    return { snapshotSet: rows.map(wire), nextToken };
  },
});

function readPermissions(groups: readonly Params[]): { users: string[]; groups: string[] } {
  const of = (name: string): string[] => groups.map((group) => group.text(name) ?? "").filter((value) => value !== "");
  return { users: of("UserId"), groups: of("Group") };
}

export const modifySnapshotAttribute = action("ModifySnapshotAttribute", {
  read: (p) => {
    const nested = p.group("CreateVolumePermission");
    const operation = p.word("OperationType", ["add", "remove"]);
    const flat = { users: p.texts("UserId"), groups: p.texts("UserGroup") };
    const add = readPermissions(nested?.groups("Add") ?? []);
    const remove = readPermissions(nested?.groups("Remove") ?? []);
    const target = operation === "remove" ? remove : add;
    target.users.push(...flat.users);
    target.groups.push(...flat.groups);
    return { id: p.required("SnapshotId"), attribute: p.word("Attribute", ["createVolumePermission"]), add, remove };
  },
  run: ({ id, add, remove }, call) => {
    const row = snapshotOf(call, id);
    const user = add.users.find((account) => !/^\d{12}$/.test(account));
    if (user !== undefined) throw invalidValue("userId", user, "Expected an account id of 12 digits.");
    if (row.encrypted && add.groups.length > 0)
      throw invalidValue("userGroup", "all", "Encrypted snapshots cannot be made public.");
    const combine = (have: readonly string[], plus: readonly string[], minus: readonly string[]): string[] =>
      [...new Set([...have, ...plus])].filter((value) => !minus.includes(value));
    const changed = {
      ...row,
      users: combine(row.users, add.users, remove.users),
      groups: combine(row.groups, add.groups, remove.groups),
    };
    call.change((tx) => tx.put("snapshots", call.region, changed));
    return { return: true };
  },
});

export const resetSnapshotAttribute = action("ResetSnapshotAttribute", {
  read: (p) => ({ id: p.required("SnapshotId"), attribute: p.word("Attribute", ["createVolumePermission"]) }),
  run: ({ id }, call) => {
    const row = snapshotOf(call, id);
    call.change((tx) => tx.put("snapshots", call.region, { ...row, users: [], groups: [] }));
    return { return: true };
  },
});

export const describeSnapshotAttribute = action("DescribeSnapshotAttribute", {
  read: (p) => ({
    id: p.required("SnapshotId"),
    attribute: p.word("Attribute", ["createVolumePermission", "productCodes"]) ?? ("createVolumePermission" as const),
  }),
  run: ({ id, attribute }, call) => {
    const row = snapshotOf(call, id);
    if (attribute === "productCodes") return { snapshotId: id, productCodes: [] };
    const permissions = [...row.groups.map((group) => ({ group })), ...row.users.map((userId) => ({ userId }))];
    return { snapshotId: id, createVolumePermission: permissions };
  },
});
