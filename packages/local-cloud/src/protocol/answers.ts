import type { ApiError } from "./api-error.ts";
import type { Service } from "./service.ts";
import { type WireObject, xmlDocument } from "./wire.ts";

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const xml = "text/xml;charset=UTF-8";

/** A successful answer of a Query service. */
export function queryAnswer(service: Service, action: string, result: WireObject, requestId: string): Answer {
  const body =
    service.protocol === "ec2"
      ? { requestId, ...result }
      : { ...wrapped(action, result), ResponseMetadata: { RequestId: requestId } };
  const listElement = service.protocol === "ec2" ? "item" : "member";
  return {
    status: 200,
    contentType: xml,
    headers: { "x-amzn-RequestId": requestId },
    body: xmlDocument(`${action}Response`, service.namespace, body, listElement),
  };
}

/** Operations without output have no result element. */
function wrapped(action: string, result: WireObject): WireObject {
  return Object.keys(result).length === 0 ? {} : { [`${action}Result`]: result };
}

/** A refusal in the form of its service. */
export function refusal(service: Service, error: ApiError, requestId: string): Answer {
  if (service.protocol === "json")
    return jsonAnswer(error.status, { __type: error.code, message: error.message }, requestId);
  const { code: Code, message: Message } = error;
  const headers = { "x-amzn-RequestId": requestId };
  if (service.protocol === "ec2") {
    const body = { Errors: { Error: { Code, Message } }, RequestID: requestId };
    return { status: error.status, contentType: xml, headers, body: xmlDocument("Response", undefined, body, "item") };
  }
  const Type = error.status >= 500 ? "Receiver" : "Sender";
  const body = { Error: { Type, Code, Message }, RequestId: requestId };
  return {
    status: error.status,
    contentType: xml,
    headers,
    body: xmlDocument("ErrorResponse", service.namespace, body, "member"),
  };
}

/** An answer of a JSON service. */
export function jsonAnswer(status: number, body: unknown, requestId: string): Answer {
  return {
    status,
    contentType: "application/x-amz-json-1.1",
    headers: { "x-amzn-RequestId": requestId },
    body: JSON.stringify(body),
  };
}
