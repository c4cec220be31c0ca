import { randomBytes } from "node:crypto";
import { publicParameter } from "../catalogue/catalogue.ts";
import { partitionOf } from "../places/regions.ts";
import type { JsonAction } from "../protocol/action.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { ParameterRow } from "../state/rows.ts";

function jsonAction(name: string, run: JsonAction["run"]): JsonAction {
  return {
    name,
    run(message, call) {
      call.needs(`${call.service.name}:${name}`);
      return run(message, call);
    },
  };
}

function parameterOf(call: Call, selector: string): ParameterRow | undefined {
  const name = selector.replace(/:\d+$/, "");
  const stored = call.get("parameters", name);
  if (stored) return stored;
  const known = publicParameter(call.region, name);
  if (!known) return undefined;
  return {
    id: name,
    type: "String",
    value: known.imageId,
    version: 1,
    dataType: "aws:ec2:image",
    changedAt: `${known.published}T00:00:00.000Z`,
  };
}

function wire(call: Call, row: ParameterRow, decrypt: boolean): unknown {
  const hidden = row.type === "SecureString" && !decrypt;
  return {
    Name: row.id,
    Type: row.type,
    Value: hidden ? Buffer.from(`encrypted:${row.id}:${row.version}`).toString("base64") : row.value,
    Version: row.version,
    LastModifiedDate: Date.parse(row.changedAt) / 1000,
    ARN: `arn:${partitionOf(call.region)}:ssm:${call.region}:${row.id.startsWith("/aws/") ? "" : call.cloud.accountId}:parameter${row.id.startsWith("/") ? "" : "/"}${row.id}`,
    DataType: row.dataType,
  };
}

/** Instances that Session Manager could reach: running ones with an instance profile. */
function managed(call: Call): ReturnType<typeof call.rows<"instances">> {
  return call.rows("instances").filter((row) => row.state === "running" && row.profileArn !== undefined);
}

export const ssmActions: readonly JsonAction[] = [
  jsonAction("StartSession", (message, call) => {
    const target = message.required("Target");
    if (!managed(call).some((row) => row.id === target)) {
      throw new ApiError("TargetNotConnected", `${target} is not connected.`);
    }
    message.text("DocumentName");
    call.effects();
    const SessionId = `kiln-${randomBytes(9).toString("hex")}`;
    // The session exists; its data channel (the websocket that session-manager-plugin speaks) is not served.
    const StreamUrl = `${call.cloud.endpoint().replace(/^http/, "ws")}/v1/data-channel/${SessionId}?role=publish_subscribe`;
    return { SessionId, TokenValue: randomBytes(96).toString("base64"), StreamUrl };
  }),
  jsonAction("TerminateSession", (message) => ({ SessionId: message.required("SessionId") })),
  jsonAction("DescribeInstanceInformation", (_, call) => ({
    InstanceInformationList: managed(call).map((row) => ({
      InstanceId: row.id,
      PingStatus: "Online",
      LastPingDateTime: call.cloud.clock.now() / 1000,
      AgentVersion: "3.3.0.0",
      IsLatestVersion: true,
      PlatformType: "Linux",
      PlatformName: "Linux",
      ResourceType: "EC2Instance",
      IPAddress: row.address,
      ComputerName: row.id,
    })),
  })),
  jsonAction("GetParameter", (message, call) => {
    const name = message.required("Name");
    const row = parameterOf(call, name);
    if (!row) throw new ApiError("ParameterNotFound", `Parameter ${name} not found.`);
    return { Parameter: wire(call, row, message.flag("WithDecryption") ?? false) };
  }),
  jsonAction("GetParameters", (message, call) => {
    const found = message.texts("Names").map((name) => ({ name, row: parameterOf(call, name) }));
    const decrypt = message.flag("WithDecryption") ?? false;
    return {
      Parameters: found.flatMap(({ row }) => (row ? [wire(call, row, decrypt)] : [])),
      InvalidParameters: found.flatMap(({ name, row }) => (row ? [] : [name])),
    };
  }),
  jsonAction("PutParameter", (message, call) => {
    const name = message.required("Name");
    const before = call.get("parameters", name);
    if (before && message.flag("Overwrite") !== true) {
      throw new ApiError(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
      );
    }
    const type = message.text("Type") ?? before?.type ?? "String";
    if (type !== "String" && type !== "StringList" && type !== "SecureString") {
      throw new ApiError("UnsupportedParameterType", `The parameter type ${type} is not supported.`);
    }
    const version = (before?.version ?? 0) + 1;
    const row: ParameterRow = {
      id: name,
      type,
      value: message.required("Value"),
      version,
      dataType: message.text("DataType") ?? "text",
      changedAt: call.now(),
    };
    call.change((tx) => tx.put("parameters", call.region, row));
    return { Version: version, Tier: "Standard" };
  }),
  jsonAction("DeleteParameter", (message, call) => {
    const name = message.required("Name");
    if (!call.get("parameters", name)) throw new ApiError("ParameterNotFound", `Parameter ${name} not found.`);
    call.change((tx) => tx.remove("parameters", call.region, name));
    return {};
  }),
];

export const instanceConnectActions: readonly JsonAction[] = [
  jsonAction("SendSSHPublicKey", (message, call) => {
    const id = message.required("InstanceId");
    message.required("InstanceOSUser");
    message.required("SSHPublicKey");
    const instance = call.get("instances", id);
    if (!instance) throw new ApiError("EC2InstanceNotFoundException", `Instance ${id} not found.`);
    // Taking the key without the machine knowing it would be a lie that ends in a login failure.
    throw new ApiError(
      "EC2InstanceTypeInvalidException",
      "The machines of this local cloud do not take keys from EC2 Instance Connect; use a key pair.",
    );
  }),
];
