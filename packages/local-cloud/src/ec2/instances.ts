import { launch } from "../instances/launch.ts";
import { readLaunch } from "../instances/launch-request.ts";
import { action } from "../protocol/action.ts";
import { invalidValue } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import { matching, readFilters } from "../protocol/filters.ts";
import { page, readPage } from "../protocol/pages.ts";
import type { Params } from "../protocol/params.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { InstanceRow } from "../state/rows.ts";
import { instanceOf, instancesOf } from "./instance-lookup.ts";
import { groupsWire, instanceFilters, instanceWire, stateWire } from "./instance-wire.ts";
import { readTemplateChoice, withTemplate } from "./launch-templates.ts";

function reservationWire(call: Call, instances: readonly InstanceRow[]): WireObject {
  const [first] = instances;
  return {
    reservationId: first?.reservationId ?? "",
    ownerId: call.cloud.accountId,
    groupSet: [],
    instancesSet: instances.map((instance) => instanceWire(call, instance)),
  };
}

export const runInstances = action("RunInstances", {
  read: (p) => ({
    least: p.whole("MinCount") ?? 1,
    most: p.whole("MaxCount") ?? 1,
    clientToken: p.text("ClientToken"),
    template: readTemplateChoice(p.group("LaunchTemplate")),
    request: p,
    checked: readLaunch(p),
  }),
  run: (input, call) => {
    if (input.least < 1 || input.most < input.least) {
      throw invalidValue("minCount", String(input.least), "minCount is at least 1 and at most maxCount.");
    }
    if (input.most > 20)
      throw invalidValue("maxCount", String(input.most), "This local cloud starts at most 20 machines at once.");
    const request = input.template ? readLaunch(withTemplate(call, input.template, input.request)) : input.checked;
    const spot = request.market === "spot";
    return reservationWire(call, launch(call, request, { count: input.most, clientToken: input.clientToken, spot }));
  },
});

export const describeInstances = action("DescribeInstances", {
  read: (p) => ({ ids: p.texts("InstanceId"), filters: readFilters(p), page: readPage(p, 5, 1000) }),
  run: (input, call) => {
    call.cloud.lifecycle.forgetOld();
    const chosen = input.ids.length === 0 ? call.rows("instances") : instancesOf(call, [...new Set(input.ids)]);
    const { rows, nextToken } = page(matching(chosen, input.filters, instanceFilters(call)), input.page);
    const reservations = Map.groupBy(rows, (row) => row.reservationId);
    return { reservationSet: [...reservations.values()].map((members) => reservationWire(call, members)), nextToken };
  },
});

export const describeInstanceStatus = action("DescribeInstanceStatus", {
  read: (p) => ({
    ids: p.texts("InstanceId"),
    filters: readFilters(p),
    all: p.flag("IncludeAllInstances") ?? false,
    page: readPage(p, 5, 1000),
  }),
  run: (input, call) => {
    const chosen = (input.ids.length === 0 ? call.rows("instances") : instancesOf(call, input.ids)).filter(
      (row) => input.all || row.state === "running",
    );
    const { rows, nextToken } = page(matching(chosen, input.filters, instanceFilters(call)), input.page);
    return {
      instanceStatusSet: rows.map((row) => {
        const status = row.state === "running" ? "ok" : "not-applicable";
        const details = row.state === "running" ? [{ name: "reachability", status: "passed" }] : [];
        return {
          instanceId: row.id,
          availabilityZone: row.zone,
          instanceState: stateWire(row.state),
          systemStatus: { status, details },
          instanceStatus: { status, details },
        };
      }),
      nextToken,
    };
  },
});

export function readIds(p: Params): string[] {
  const ids = p.texts("InstanceId");
  if (ids.length === 0) throw invalidValue("InstanceId", "", "At least one instance id is needed.");
  return [...new Set(ids)];
}

export const getConsoleOutput = action("GetConsoleOutput", {
  read: (p) => ({ id: p.required("InstanceId"), latest: p.flag("Latest") }),
  run: ({ id }, call) => {
    const instance = instanceOf(call, id);
    const text = call.cloud.machines.find(id)?.console() ?? "";
    // EC2 keeps the last 64 KiB.
    const output = Buffer.from(text, "utf8").subarray(-65536).toString("base64");
    return { instanceId: instance.id, timestamp: call.now(), output };
  },
});

export const getPasswordData = action("GetPasswordData", {
  read: (p) => p.required("InstanceId"),
  run: (id, call) => {
    const instance = instanceOf(call, id);
    const ready = instance.state === "running";
    return { instanceId: id, timestamp: call.now(), passwordData: ready ? (instance.passwordData ?? "") : "" };
  },
});

export const describeInstanceAttribute = action("DescribeInstanceAttribute", {
  read: (p) => ({ id: p.required("InstanceId"), attribute: p.required("Attribute") }),
  run: ({ id, attribute }, call) => {
    const instance = instanceOf(call, id);
    const value = (text: string | boolean | undefined): WireObject => ({ [attribute]: { value: text } });
    switch (attribute) {
      case "instanceType":
        return { instanceId: id, ...value(instance.type) };
      case "userData":
        return { instanceId: id, ...value(instance.userData) };
      case "disableApiTermination":
        return { instanceId: id, ...value(instance.disableApiTermination) };
      case "disableApiStop":
        return { instanceId: id, ...value(instance.disableApiStop) };
      case "instanceInitiatedShutdownBehavior":
        return { instanceId: id, ...value(instance.shutdownBehavior) };
      case "rootDeviceName":
        return { instanceId: id, ...value(instance.rootDeviceName) };
      case "ebsOptimized":
        return { instanceId: id, ...value(instance.ebsOptimized) };
      case "enaSupport":
        return { instanceId: id, ...value(instance.enaSupport) };
      case "sriovNetSupport":
        return { instanceId: id, ...value(instance.sriovNetSupport) };
      case "sourceDestCheck":
        return { instanceId: id, ...value(instance.sourceDestCheck) };
      case "groupSet":
        return { instanceId: id, groupSet: groupsWire(call, instance) };
      case "blockDeviceMapping":
        return { instanceId: id, blockDeviceMapping: instanceWire(call, instance)["blockDeviceMapping"] };
      default:
        throw invalidValue("attribute", attribute);
    }
  },
});
