import { codeOf, messageOf, StepError, type Ui } from "@kiln/sdk";
import { hintFor } from "./hints.ts";
import { awsCode } from "./retry.ts";
import { describeUntrusted } from "./untrusted.ts";

/** What an AWS error says, with its code in front and, where we know one, what to do about it. */
export function describeFailure(thrown: unknown): string {
  const code = awsCode(thrown);
  const text = messageOf(thrown);
  if (code === undefined) return describeBroken(thrown, text);
  const hint = hintFor(code, text);
  const said = text.startsWith(code) ? text : `${code}: ${text}`;
  return hint === undefined ? said : `${said}\n\n${hint}`;
}

const unreachable = [
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
];

/** A connection that failed; with two addresses to try, Node gives an error without a message. */
function describeBroken(thrown: unknown, text: string): string {
  const code = codeOf(thrown);
  const untrusted = describeUntrusted(code);
  if (untrusted !== undefined) return untrusted;
  const said = text || code || "unknown error";
  if (code === undefined || !unreachable.includes(code)) return said;
  return `${said.includes(code) ? said : `${code}: ${said}`}

The API cannot be reached: check the network, the proxy settings, region and endpoint (custom_endpoint_ec2, AWS_ENDPOINT_URL).`;
}

/** Prints the line in red, as Packer does where a step fails, and gives the error to throw. */
export function failure(ui: Ui, message: string, cause?: unknown): StepError {
  ui.error(message);
  const code = awsCode(cause);
  const error = new StepError(message, { code: code === undefined ? "amazon/failed" : `amazon/${code}`, cause });
  // Spares the engine the search for what a request that AWS refused might have made.
  return isRefusal(cause) ? Object.assign(error, { nothingMade: true }) : error;
}

function isRefusal(thrown: unknown): boolean {
  const code = awsCode(thrown);
  // "Duplicate" may be our own request, repeated because its answer was lost: then there is something to look for.
  if (code === undefined || /Duplicate|AlreadyExists/.test(code)) return false;
  const { $metadata } = thrown as { readonly $metadata: { readonly httpStatusCode?: number } };
  const status = $metadata.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}

/** Runs a request; a failure is printed and thrown as `PREFIX: what AWS says`. Cancellation passes untouched. */
export async function orFail<T>(ui: Ui, prefix: string, signal: AbortSignal, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    if (thrown instanceof StepError) throw thrown;
    throw failure(ui, `${prefix}: ${describeFailure(thrown)}`, thrown);
  }
}
