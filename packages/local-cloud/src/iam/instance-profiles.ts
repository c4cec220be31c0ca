import { newIamId } from "../ids.ts";
import { action } from "../protocol/action.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { InstanceProfileRow } from "../state/rows.ts";
import { arnOf, checkName, everywhere, noSuchEntity, profileOf, readIamTags, roleOf } from "./iam-lookup.ts";
import { roleWire } from "./roles.ts";
import { tagMembers } from "./tag-members.ts";

function wire(call: Call, profile: InstanceProfileRow): WireObject {
  const role = profile.roleName === undefined ? undefined : call.cloud.store.get("roles", everywhere, profile.roleName);
  return {
    Path: profile.path,
    InstanceProfileName: profile.id,
    InstanceProfileId: profile.uid,
    Arn: arnOf(call, "instance-profile", profile.path, profile.id),
    CreateDate: profile.createdAt.replace(/\.\d+Z$/, "Z"),
    Roles: role ? [roleWire(call, role)] : [],
    Tags: tagMembers(profile.tags),
  };
}

const resource = (input: { readonly name: string }, call: Call): string =>
  arnOf(call, "instance-profile", "/", input.name);

export const createInstanceProfile = action("CreateInstanceProfile", {
  read: (p) => ({
    name: checkName(p.required("InstanceProfileName"), "instanceProfileName"),
    path: p.text("Path") ?? "/",
    tags: readIamTags(p),
  }),
  resource,
  run: ({ name, path, tags }, call) => {
    if (Object.keys(tags).length > 0) call.needs("iam:TagInstanceProfile", resource({ name }, call));
    if (call.cloud.store.get("instanceProfiles", everywhere, name)) {
      throw new ApiError("EntityAlreadyExists", `Instance Profile ${name} already exists.`, 409);
    }
    const profile: InstanceProfileRow = { id: name, uid: newIamId("AIPA"), path, createdAt: call.now(), tags };
    call.change((tx) => tx.put("instanceProfiles", everywhere, profile));
    return { InstanceProfile: wire(call, profile) };
  },
});

export const getInstanceProfile = action("GetInstanceProfile", {
  read: (p) => ({ name: p.required("InstanceProfileName") }),
  resource,
  run: ({ name }, call) => ({ InstanceProfile: wire(call, profileOf(call, name)) }),
});

export const listInstanceProfiles = action("ListInstanceProfiles", {
  read: (p) => ({ prefix: p.text("PathPrefix") ?? "/", marker: p.text("Marker"), most: p.whole("MaxItems") }),
  run: ({ prefix }, call) => ({
    InstanceProfiles: call.cloud.store
      .rows("instanceProfiles", everywhere)
      .filter((profile) => profile.path.startsWith(prefix))
      .map((profile) => wire(call, profile)),
    IsTruncated: false,
  }),
});

export const listInstanceProfilesForRole = action("ListInstanceProfilesForRole", {
  read: (p) => ({ role: p.required("RoleName"), marker: p.text("Marker"), most: p.whole("MaxItems") }),
  run: ({ role }, call) => {
    const { id } = roleOf(call, role);
    const profiles = call.cloud.store.rows("instanceProfiles", everywhere).filter((profile) => profile.roleName === id);
    return { InstanceProfiles: profiles.map((profile) => wire(call, profile)), IsTruncated: false };
  },
});

export const deleteInstanceProfile = action("DeleteInstanceProfile", {
  read: (p) => ({ name: p.required("InstanceProfileName") }),
  resource,
  run: ({ name }, call) => {
    if (profileOf(call, name).roleName !== undefined) {
      throw new ApiError("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.", 409);
    }
    call.change((tx) => tx.remove("instanceProfiles", everywhere, name));
    return {};
  },
});

export const addRoleToInstanceProfile = action("AddRoleToInstanceProfile", {
  read: (p) => ({ name: p.required("InstanceProfileName"), role: p.required("RoleName") }),
  resource,
  run: ({ name, role }, call) => {
    const profile = profileOf(call, name);
    roleOf(call, role);
    call.needs("iam:PassRole", arnOf(call, "role", "/", role));
    if (profile.roleName !== undefined) {
      throw new ApiError("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", 409);
    }
    call.change((tx) => tx.put("instanceProfiles", everywhere, { ...profile, roleName: role }));
    return {};
  },
});

export const removeRoleFromInstanceProfile = action("RemoveRoleFromInstanceProfile", {
  read: (p) => ({ name: p.required("InstanceProfileName"), role: p.required("RoleName") }),
  resource,
  run: ({ name, role }, call) => {
    const { roleName, ...profile } = profileOf(call, name);
    if (roleName !== role) throw noSuchEntity(`Role ${role} in Instance Profile ${name} cannot be found.`);
    call.change((tx) => tx.put("instanceProfiles", everywhere, profile));
    return {};
  },
});

export const tagInstanceProfile = action("TagInstanceProfile", {
  read: (p) => ({ name: p.required("InstanceProfileName"), tags: readIamTags(p) }),
  resource,
  run: ({ name, tags }, call) => {
    const profile = profileOf(call, name);
    call.change((tx) => tx.put("instanceProfiles", everywhere, { ...profile, tags: { ...profile.tags, ...tags } }));
    return {};
  },
});

export const getUser = action("GetUser", {
  read: (p) => p.text("UserName"),
  run: (name, call) => {
    if (name !== undefined && name !== "kiln") throw noSuchEntity(`The user with name ${name} cannot be found.`);
    return {
      User: {
        Path: "/",
        UserName: "kiln",
        UserId: "AIDAKILNKILNKILNKILN",
        Arn: `arn:aws:iam::${call.cloud.accountId}:user/kiln`,
        CreateDate: "2026-01-01T00:00:00Z",
      },
    };
  },
});
