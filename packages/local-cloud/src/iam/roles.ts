import { newIamId } from "../ids.ts";
import { action } from "../protocol/action.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { RoleRow } from "../state/rows.ts";
import { arnOf, checkName, checkPolicy, everywhere, noSuchEntity, readIamTags, roleOf } from "./iam-lookup.ts";
import { tagMembers } from "./tag-members.ts";

export function roleWire(call: Call, role: RoleRow): WireObject {
  return {
    Path: role.path,
    RoleName: role.id,
    RoleId: role.uid,
    Arn: arnOf(call, "role", role.path, role.id),
    CreateDate: role.createdAt.replace(/\.\d+Z$/, "Z"),
    AssumeRolePolicyDocument: encodeURIComponent(role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    Tags: tagMembers(role.tags),
  };
}

const resource = (input: { readonly name: string }, call: Call): string => arnOf(call, "role", "/", input.name);

export const createRole = action("CreateRole", {
  read: (p) => ({
    name: checkName(p.required("RoleName"), "roleName"),
    path: p.text("Path") ?? "/",
    trust: checkPolicy(p.required("AssumeRolePolicyDocument")),
    description: p.text("Description"),
    duration: p.whole("MaxSessionDuration") ?? 3600,
    boundary: p.text("PermissionsBoundary"),
    tags: readIamTags(p),
  }),
  resource,
  run: (input, call) => {
    if (Object.keys(input.tags).length > 0) call.needs("iam:TagRole", resource(input, call));
    if (call.cloud.store.get("roles", everywhere, input.name)) {
      throw new ApiError("EntityAlreadyExists", `Role with name ${input.name} already exists.`, 409);
    }
    const role: RoleRow = {
      id: input.name,
      uid: newIamId("AROA"),
      path: input.path,
      ...(input.description !== undefined && { description: input.description }),
      trustPolicy: input.trust,
      createdAt: call.now(),
      maxSessionDuration: input.duration,
      policies: {},
      attached: [],
      tags: input.tags,
    };
    call.change((tx) => tx.put("roles", everywhere, role));
    return { Role: roleWire(call, role) };
  },
});

export const getRole = action("GetRole", {
  read: (p) => ({ name: p.required("RoleName") }),
  resource,
  run: ({ name }, call) => ({ Role: roleWire(call, roleOf(call, name)) }),
});

export const listRoles = action("ListRoles", {
  read: (p) => ({ prefix: p.text("PathPrefix") ?? "/", marker: p.text("Marker"), most: p.whole("MaxItems") }),
  run: ({ prefix }, call) => ({
    Roles: call.cloud.store
      .rows("roles", everywhere)
      .filter((role) => role.path.startsWith(prefix))
      .map((role) => roleWire(call, role)),
    IsTruncated: false,
  }),
});

export const deleteRole = action("DeleteRole", {
  read: (p) => ({ name: p.required("RoleName") }),
  resource,
  run: ({ name }, call) => {
    const role = roleOf(call, name);
    const conflict = (what: string): ApiError =>
      new ApiError("DeleteConflict", `Cannot delete entity, must ${what} first.`, 409);
    if (call.cloud.store.rows("instanceProfiles", everywhere).some((profile) => profile.roleName === name)) {
      throw conflict("remove roles from instance profile");
    }
    if (Object.keys(role.policies).length > 0) throw conflict("delete policies");
    if (role.attached.length > 0) throw conflict("detach all policies");
    call.change((tx) => tx.remove("roles", everywhere, name));
    return {};
  },
});

export const tagRole = action("TagRole", {
  read: (p) => ({ name: p.required("RoleName"), tags: readIamTags(p) }),
  resource,
  run: ({ name, tags }, call) => {
    const role = roleOf(call, name);
    call.change((tx) => tx.put("roles", everywhere, { ...role, tags: { ...role.tags, ...tags } }));
    return {};
  },
});

export const putRolePolicy = action("PutRolePolicy", {
  read: (p) => ({
    name: p.required("RoleName"),
    policy: checkName(p.required("PolicyName"), "policyName"),
    document: checkPolicy(p.required("PolicyDocument")),
  }),
  resource,
  run: ({ name, policy, document }, call) => {
    const role = roleOf(call, name);
    call.change((tx) => tx.put("roles", everywhere, { ...role, policies: { ...role.policies, [policy]: document } }));
    return {};
  },
});

const noPolicy = (policy: string): ApiError => noSuchEntity(`The role policy with name ${policy} cannot be found.`);

export const getRolePolicy = action("GetRolePolicy", {
  read: (p) => ({ name: p.required("RoleName"), policy: p.required("PolicyName") }),
  resource,
  run: ({ name, policy }, call) => {
    const document = roleOf(call, name).policies[policy];
    if (document === undefined) throw noPolicy(policy);
    return { RoleName: name, PolicyName: policy, PolicyDocument: encodeURIComponent(document) };
  },
});

export const deleteRolePolicy = action("DeleteRolePolicy", {
  read: (p) => ({ name: p.required("RoleName"), policy: p.required("PolicyName") }),
  resource,
  run: ({ name, policy }, call) => {
    const role = roleOf(call, name);
    const { [policy]: document, ...policies } = role.policies;
    if (document === undefined) throw noPolicy(policy);
    call.change((tx) => tx.put("roles", everywhere, { ...role, policies }));
    return {};
  },
});

export const listRolePolicies = action("ListRolePolicies", {
  read: (p) => ({ name: p.required("RoleName"), marker: p.text("Marker"), most: p.whole("MaxItems") }),
  resource,
  run: ({ name }, call) => ({ PolicyNames: Object.keys(roleOf(call, name).policies), IsTruncated: false }),
});

export const attachRolePolicy = action("AttachRolePolicy", {
  read: (p) => ({ name: p.required("RoleName"), arn: p.required("PolicyArn") }),
  resource,
  run: ({ name, arn }, call) => {
    const role = roleOf(call, name);
    call.change((tx) => tx.put("roles", everywhere, { ...role, attached: [...new Set([...role.attached, arn])] }));
    return {};
  },
});

export const detachRolePolicy = action("DetachRolePolicy", {
  read: (p) => ({ name: p.required("RoleName"), arn: p.required("PolicyArn") }),
  resource,
  run: ({ name, arn }, call) => {
    const role = roleOf(call, name);
    if (!role.attached.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
    call.change((tx) =>
      tx.put("roles", everywhere, { ...role, attached: role.attached.filter((other) => other !== arn) }),
    );
    return {};
  },
});

export const listAttachedRolePolicies = action("ListAttachedRolePolicies", {
  read: (p) => ({
    name: p.required("RoleName"),
    path: p.text("PathPrefix"),
    marker: p.text("Marker"),
    most: p.whole("MaxItems"),
  }),
  resource,
  run: ({ name }, call) => ({
    AttachedPolicies: roleOf(call, name).attached.map((arn) => ({ PolicyName: arn.split("/").at(-1), PolicyArn: arn })),
    IsTruncated: false,
  }),
});
