import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { ApiError } from "./api-error.ts";

/** The parts of an HTTP request that a signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** Path as sent, without the query. */
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export interface Signature {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly time: string;
  readonly sessionToken?: string;
  readonly presigned: boolean;
  readonly expiresSeconds?: number;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const incomplete = (message: string): ApiError => new ApiError("IncompleteSignature", message);
const algorithm = "AWS4-HMAC-SHA256";

/** Reads the signature of a request, from its header or its query; refuses one that is absent or has not the form. */
export function readSignature(request: SignedRequest): Signature {
  const query = new Map(request.query);
  const header = request.headers["authorization"];
  if (header === undefined && !query.has("X-Amz-Signature")) {
    throw new ApiError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
  }
  return header === undefined ? readPresigned(query) : readHeader(header, request.headers);
}

function readHeader(header: string, headers: SignedRequest["headers"]): Signature {
  const [scheme = "", rest = ""] = header.split(/ (.*)/s);
  if (scheme !== algorithm) throw incomplete(`Unsupported authorization scheme "${scheme}"; ${algorithm} is expected.`);
  const parts = new Map(rest.split(",").map((part) => part.trim().split(/=(.*)/s, 2) as [string, string]));
  const time = headers["x-amz-date"] ?? compactTime(headers["date"]);
  if (time === undefined)
    throw incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  return {
    ...readScope(parts.get("Credential")),
    signedHeaders: requiredPart(parts, "SignedHeaders").split(";"),
    signature: signatureText(requiredPart(parts, "Signature")),
    time: checkedTime(time),
    ...(headers["x-amz-security-token"] !== undefined && { sessionToken: headers["x-amz-security-token"] }),
    presigned: false,
  };
}

function readPresigned(query: ReadonlyMap<string, string>): Signature {
  if (query.get("X-Amz-Algorithm") !== algorithm) throw incomplete(`X-Amz-Algorithm must be ${algorithm}.`);
  const token = query.get("X-Amz-Security-Token");
  return {
    ...readScope(query.get("X-Amz-Credential")),
    signedHeaders: requiredPart(query, "X-Amz-SignedHeaders").split(";"),
    signature: signatureText(requiredPart(query, "X-Amz-Signature")),
    time: checkedTime(requiredPart(query, "X-Amz-Date")),
    ...(token !== undefined && { sessionToken: token }),
    presigned: true,
    expiresSeconds: Number(query.get("X-Amz-Expires") ?? "300"),
  };
}

function requiredPart(parts: ReadonlyMap<string, string>, name: string): string {
  const value = parts.get(name);
  if (!value) throw incomplete(`Authorization requires '${name}' parameter.`);
  return value;
}

function signatureText(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw incomplete("Signature must be 64 hexadecimal digits.");
  return text;
}

function readScope(credential: string | undefined): Pick<Signature, "accessKeyId" | "date" | "region" | "service"> {
  const parts = (credential ?? "").split("/");
  const terminator = parts.pop();
  const [service, region, date] = [parts.pop(), parts.pop(), parts.pop()];
  const accessKeyId = parts.join("/");
  if (!accessKeyId || !date || !region || !service || terminator !== "aws4_request" || !/^\d{8}$/.test(date)) {
    throw incomplete("Credential must have the form KEY/YYYYMMDD/REGION/SERVICE/aws4_request.");
  }
  return { accessKeyId, date, region, service };
}

function checkedTime(time: string): string {
  if (!/^\d{8}T\d{6}Z$/.test(time)) throw incomplete(`Date must be in ISO-8601 'basic format'. Got '${time}'.`);
  return time;
}

function compactTime(httpDate: string | undefined): string | undefined {
  const at = httpDate === undefined ? Number.NaN : Date.parse(httpDate);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");
}

/** Verifies a signature with the secret key that belongs to it. */
export function verifySignature(request: SignedRequest, signature: Signature, secret: string, nowMs: number): void {
  const at = Date.parse(signature.time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  const late = signature.expiresSeconds === undefined ? 15 * 60_000 : signature.expiresSeconds * 1000;
  if (nowMs - at > late || at - nowMs > 15 * 60_000) throw new ApiError("RequestExpired", "Request has expired.");
  const wanted = Buffer.from(sign(request, signature, secret), "hex");
  if (!timingSafeEqual(wanted, Buffer.from(signature.signature, "hex"))) {
    throw new ApiError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
      403,
    );
  }
}

/** Computes the signature that `scope` asks for (AWS Signature Version 4). */
export function sign(request: SignedRequest, scope: Omit<Signature, "signature">, secret: string): string {
  const payload = request.headers["x-amz-content-sha256"];
  const bodyHash = payload === "UNSIGNED-PAYLOAD" ? payload : sha256(request.body);
  const canonical = [
    request.method,
    request.path
      .split("/")
      .map((part) => encode(decodeURIComponent(part)))
      .join("/") || "/",
    request.query
      .filter(([name]) => name !== "X-Amz-Signature")
      .map(([name, value]) => [encode(name), encode(value)] as const)
      .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
      .map(([name, value]) => `${name}=${value}`)
      .join("&"),
    ...scope.signedHeaders.map((name) => `${name}:${(request.headers[name] ?? "").trim().replace(/\s+/g, " ")}`),
    "",
    scope.signedHeaders.join(";"),
    bodyHash,
  ].join("\n");
  const credentialScope = `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
  const toSign = [algorithm, scope.time, credentialScope, sha256(Buffer.from(canonical, "utf8"))].join("\n");
  const key = [scope.date, scope.region, scope.service, "aws4_request"].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString("hex");
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sha256 = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text, "utf8").digest();

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
