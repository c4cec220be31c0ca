import { newId } from "../ids.ts";
import { readLaunch } from "../instances/launch-request.ts";
import { action } from "../protocol/action.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import { matching, readFilters } from "../protocol/filters.ts";
import { page, readPage } from "../protocol/pages.ts";
import { Params } from "../protocol/params.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { LaunchTemplateRow, LaunchTemplateVersion } from "../state/rows.ts";
import { readTagSpecifications, tagSet } from "./tag-wire.ts";

export interface TemplateChoice {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/** Reads `LaunchTemplate.{LaunchTemplateId,LaunchTemplateName,Version}`. */
export function readTemplateChoice(p: Params | undefined): TemplateChoice | undefined {
  return p && { id: p.text("LaunchTemplateId"), name: p.text("LaunchTemplateName"), version: p.text("Version") };
}

function templateOf(
  call: Call,
  { id, name }: { readonly id: string | undefined; readonly name: string | undefined },
): LaunchTemplateRow {
  const row = call.rows("launchTemplates").find((candidate) => (id ? candidate.id === id : candidate.name === name));
  if (row) return row;
  throw id
    ? new ApiError(
        "InvalidLaunchTemplateId.NotFound",
        `The specified launch template, with template ID ${id}, does not exist.`,
      )
    : new ApiError(
        "InvalidLaunchTemplateName.NotFoundException",
        `The specified launch template, with template name ${name}, does not exist.`,
      );
}

function versionOf(template: LaunchTemplateRow, version: string | undefined): LaunchTemplateVersion {
  const { versions } = template;
  const wanted =
    version === "$Latest" ? versions.length : version === undefined || version === "$Default" ? 1 : Number(version);
  const found = versions.find((candidate) => candidate.number === wanted);
  if (!found)
    throw new ApiError("InvalidLaunchTemplateId.VersionNotFound", `Could not find launch template version ${version}`);
  return found;
}

/** A launch's parameters over those of its template: a member that the launch names replaces the template's. */
export function withTemplate(call: Call, choice: TemplateChoice, over: Params): Params {
  const data = Params.of(Object.entries(versionOf(templateOf(call, choice), choice.version).data)).flatten();
  const own = over.flatten();
  const named = new Set(Object.keys(own).map((key) => key.split(".")[0]));
  const below = Object.entries(data).filter(([key]) => !named.has(key.split(".")[0]));
  return Params.of([...below, ...Object.entries(own)]);
}

function wire(call: Call, row: LaunchTemplateRow): WireObject {
  return {
    launchTemplateId: row.id,
    launchTemplateName: row.name,
    createTime: row.createdAt,
    createdBy: call.cloud.callerArn(call.accessKeyId),
    defaultVersionNumber: 1,
    latestVersionNumber: row.versions.length,
    tagSet: tagSet(row.tags),
  };
}

export const createLaunchTemplate = action("CreateLaunchTemplate", {
  read: (p) => {
    const data = p.group("LaunchTemplateData");
    if (!data) throw new ApiError("MissingParameter", "The request must contain the parameter LaunchTemplateData");
    // Reading it as a launch refuses what no launch would take.
    readLaunch(data);
    data.refuseUnread();
    const description = p.text("VersionDescription");
    return {
      name: p.required("LaunchTemplateName"),
      clientToken: p.text("ClientToken"),
      description,
      data: data.flatten(),
      tags: readTagSpecifications(p, ["launch-template"])["launch-template"],
    };
  },
  run: (input, call) => {
    if (input.tags) call.needs("ec2:CreateTags");
    if (!/^[A-Za-z0-9()./_-]{3,128}$/.test(input.name)) {
      throw new ApiError(
        "InvalidLaunchTemplateName.MalformedException",
        "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: -, (, ), ., /, _",
      );
    }
    if (call.rows("launchTemplates").some((row) => row.name === input.name)) {
      throw new ApiError("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
    }
    const row: LaunchTemplateRow = {
      id: newId("lt"),
      name: input.name,
      createdAt: call.now(),
      versions: [
        {
          number: 1,
          createdAt: call.now(),
          data: input.data,
          ...(input.description !== undefined && { description: input.description }),
        },
      ],
      tags: input.tags ?? {},
    };
    call.change((tx) => tx.put("launchTemplates", call.region, row));
    return { launchTemplate: wire(call, row) };
  },
});

export const deleteLaunchTemplate = action("DeleteLaunchTemplate", {
  read: (p) => ({ id: p.text("LaunchTemplateId"), name: p.text("LaunchTemplateName") }),
  run: (choice, call) => {
    const row = templateOf(call, choice);
    call.change((tx) => tx.remove("launchTemplates", call.region, row.id));
    return { launchTemplate: wire(call, row) };
  },
});

export const describeLaunchTemplates = action("DescribeLaunchTemplates", {
  read: (p) => ({
    ids: p.texts("LaunchTemplateId"),
    names: p.texts("LaunchTemplateName"),
    filters: readFilters(p),
    page: readPage(p, 1, 200),
  }),
  run: (input, call) => {
    const asked = [
      ...input.ids.map((id) => templateOf(call, { id, name: undefined })),
      ...input.names.map((name) => templateOf(call, { id: undefined, name })),
    ];
    const chosen = input.ids.length + input.names.length === 0 ? call.rows("launchTemplates") : asked;
    const found = matching(chosen, input.filters, {
      "launch-template-name": (row) => [row.name],
      "create-time": (row) => [row.createdAt],
    });
    const { rows, nextToken } = page(found, input.page);
    return { launchTemplates: rows.map((row) => wire(call, row)), nextToken };
  },
});

export const describeLaunchTemplateVersions = action("DescribeLaunchTemplateVersions", {
  read: (p) => ({
    id: p.text("LaunchTemplateId"),
    name: p.text("LaunchTemplateName"),
    versions: p.texts("LaunchTemplateVersion"),
    page: readPage(p, 1, 200),
  }),
  run: (input, call) => {
    const row = templateOf(call, input);
    const chosen =
      input.versions.length === 0 ? row.versions : input.versions.map((version) => versionOf(row, version));
    const { rows, nextToken } = page(chosen, input.page);
    return {
      launchTemplateVersionSet: rows.map((version) => ({
        launchTemplateId: row.id,
        launchTemplateName: row.name,
        versionNumber: version.number,
        versionDescription: version.description,
        createTime: version.createdAt,
        createdBy: call.cloud.callerArn(call.accessKeyId),
        defaultVersion: version.number === 1,
        launchTemplateData: dataWire(version.data),
      })),
      nextToken,
    };
  },
});

function dataWire(data: Readonly<Record<string, string>>): WireObject {
  const launch = readLaunch(Params.of(Object.entries(data)));
  return {
    imageId: launch.imageId,
    instanceType: launch.type,
    keyName: launch.keyName,
    userData: launch.userData,
    ebsOptimized: launch.ebsOptimized,
    ...(launch.profile && { iamInstanceProfile: { arn: launch.profile.arn, name: launch.profile.name } }),
    instanceInitiatedShutdownBehavior: launch.shutdownBehavior,
    securityGroupIdSet: launch.network.groupIds,
    tagSpecificationSet: Object.entries(launch.tags).map(([resourceType, tags]) => ({
      resourceType,
      tagSet: tagSet(tags),
    })),
  };
}
