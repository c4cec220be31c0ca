import { action } from "../protocol/action.ts";
import { ApiError, missingParameter } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import { matching, readFilters } from "../protocol/filters.ts";
import { page, readPage } from "../protocol/pages.ts";
import type { Kind, Tags } from "../state/rows.ts";
import { readTags } from "./tag-wire.ts";

interface Taggable {
  readonly kind: Kind & TaggedKind;
  /** As DescribeTags calls it. */
  readonly type: string;
  readonly notFound: string;
}
type TaggedKind =
  | "images"
  | "snapshots"
  | "volumes"
  | "instances"
  | "keyPairs"
  | "securityGroups"
  | "vpcs"
  | "subnets"
  | "launchTemplates"
  | "spotRequests";

const taggables: Readonly<Record<string, Taggable>> = {
  ami: { kind: "images", type: "image", notFound: "InvalidAMIID.NotFound" },
  snap: { kind: "snapshots", type: "snapshot", notFound: "InvalidSnapshot.NotFound" },
  vol: { kind: "volumes", type: "volume", notFound: "InvalidVolume.NotFound" },
  i: { kind: "instances", type: "instance", notFound: "InvalidInstanceID.NotFound" },
  key: { kind: "keyPairs", type: "key-pair", notFound: "InvalidKeyPair.NotFound" },
  sg: { kind: "securityGroups", type: "security-group", notFound: "InvalidGroup.NotFound" },
  vpc: { kind: "vpcs", type: "vpc", notFound: "InvalidVpcID.NotFound" },
  subnet: { kind: "subnets", type: "subnet", notFound: "InvalidSubnetID.NotFound" },
  lt: { kind: "launchTemplates", type: "launch-template", notFound: "InvalidLaunchTemplateId.NotFound" },
  sir: { kind: "spotRequests", type: "spot-instances-request", notFound: "InvalidSpotInstanceRequestID.NotFound" },
};

interface Tagged {
  readonly id: string;
  readonly kind: TaggedKind;
  readonly tags: Tags;
  readonly write: (tags: Tags) => readonly [kind: TaggedKind, row: { readonly id: string; readonly tags: Tags }];
}

function resolve(call: Call, id: string): Tagged {
  const taggable = taggables[id.split("-")[0] ?? ""];
  if (!taggable) throw new ApiError("InvalidID", `The ID '${id}' is not valid`);
  const row = call.get(taggable.kind, id);
  if (!row) throw new ApiError(taggable.notFound, `The ${taggable.type} ID '${id}' does not exist`);
  if (taggable.kind === "images" && "standIn" in row) {
    throw new ApiError(
      "AuthFailure",
      "Not authorized for images: a stand-in of the catalogue belongs to somebody else",
      403,
    );
  }
  return { id, kind: taggable.kind, tags: row.tags, write: (tags) => [taggable.kind, { ...row, tags }] };
}

function write(call: Call, changes: readonly (readonly [Tagged, Tags])[]): void {
  call.change((tx) => {
    for (const [tagged, tags] of changes) {
      const [kind, row] = tagged.write(tags);
      // Pending images live in memory only; everything else is kept.
      const pending = kind === "images" && "state" in row && row.state === "pending";
      if (pending) tx.putVolatile(kind, call.region, row as never);
      else tx.put(kind, call.region, row as never);
    }
  });
}

export const createTags = action("CreateTags", {
  read: (p) => ({ ids: p.texts("ResourceId"), tags: readTags(p.groups("Tag")) }),
  run: ({ ids, tags }, call) => {
    if (ids.length === 0) throw missingParameter("resourceIdSet");
    if (Object.keys(tags).length === 0) throw missingParameter("tagSet");
    const found = ids.map((id) => resolve(call, id));
    const changes = found.map((tagged) => [tagged, { ...tagged.tags, ...tags }] as const);
    const full = changes.find(([, merged]) => Object.keys(merged).length > 50);
    if (full) throw new ApiError("TagLimitExceeded", `The maximum number of Tags for ${full[0].id} is 50.`);
    write(call, changes);
    return { return: true };
  },
});

export const deleteTags = action("DeleteTags", {
  read: (p) => ({
    ids: p.texts("ResourceId"),
    tags: p.groups("Tag").map((group) => ({ key: group.required("Key"), value: group.text("Value") })),
  }),
  run: ({ ids, tags }, call) => {
    if (ids.length === 0) throw missingParameter("resourceIdSet");
    const goes = (key: string, value: string): boolean =>
      tags.length === 0 || tags.some((tag) => tag.key === key && (tag.value === undefined || tag.value === value));
    const found = ids.map((id) => resolve(call, id));
    const changes = found.map((tagged) => {
      const kept = Object.entries(tagged.tags).filter(([key, value]) => !goes(key, value));
      return [tagged, Object.fromEntries(kept)] as const;
    });
    write(call, changes);
    return { return: true };
  },
});

export const describeTags = action("DescribeTags", {
  read: (p) => ({ filters: readFilters(p), page: readPage(p, 5, 1000) }),
  run: (input, call) => {
    const all = Object.values(taggables).flatMap(({ kind, type }) =>
      call
        .rows(kind)
        .flatMap((row) => Object.entries(row.tags).map(([key, value]) => ({ id: row.id, type, key, value }))),
    );
    const found = matching(all, input.filters, {
      "resource-id": (tag) => [tag.id],
      "resource-type": (tag) => [tag.type],
      key: (tag) => [tag.key],
      value: (tag) => [tag.value],
    });
    const { rows, nextToken } = page(found, input.page);
    return {
      tagSet: rows.map((tag) => ({ resourceId: tag.id, resourceType: tag.type, key: tag.key, value: tag.value })),
      nextToken,
    };
  },
});
