import { Buffer } from "node:buffer";
import { hostname } from "node:os";
import { TLSSocket } from "node:tls";
import { ConnectError } from "@kiln/sdk";
import { channelBindings } from "../ntlm/channel-bindings.ts";
import { NtlmClient } from "../ntlm/client.ts";
import { BadNtlmMessage } from "../ntlm/messages.ts";
import type { NtlmSession } from "../ntlm/session.ts";
import { userAndDomain, type WinrmSettings } from "../settings.ts";
import type { Answer, HttpConnection } from "./connection.ts";

/** What requests of a connection carry after its login. */
export type Login =
  | { readonly kind: "basic"; readonly header: string }
  /** `session` where messages must be sealed: over plain HTTP. */
  | { readonly kind: "ntlm"; readonly session: NtlmSession | undefined };

/** Rejects with a `ConnectError` of stage `authentication` or `http`, `Lost`, or the signal's reason. */
export async function login(
  connection: HttpConnection,
  settings: WinrmSettings,
  timeout: number,
  signal: AbortSignal,
): Promise<Login> {
  const { username, password } = settings;
  if (settings.authentication === "basic") {
    return { kind: "basic", header: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
  }
  const { user, domain } = userAndDomain(username);
  const bindings = bindingsOf(connection);
  const client = new NtlmClient({
    user,
    domain,
    password,
    workstation: (hostname().split(".")[0] ?? "").toUpperCase().slice(0, 15),
    ...(bindings && { channelBindings: bindings }),
  });
  let scheme = "Negotiate";
  const send = (token: Buffer): Promise<Answer> =>
    connection.post({
      headers: {
        Authorization: `${scheme} ${token.toString("base64")}`,
        "Content-Type": "application/soap+xml;charset=UTF-8",
      },
      body: Buffer.alloc(0),
      timeout,
      signal,
    });
  let first = await send(client.negotiate);
  const offered = schemes(first);
  if (first.status === 401 && !tokenOf(first) && offered.includes("ntlm") && !offered.includes("negotiate")) {
    scheme = "NTLM";
    first = await send(client.negotiate);
  }
  const token = tokenOf(first);
  if (first.status !== 401 || !token) throw noChallenge(first);
  const answered = answer(client, token);
  const last = await send(answered.authenticate);
  if (last.status === 401 || last.status === 403) throw refusedLogin(last, settings);
  const sealed = !(connection.socket instanceof TLSSocket);
  return { kind: "ntlm", session: sealed ? answered.session : undefined };
}

function answer(client: NtlmClient, token: Buffer): ReturnType<NtlmClient["answer"]> {
  try {
    return client.answer(token);
  } catch (error) {
    if (!(error instanceof BadNtlmMessage || error instanceof RangeError)) throw error;
    throw new ConnectError("connect/authentication", "authentication", `NTLM: ${error.message}`, error);
  }
}

/** The service's own 401, in words. */
export function refusedLogin(answer: Answer, settings: WinrmSettings): ConnectError {
  const offered = schemes(answer);
  const wanted = settings.authentication === "basic" ? "basic" : "negotiate";
  const takes = offered.length === 0 ? "" : `; it takes ${offered.join(", ")}`;
  const missing =
    offered.length > 0 && !offered.includes(wanted) && !(wanted === "negotiate" && offered.includes("ntlm"));
  const what = missing
    ? `the server takes no ${wanted === "basic" ? "basic authentication" : "NTLM"}${takes}`
    : `the server refused the login as "${settings.username}" (HTTP ${answer.status}${takes})`;
  return new ConnectError("connect/authentication", "authentication", what);
}

function noChallenge(answer: Answer): ConnectError {
  if (answer.status === 401) {
    const offered = schemes(answer);
    return new ConnectError(
      "connect/authentication",
      "authentication",
      `the server refused NTLM${offered.length > 0 ? `; it takes ${offered.join(", ")}` : ""}`,
    );
  }
  return new ConnectError(
    "connect/failed",
    "http",
    `the server answered the beginning of an NTLM login with HTTP ${answer.status}`,
  );
}

/** Lower-case names of the ways to log in that an answer offers. */
export function schemes(answer: Answer): readonly string[] {
  const text = answer.headers["www-authenticate"] ?? "";
  return [...text.matchAll(/(?:^|,)\s*(basic|negotiate|kerberos|ntlm|credssp|digest)\b/gi)].map(
    (match) => match[1]?.toLowerCase() ?? "",
  );
}

function tokenOf(answer: Answer): Buffer | undefined {
  const match = /\b(?:Negotiate|NTLM) ([A-Za-z0-9+/]+=*)/i.exec(answer.headers["www-authenticate"] ?? "");
  return match?.[1] === undefined ? undefined : Buffer.from(match[1], "base64");
}

function bindingsOf({ socket }: HttpConnection): Buffer | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const certificate = socket.getPeerX509Certificate();
  return certificate && channelBindings(certificate.raw, certificate.signatureAlgorithm);
}
