import { readFileSync } from "node:fs";
import {
  checkJsonMessage,
  checkQueryRequest,
  checkXmlResponse,
  childNamed,
  type ModelVerdict,
  parseXml,
  queryParameters,
  type ServiceModel,
} from "@kiln/sdk/testing";
import { type Credentials, sign } from "../protocol/sigv4.ts";

const models: Readonly<Record<string, ServiceModel>> = JSON.parse(
  readFileSync(new URL("../../test-data/ec2-model.json", import.meta.url), "utf8"),
).services;

/** What a service refused. */
export class Refused extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** An answer, under the model's names. */
export type Reply = Readonly<Record<string, unknown>>;

/** What lies at a path such as `Images.0.ImageId`. */
export function at(reply: unknown, path: string): unknown {
  return path.split(".").reduce((value, name) => (value as Reply | undefined)?.[name], reply);
}

/** The text at a path; empty where there is none. */
export const text = (reply: unknown, path: string): string => String(at(reply, path) ?? "");

/** The list at a path; empty where there is none. */
export const list = (reply: unknown, path: string): readonly Reply[] => (at(reply, path) ?? []) as readonly Reply[];

/**
 * A client that signs like AWS's own and holds both directions against the published model: a request or an answer that
 * breaks it is an error of the test.
 */
export class ModelClient {
  readonly #endpoint: string;
  readonly #credentials: Credentials;
  readonly region: string;
  #checksRequests = true;

  constructor(
    endpoint: string,
    region = "us-east-1",
    credentials: Credentials = { accessKeyId: "test", secretAccessKey: "test" },
  ) {
    this.#endpoint = endpoint;
    this.region = region;
    this.#credentials = credentials;
  }

  /** Sends also what the model forbids; for tests of refusals. */
  careless(): ModelClient {
    const client = new ModelClient(this.#endpoint, this.region, this.#credentials);
    client.#checksRequests = false;
    return client;
  }

  in(region: string): ModelClient {
    return new ModelClient(this.#endpoint, region, this.#credentials);
  }

  ec2(action: string, input: Readonly<Record<string, unknown>> = {}): Promise<Reply> {
    return this.query("ec2", action, input);
  }

  async query(
    service: "ec2" | "iam" | "sts",
    action: string,
    input: Readonly<Record<string, unknown>> = {},
  ): Promise<Reply> {
    const model = models[service] as ServiceModel;
    const params = queryParameters(model, action, input);
    if (this.#checksRequests) expectNone(`request ${action}`, checkQueryRequest(model, params));
    const response = await this.send(service, new URLSearchParams(params).toString(), {
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    });
    const xml = await response.text();
    if (!response.ok) throw refusedXml(xml, response.status);
    return expectNone(`answer ${action}`, checkXmlResponse(model, action, xml));
  }

  async json(
    service: "ssm" | "ec2-instance-connect",
    action: string,
    input: Readonly<Record<string, unknown>> = {},
  ): Promise<Reply> {
    const model = models[service] as ServiceModel;
    expectNone(`request ${action}`, checkJsonMessage(model, action, "input", input));
    const response = await this.send(service, JSON.stringify(input), {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `${model.metadata.targetPrefix}.${action}`,
    });
    const body = JSON.parse(await response.text());
    if (!response.ok) throw new Refused(body.__type, body.message, response.status);
    return expectNone(`answer ${action}`, checkJsonMessage(model, action, "output", body));
  }

  /** A signed POST of any body. */
  async send(
    service: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    now = Date.now(),
  ): Promise<Response> {
    const signed = this.#signed({ method: "POST", service, query: "", body, headers, now });
    return await fetch(this.#endpoint, { method: "POST", headers: signed, body });
  }

  /** A signed GET of a query. */
  async get(service: string, query: string): Promise<Response> {
    const signed = this.#signed({ method: "GET", service, query, body: "", headers: {}, now: Date.now() });
    return await fetch(`${this.#endpoint}/?${query}`, { headers: signed });
  }

  #signed({ method, service, query, body, headers, now }: Unsigned): Record<string, string> {
    const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
    const { accessKeyId, secretAccessKey, sessionToken } = this.#credentials;
    const all: Record<string, string> = {
      ...headers,
      host: new URL(this.#endpoint).host,
      "x-amz-date": time,
      ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
    };
    const signedHeaders = Object.keys(all).toSorted();
    const date = time.slice(0, 8);
    const scope = { accessKeyId, date, region: this.region, service, signedHeaders, time, presigned: false };
    const request = {
      method,
      path: "/",
      query: [...new URLSearchParams(query)],
      headers: all,
      body: Buffer.from(body),
    };
    const signature = sign(request, scope, secretAccessKey);
    const credential = `${accessKeyId}/${date}/${this.region}/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
    const { host: _, ...sent } = all;
    return { ...sent, authorization };
  }
}

interface Unsigned {
  readonly method: string;
  readonly service: string;
  readonly query: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly now: number;
}

/** The model says `Windows`; EC2 itself says `windows` in answers, and clients compare with that. */
const asEc2Does = /: "windows" is none of Windows$/;

function expectNone(what: string, verdict: ModelVerdict): Reply {
  const problems = verdict.problems.filter((problem) => !asEc2Does.test(problem));
  if (problems.length > 0) throw new Error(`${what} breaks the model:\n${problems.join("\n")}`);
  return verdict.value;
}

function refusedXml(xml: string, status: number): Refused {
  const root = parseXml(xml);
  const errors = childNamed(root, "Errors") ?? root;
  const error = childNamed(errors, "Error") ?? errors;
  return new Refused(childNamed(error, "Code")?.text ?? "", childNamed(error, "Message")?.text ?? "", status);
}
