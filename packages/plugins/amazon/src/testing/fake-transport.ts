import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { checkJsonMessage, checkQueryRequest, type ServiceModel } from "@kiln/sdk/testing";
import type { Transport } from "../access/transport.ts";
import { xmlAnswer, xmlError } from "./xml-answers.ts";

const modelFile = new URL("../../../../local-cloud/test-data/ec2-model.json", import.meta.url);
const models = (JSON.parse(readFileSync(modelFile, "utf8")) as { readonly services: Record<string, ServiceModel> })
  .services;

/** A request as the service reads it: `input` bears the model's member names. */
export interface Call {
  readonly service: string;
  readonly host: string;
  readonly region: string;
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly accessKey: string;
  readonly token: string | undefined;
  readonly signal: AbortSignal | undefined;
}
export type Answer = Readonly<Record<string, unknown>>;

/** What a handler throws to have the service refuse. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

interface HttpRequest {
  readonly hostname: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * Stands where the SDK's HTTP handler does: what arrives was really serialised and signed, and is checked against the published service
 * model; what leaves is really parsed.
 */
export function fakeTransport(answer: (call: Call) => Answer | Promise<Answer>, problems: string[]): Transport {
  const handler = {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request: HttpRequest, options: { readonly abortSignal?: AbortSignal } = {}) {
      options.abortSignal?.throwIfAborted();
      const call = readCall(request, options.abortSignal, problems);
      const model = models[call.service];
      const json = model === undefined || model.metadata.protocol === "json";
      try {
        const output = await answer(call);
        options.abortSignal?.throwIfAborted();
        return respond(200, json ? JSON.stringify(output) : xmlAnswer(model, call.action, output));
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown;
        const { code, message, status } = thrown;
        return respond(status, json ? JSON.stringify({ __type: code, message }) : xmlError(model, code, message));
      }
    },
    destroy() {},
  };
  return handler as unknown as Transport;
}

function respond(statusCode: number, body: string) {
  return { response: { statusCode, headers: {}, body: Readable.from([Buffer.from(body)]) } };
}

const targets: Readonly<Record<string, string>> = {
  AmazonSSM: "ssm",
  AWSEC2InstanceConnectService: "ec2-instance-connect",
  secretsmanager: "secretsmanager",
};

function readCall(request: HttpRequest, signal: AbortSignal | undefined, problems: string[]): Call {
  const { hostname: host, headers, body } = request;
  const scope = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(headers["authorization"] ?? "");
  const [, accessKey = "", region = "", signed = ""] = scope ?? [];
  const common = { host, region, accessKey, token: headers["x-amz-security-token"], signal };
  const text = typeof body === "string" ? body : new TextDecoder().decode(body as Uint8Array | undefined);
  const [prefix = "", operation = ""] = (headers["x-amz-target"] ?? "").split(".");
  if (operation) {
    const service = targets[prefix] ?? prefix;
    const input = JSON.parse(text) as Record<string, unknown>;
    const model = models[service];
    if (model?.operations[operation]) problems.push(...checkJsonMessage(model, operation, "input", input).problems);
    return { ...common, service, action: operation, input };
  }
  const model = models[signed];
  if (!model) throw new Error(`no model of ${signed}`);
  const params = new URLSearchParams(text);
  const action = params.get("Action") ?? "";
  const verdict = checkQueryRequest(model, params);
  problems.push(...verdict.problems);
  return { ...common, service: signed, action, input: verdict.value };
}
