import { describe, expect, it } from "vitest";
import { readSignature, type SignedRequest, sign, verifySignature } from "./sigv4.ts";

// The worked example of AWS's Signature Version 4 documentation.
const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const documented = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=${documented}`;
const request: SignedRequest = {
  method: "GET",
  path: "/",
  query: [
    ["Action", "ListUsers"],
    ["Version", "2010-05-08"],
  ],
  headers: {
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    host: "iam.amazonaws.com",
    "x-amz-date": "20150830T123600Z",
    authorization,
  },
  body: Buffer.alloc(0),
};
const then = Date.UTC(2015, 7, 30, 12, 36);

function withAuthorization(value: string | undefined): SignedRequest {
  return { ...request, headers: { ...request.headers, authorization: value } };
}

describe("signature version 4", () => {
  it("computes and verifies the documented signature", () => {
    const signature = readSignature(request);
    expect(signature).toMatchObject({
      accessKeyId: "AKIDEXAMPLE",
      region: "us-east-1",
      service: "iam",
      presigned: false,
    });
    expect(sign(request, signature, secret)).toBe(documented);
    expect(() => verifySignature(request, signature, secret, then)).not.toThrow();
  });

  it("refuses another secret, another body, and a time too far away", () => {
    const signature = readSignature(request);
    expect(() => verifySignature(request, signature, "other", then)).toThrow("does not match");
    const tampered = { ...request, body: Buffer.from("Action=Other") };
    expect(() => verifySignature(tampered, signature, secret, then)).toThrow("does not match");
    expect(() => verifySignature(request, signature, secret, then + 16 * 60_000)).toThrow("expired");
  });

  it.each([
    [undefined, "Request is missing Authentication Token"],
    ["Basic abc", "Unsupported authorization scheme"],
    [authorization.replace("aws4_request", "aws5"), "Credential must have the form"],
    [authorization.replace(", SignedHeaders=content-type;host;x-amz-date", ""), "'SignedHeaders'"],
    [authorization.replace(documented, "abc"), "64 hexadecimal"],
  ])("refuses the header %s", (value, message) => {
    expect(() => readSignature(withAuthorization(value))).toThrow(message);
  });

  it("reads a presigned query", () => {
    const query: [string, string][] = [
      ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
      ["X-Amz-Credential", "AKIDEXAMPLE/20150830/eu-west-1/sts/aws4_request"],
      ["X-Amz-Date", "20150830T123600Z"],
      ["X-Amz-Expires", "60"],
      ["X-Amz-SignedHeaders", "host"],
    ];
    const unsigned = { ...request, query, headers: { host: "sts.amazonaws.com" } };
    const scope = readSignature({ ...unsigned, query: [...query, ["X-Amz-Signature", documented]] });
    const signed = {
      ...unsigned,
      query: [...query, ["X-Amz-Signature", sign(unsigned, scope, secret)] as [string, string]],
    };
    expect(() => verifySignature(signed, readSignature(signed), secret, then + 59_000)).not.toThrow();
    expect(() => verifySignature(signed, readSignature(signed), secret, then + 61_000)).toThrow("expired");
  });
});
