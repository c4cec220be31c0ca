import { type Answer, jsonAnswer } from "./answers.ts";
import type { SignedRequest } from "./sigv4.ts";
import { xmlDocument } from "./wire.ts";

/** Names that people know in another spelling than the one that requests are signed for. */
const spelt: Readonly<Record<string, string>> = { s3express: "S3 Express", secretsmanager: "Secrets Manager" };
const restXml = ["cloudfront", "route53"];

/** The refusal of a service that is not here, in the form that its clients read: they show code and message. */
export function unknownService(name: string, request: SignedRequest, isQuery: boolean, requestId: string): Answer {
  const shown = spelt[name] ?? (name.length <= 4 ? name.toUpperCase() : name);
  const code = "NotImplemented";
  const message = `this stand-in has no ${shown}: it answers for EC2, IAM, STS, SSM and EC2 Instance Connect`;
  const status = 501;
  const headers = { "x-amzn-RequestId": requestId, "x-amz-request-id": requestId };
  const xml = (root: string, body: Parameters<typeof xmlDocument>[2]): Answer => ({
    status,
    contentType: "application/xml",
    headers,
    body: xmlDocument(root, undefined, body, "member"),
  });
  const error = { Code: code, Message: message };
  if (name.startsWith("s3")) return xml("Error", { ...error, RequestId: requestId });
  if (isQuery || restXml.includes(name)) {
    return xml("ErrorResponse", { Error: { Type: "Sender", ...error }, RequestId: requestId });
  }
  const answer = jsonAnswer(status, { __type: code, message }, requestId);
  // Services with JSON behind paths tell the code in a header.
  return request.headers["x-amz-target"] === undefined
    ? { ...answer, contentType: "application/json", headers: { ...headers, "x-amzn-errortype": code } }
    : answer;
}
