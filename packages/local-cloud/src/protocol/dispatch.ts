import { randomUUID } from "node:crypto";
import { nearestName } from "@kiln/sdk";
import { jsonActions, queryActions } from "../actions.ts";
import type { Cloud } from "../cloud.ts";
import { type Answer, jsonAnswer, queryAnswer, refusal } from "./answers.ts";
import { ApiError, internalError } from "./api-error.ts";
import type { Authenticator } from "./authenticator.ts";
import { Call } from "./call.ts";
import { Idempotency } from "./idempotency.ts";
import { jsonReader } from "./json-reader.ts";
import { Params } from "./params.ts";
import { type Service, serviceOf, services } from "./service.ts";
import { readSignature, type Signature, type SignedRequest } from "./sigv4.ts";
import { unknownService } from "./unknown-service.ts";
import type { WireObject } from "./wire.ts";

/** What the client gets; `drop`: its connection is closed instead. */
export type Outcome = Answer | "drop";

export interface DispatchParts {
  readonly cloud: Cloud;
  readonly authenticator: Authenticator;
  /** Makes the region's default network and catalogue exist. */
  readonly prepareRegion: (region: string) => void;
  readonly reportDefect: (error: unknown) => void;
}

/** Answers requests: who asks, what service and action, faults, and the action itself. */
export class Dispatcher {
  readonly #parts: DispatchParts;
  readonly #idempotency = new Idempotency();

  constructor(parts: DispatchParts) {
    this.#parts = parts;
  }

  async answer(request: SignedRequest, signal: AbortSignal): Promise<Outcome> {
    const requestId = randomUUID();
    const target = request.headers["x-amz-target"];
    const form = target === undefined ? formOf(request) : [];
    let service: Service = serviceOf("", target, valueOf(form, "Version")) ?? services.ec2;
    try {
      const signature = readSignature(request);
      const named = serviceOf(signature.service, target, valueOf(form, "Version"));
      if (!named) return unknownService(signature.service, request, valueOf(form, "Action") !== undefined, requestId);
      service = named;
      this.#parts.authenticator.check(request, signature);
      return await this.#act({ request, signature, service, form, target, requestId, signal });
    } catch (error) {
      if (error instanceof ApiError) return refusal(service, error, requestId);
      if (!signal.aborted) this.#parts.reportDefect(error);
      const message = error instanceof Error ? error.message : String(error);
      return refusal(service, internalError(`An internal error has occurred: ${message}`), requestId);
    }
  }

  async #act(asked: Asked): Promise<Outcome> {
    const { service, signature, requestId } = asked;
    const { cloud } = this.#parts;
    const name = asked.target?.split(".")[1] ?? valueOf(asked.form, "Action") ?? "";
    const region = service.name === "iam" ? (cloud.regions[0] ?? "") : signature.region;
    if (!cloud.regions.includes(region)) {
      throw new ApiError("AuthFailure", `Credential should be scoped to a valid region, not '${region}'.`, 401);
    }
    this.#parts.prepareRegion(region);
    const drop = await cloud.faults.strike(name, cloud.clock, asked.signal);
    if (drop === "before") return "drop";
    const given = asked.form.filter(([key]) => !ignored.has(key) && !key.startsWith("X-Amz-"));
    const call = new Call({
      cloud,
      service,
      action: name,
      region,
      requestId,
      accessKeyId: signature.accessKeyId,
      dryRun: valueOf(asked.form, "DryRun")?.toLowerCase() === "true",
    });
    const answer = service.protocol === "json" ? await this.#json(call, asked) : await this.#query(call, given);
    return drop === "after" ? "drop" : answer;
  }

  async #query(call: Call, given: readonly (readonly [string, string])[]): Promise<Answer> {
    const action = queryActions[call.service.name]?.get(call.action);
    if (!action) throw invalidAction(call);
    const run = async (): Promise<WireObject> => {
      const result = await action.handle(Params.of(given), call);
      call.finish();
      return result;
    };
    const token = valueOf(given, "ClientToken");
    const key = token === undefined || token === "" ? undefined : `${call.region}/${call.action}/${token}`;
    const result = key === undefined ? await run() : await this.#idempotency.once(key, given, run);
    return queryAnswer(call.service, call.action, result, call.requestId);
  }

  async #json(call: Call, { request, requestId }: Asked): Promise<Answer> {
    const action = jsonActions[call.service.name]?.get(call.action);
    if (!action) throw new ApiError("UnknownOperationException", `The operation ${call.action} is unknown.`);
    return jsonAnswer(200, await action.run(jsonReader(parseJson(request.body)), call), requestId);
  }
}

interface Asked {
  readonly request: SignedRequest;
  readonly signature: Signature;
  readonly service: Service;
  readonly form: readonly (readonly [string, string])[];
  readonly target: string | undefined;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

function invalidAction(call: Call): ApiError {
  const { name } = call.service;
  const near = nearestName(call.action, queryActions[name]?.keys() ?? []);
  const hint = near === undefined ? "what a build of images needs is answered" : `did you mean ${near}?`;
  return new ApiError(
    "InvalidAction",
    `The action ${call.action} is not valid for this web service. (This is Kiln's local cloud: ${hint})`,
  );
}

/** Parameters that say what the request is, not what it asks for. */
const ignored = new Set([
  "Action",
  "Version",
  "DryRun",
  "AWSAccessKeyId",
  "SignatureVersion",
  "SignatureMethod",
  "Timestamp",
]);

function formOf(request: SignedRequest): readonly (readonly [string, string])[] {
  const body = Buffer.from(request.body).toString("utf8");
  return [...request.query, ...new URLSearchParams(body)];
}

function valueOf(form: readonly (readonly [string, string])[], name: string): string | undefined {
  return form.find(([key]) => key === name)?.[1];
}

function parseJson(body: Uint8Array): unknown {
  const text = Buffer.from(body).toString("utf8");
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new ApiError("SerializationException", "The request body is not JSON");
  }
}
