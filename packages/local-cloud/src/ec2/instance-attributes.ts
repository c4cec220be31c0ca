import { action } from "../protocol/action.ts";
import { ApiError, invalidValue } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { Params } from "../protocol/params.ts";
import type { InstanceRow, VolumeRow } from "../state/rows.ts";
import { instanceOf } from "./instance-lookup.ts";
import { volumesOf } from "./instance-wire.ts";
import { knownType } from "./places.ts";
import { groupOf } from "./security-groups.ts";

/** `Name.Value`, or the flat form `Attribute=name&Value=…`. */
function attributeReader(p: Params): (name: string) => string | undefined {
  const attribute = p.text("Attribute");
  const value = p.text("Value");
  return (name) => {
    const flat = attribute?.toLowerCase() === name.toLowerCase() ? value : undefined;
    return p.group(name)?.text("Value") ?? flat;
  };
}

function flag(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text !== "true" && text !== "false") throw invalidValue(name, text, "Expected true or false.");
  return text === "true";
}

/** Attributes that only a stopped machine can change. */
const stoppedOnly = ["type", "enaSupport", "sriovNetSupport", "ebsOptimized", "userData"] as const;

export const modifyInstanceAttribute = action("ModifyInstanceAttribute", {
  read: (p) => {
    const read = attributeReader(p);
    const shutdown = read("InstanceInitiatedShutdownBehavior");
    const sriov = read("SriovNetSupport");
    if (shutdown !== undefined && shutdown !== "stop" && shutdown !== "terminate")
      throw invalidValue("instanceInitiatedShutdownBehavior", shutdown);
    if (sriov !== undefined && sriov !== "simple")
      throw invalidValue("sriovNetSupport", sriov, "Valid values: simple.");
    const changes: { [K in keyof InstanceRow]?: InstanceRow[K] | undefined } = {
      type: read("InstanceType"),
      enaSupport: flag("enaSupport", read("EnaSupport")),
      sriovNetSupport: sriov,
      ebsOptimized: flag("ebsOptimized", read("EbsOptimized")),
      userData: read("UserData"),
      shutdownBehavior: shutdown,
      disableApiTermination: flag("disableApiTermination", read("DisableApiTermination")),
      disableApiStop: flag("disableApiStop", read("DisableApiStop")),
      sourceDestCheck: flag("sourceDestCheck", read("SourceDestCheck")),
    };
    return {
      id: p.required("InstanceId"),
      changes: Object.fromEntries(
        Object.entries(changes).filter(([, value]) => value !== undefined),
      ) as Partial<InstanceRow>,
      groups: p.texts("GroupId"),
      devices: p.groups("BlockDeviceMapping").map((group) => {
        const ebs = group.group("Ebs");
        return {
          name: group.required("DeviceName"),
          keep: ebs?.flag("DeleteOnTermination") === false,
          volume: ebs?.text("VolumeId"),
        };
      }),
    };
  },
  run: (input, call) => {
    const instance = instanceOf(call, input.id);
    for (const id of input.groups) groupOf(call, id);
    if (input.changes.type !== undefined) knownType(input.changes.type);
    if (instance.state !== "stopped" && stoppedOnly.some((name) => input.changes[name] !== undefined)) {
      throw new ApiError("IncorrectInstanceState", `The instance '${instance.id}' is not in the 'stopped' state.`);
    }
    const volumes = input.devices.map((device) => reattach(call, instance, device.name, !device.keep));
    const groups = input.groups.length > 0 && { securityGroupIds: input.groups };
    call.change((tx) => {
      for (const volume of volumes) tx.put("volumes", call.region, volume);
      tx.put("instances", call.region, { ...instance, ...input.changes, ...groups });
    });
    return { return: true };
  },
});

function reattach(call: Call, instance: InstanceRow, device: string, deleteOnTermination: boolean): VolumeRow {
  const volume = volumesOf(call, instance).find(({ attachment }) => attachment?.device === device);
  if (!volume?.attachment) {
    throw new ApiError("InvalidInstanceAttributeValue", `No device is currently mapped at ${device}`);
  }
  return { ...volume, attachment: { ...volume.attachment, deleteOnTermination } };
}

export const modifyInstanceMetadataOptions = action("ModifyInstanceMetadataOptions", {
  read: (p) => ({
    id: p.required("InstanceId"),
    endpoint: p.word("HttpEndpoint", ["enabled", "disabled"]),
    tokens: p.word("HttpTokens", ["optional", "required"]),
    hopLimit: p.whole("HttpPutResponseHopLimit"),
    tags: p.word("InstanceMetadataTags", ["enabled", "disabled"]),
    ipv6: p.word("HttpProtocolIpv6", ["enabled", "disabled"]),
  }),
  run: ({ id, ...given }, call) => {
    const instance = instanceOf(call, id);
    // The machine's metadata service took its options at boot; what can change here is what the answers say.
    if (
      (given.endpoint ?? instance.metadata.endpoint) !== instance.metadata.endpoint ||
      (given.tokens ?? instance.metadata.tokens) !== instance.metadata.tokens
    ) {
      throw new ApiError(
        "UnsupportedOperation",
        "This local cloud sets HttpEndpoint and HttpTokens when an instance is launched.",
      );
    }
    const metadata = {
      ...instance.metadata,
      ...(given.hopLimit !== undefined && { hopLimit: given.hopLimit }),
      ...(given.tags && { tags: given.tags }),
      ...(given.ipv6 && { ipv6: given.ipv6 }),
    };
    call.change((tx) => tx.put("instances", call.region, { ...instance, metadata }));
    return {
      instanceId: id,
      instanceMetadataOptions: {
        state: "pending",
        httpTokens: metadata.tokens,
        httpPutResponseHopLimit: metadata.hopLimit,
        httpEndpoint: metadata.endpoint,
        httpProtocolIpv6: metadata.ipv6,
        instanceMetadataTags: metadata.tags,
      },
    };
  },
});
