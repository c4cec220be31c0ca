import { action } from "../protocol/action.ts";
import { ApiError, invalidValue } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { Params } from "../protocol/params.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { ImageRow, LaunchPermissions } from "../state/rows.ts";
import { devicesWire } from "./block-devices.ts";
import { imageOf, ownImage } from "./image-lookup.ts";

type Changes = { readonly add: LaunchPermissions; readonly remove: LaunchPermissions };
const none: LaunchPermissions = { groups: [], users: [], organizations: [], organizationalUnits: [] };

function readPermissions(groups: readonly Params[]): LaunchPermissions {
  const of = (name: string): string[] =>
    groups.flatMap((group) => {
      const value = group.text(name);
      return value === undefined ? [] : [value];
    });
  return {
    groups: of("Group"),
    users: of("UserId"),
    organizations: of("OrganizationArn"),
    organizationalUnits: of("OrganizationalUnitArn"),
  };
}

/** `LaunchPermission.Add.N.…`, and the flat form with OperationType. */
function readChanges(p: Params): Changes {
  const nested = p.group("LaunchPermission");
  const flat: LaunchPermissions = {
    groups: p.texts("UserGroup"),
    users: p.texts("UserId"),
    organizations: p.texts("OrganizationArn"),
    organizationalUnits: p.texts("OrganizationalUnitArn"),
  };
  const operation = p.word("OperationType", ["add", "remove"]);
  const add = nested ? readPermissions(nested.groups("Add")) : none;
  const remove = nested ? readPermissions(nested.groups("Remove")) : none;
  return {
    add: operation === "remove" ? add : union(add, flat),
    remove: operation === "remove" ? union(remove, flat) : remove,
  };
}

function each(
  a: LaunchPermissions,
  b: LaunchPermissions,
  combine: (x: readonly string[], y: readonly string[]) => string[],
): LaunchPermissions {
  return {
    groups: combine(a.groups, b.groups),
    users: combine(a.users, b.users),
    organizations: combine(a.organizations, b.organizations),
    organizationalUnits: combine(a.organizationalUnits, b.organizationalUnits),
  };
}

const union = (a: LaunchPermissions, b: LaunchPermissions): LaunchPermissions =>
  each(a, b, (x, y) => [...new Set([...x, ...y])]);
const without = (a: LaunchPermissions, b: LaunchPermissions): LaunchPermissions =>
  each(a, b, (x, y) => x.filter((value) => !y.includes(value)));

function checkPermissions(image: ImageRow, added: LaunchPermissions): void {
  const user = added.users.find((id) => !/^\d{12}$/.test(id));
  if (user !== undefined)
    throw new ApiError("InvalidAMIAttributeItemValue", `Invalid attribute item value "${user}" for userId item type.`);
  const group = added.groups.find((name) => name !== "all");
  if (group !== undefined)
    throw new ApiError(
      "InvalidAMIAttributeItemValue",
      `Invalid attribute item value "${group}" for userGroup item type.`,
    );
  if (added.groups.length > 0 && image.blockDevices.some(({ ebs }) => ebs?.encrypted)) {
    throw invalidValue("userGroup", "all", "Images with EBS-encrypted block devices cannot be made public.");
  }
}

export const modifyImageAttribute = action("ModifyImageAttribute", {
  read: (p) => {
    const attribute = p.text("Attribute");
    const value = p.text("Value");
    return {
      id: p.required("ImageId"),
      attribute,
      description: p.group("Description")?.text("Value") ?? (attribute === "description" ? value : undefined),
      imds: p.group("ImdsSupport")?.text("Value") ?? (attribute === "imdsSupport" ? value : undefined),
      changes: readChanges(p),
      productCodes: p.texts("ProductCode"),
    };
  },
  run: (input, call) => {
    const image = ownImage(call, input.id);
    checkPermissions(image, input.changes.add);
    if (input.imds !== undefined && input.imds !== "v2.0")
      throw invalidValue("imdsSupport", input.imds, "Valid values: v2.0.");
    const changed: ImageRow = {
      ...image,
      ...(input.description !== undefined && { description: input.description }),
      ...(input.imds !== undefined && { imdsSupport: input.imds }),
      permissions: without(union(image.permissions, input.changes.add), input.changes.remove),
      productCodes: [...new Set([...image.productCodes, ...input.productCodes])],
    };
    putImage(call, changed);
    return { return: true };
  },
});

/** Keeps a pending image where it is, in memory, until its capture is complete. */
function putImage(call: Call, image: ImageRow): void {
  call.change((tx) =>
    image.state === "pending" ? tx.putVolatile("images", call.region, image) : tx.put("images", call.region, image),
  );
}

export const resetImageAttribute = action("ResetImageAttribute", {
  read: (p) => ({ id: p.required("ImageId"), attribute: p.word("Attribute", ["launchPermission"]) }),
  run: ({ id }, call) => {
    putImage(call, { ...ownImage(call, id), permissions: none });
    return { return: true };
  },
});

const attributes: Readonly<Record<string, (image: ImageRow) => WireObject>> = {
  description: (image) => ({ description: { value: image.description ?? "" } }),
  launchPermission: ({ permissions: p }) => ({
    launchPermission: [
      ...p.groups.map((group) => ({ group })),
      ...p.users.map((userId) => ({ userId })),
      ...p.organizations.map((organizationArn) => ({ organizationArn })),
      ...p.organizationalUnits.map((organizationalUnitArn) => ({ organizationalUnitArn })),
    ],
  }),
  productCodes: (image) => ({
    productCodes: image.productCodes.map((productCode) => ({ productCode, type: "marketplace" })),
  }),
  blockDeviceMapping: (image) => ({ blockDeviceMapping: devicesWire(image.blockDevices) }),
  sriovNetSupport: (image) => ({ sriovNetSupport: { value: image.sriovNetSupport } }),
  bootMode: (image) => ({ bootMode: { value: image.bootMode } }),
  tpmSupport: (image) => ({ tpmSupport: { value: image.tpmSupport } }),
  imdsSupport: (image) => ({ imdsSupport: { value: image.imdsSupport } }),
  kernel: () => ({ kernel: {} }),
  ramdisk: () => ({ ramdisk: {} }),
  deregistrationProtection: (image) => ({ deregistrationProtection: { value: image.deregistrationProtection } }),
};

export const describeImageAttribute = action("DescribeImageAttribute", {
  read: (p) => ({ id: p.required("ImageId"), attribute: p.required("Attribute") }),
  run: ({ id, attribute }, call) => {
    const image = attribute === "launchPermission" ? ownImage(call, id) : imageOf(call, id);
    const read = attributes[attribute];
    if (!read) throw invalidValue("attribute", attribute, `Valid values: ${Object.keys(attributes).join(", ")}.`);
    return { imageId: id, ...read(image) };
  },
});
