import { randomBytes } from "node:crypto";
import { newIamId } from "../ids.ts";
import { action } from "../protocol/action.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { WireObject } from "../protocol/wire.ts";

export const getCallerIdentity = action("GetCallerIdentity", {
  read: () => undefined,
  // STS answers this one to everybody.
  resource: null,
  run: (_, call) => ({
    UserId: call.cloud.issuedKeys.get(call.accessKeyId)?.userId ?? "AIDAKILNKILNKILNKILN",
    Account: call.cloud.accountId,
    Arn: call.cloud.callerArn(call.accessKeyId),
  }),
});

/** Temporary credentials that this endpoint accepts until they expire. */
function issue(call: Call, seconds: number, arn: string, userId: string): WireObject {
  const accessKeyId = newIamId("ASIA");
  const secretAccessKey = randomBytes(30).toString("base64");
  const sessionToken = randomBytes(96).toString("base64");
  const expiresAt = call.cloud.clock.now() + seconds * 1000;
  call.effects();
  call.cloud.issuedKeys.set(accessKeyId, { secretAccessKey, sessionToken, expiresAt, arn, userId });
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, "Z"),
  };
}

function checkDuration(seconds: number, most: number): void {
  if (seconds < 900 || seconds > most) {
    throw new ApiError(
      "ValidationError",
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and ${most}`,
    );
  }
}

export const assumeRole = action("AssumeRole", {
  read: (p) => ({
    arn: p.required("RoleArn"),
    session: p.required("RoleSessionName"),
    seconds: p.whole("DurationSeconds") ?? 3600,
    externalId: p.text("ExternalId"),
    policy: p.text("Policy"),
    policyArns: p.groups("PolicyArns").map((group) => group.required("arn")),
    tags: p.groups("Tags").map((tag) => [tag.required("Key"), tag.text("Value")]),
    transitive: p.texts("TransitiveTagKeys"),
    serial: p.text("SerialNumber"),
    token: p.text("TokenCode"),
    source: p.text("SourceIdentity"),
  }),
  resource: (input) => input.arn,
  run: (input, call) => {
    const match = /^arn:(aws[\w-]*):iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/.exec(input.arn);
    if (!match) throw new ApiError("ValidationError", `${input.arn} is invalid`);
    const [, partition, account, name] = match;
    checkDuration(input.seconds, 43200);
    if (!/^[\w+=,.@-]{2,64}$/.test(input.session)) {
      throw new ApiError(
        "ValidationError",
        `1 validation error detected: Value '${input.session}' at 'roleSessionName' failed to satisfy constraint`,
      );
    }
    const arn = `arn:${partition}:sts::${account}:assumed-role/${name}/${input.session}`;
    const userId = `${newIamId("AROA")}:${input.session}`;
    const Credentials = issue(call, input.seconds, arn, userId);
    return {
      Credentials,
      AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
      ...(input.source !== undefined && { SourceIdentity: input.source }),
    };
  },
});

export const getSessionToken = action("GetSessionToken", {
  read: (p) => ({
    seconds: p.whole("DurationSeconds") ?? 43200,
    serial: p.text("SerialNumber"),
    code: p.text("TokenCode"),
  }),
  resource: null,
  run: ({ seconds }, call) => {
    checkDuration(seconds, 129600);
    return { Credentials: issue(call, seconds, call.cloud.callerArn(call.accessKeyId), "AIDAKILNKILNKILNKILN") };
  },
});

export const decodeAuthorizationMessage = action("DecodeAuthorizationMessage", {
  read: (p) => p.required("EncodedMessage"),
  run: (encoded) => {
    const text = Buffer.from(encoded, "base64url").toString("utf8");
    if (!text.startsWith('{"allowed":')) {
      throw new ApiError("InvalidAuthorizationMessageException", "Encoded authorization message is invalid.");
    }
    return { DecodedMessage: text };
  },
});
