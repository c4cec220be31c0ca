/**
 * The machine's failures, thrown: few classes, each with a `code` for programs and a `cause` for people who dig. A user's mistake is
 * a Diagnostic instead.
 */
export abstract class KilnError extends Error {
  abstract readonly code: string;
}

/** Connecting to a machine failed; `stage` is how far it came and `message` says what was tried. */
export class ConnectError extends KilnError {
  static {
    this.prototype.name = "ConnectError";
  }
  readonly code: "connect/timeout" | "connect/failed" | "connect/authentication";
  readonly stage:
    | "resolve"
    | "tcp"
    | "proxy"
    | "bastion"
    | "banner"
    | "key-exchange"
    | "tls"
    | "http"
    | "authentication"
    | "shell";
  constructor(code: ConnectError["code"], stage: ConnectError["stage"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.stage = stage;
  }
}

/** Moving a file failed. */
export class TransferError extends KilnError {
  static {
    this.prototype.name = "TransferError";
  }
  readonly code: "transfer/refused" | "transfer/disconnected" | "transfer/unsupported" | "transfer/local";
  constructor(code: TransferError["code"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Fetching a file failed; the message says of which URL, and for a wrong checksum what was expected and what came. */
export class DownloadError extends KilnError {
  static {
    this.prototype.name = "DownloadError";
  }
  readonly code:
    | "download/refused"
    | "download/status"
    | "download/stalled"
    | "download/interrupted"
    | "download/checksum"
    | "download/unpack";
  /** Of `download/checksum`: the digest that the bytes had. */
  readonly actual?: string;
  constructor(
    code: DownloadError["code"],
    message: string,
    options: { readonly cause?: unknown; readonly actual?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.actual !== undefined) this.actual = options.actual;
  }
}

/** A step of a component failed; the message is what the user reads after `Build 'NAME' errored`. */
export class StepError extends KilnError {
  static {
    this.prototype.name = "StepError";
  }
  readonly code: string;
  constructor(message: string, options: { readonly code?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? "step/failed";
  }
}

/** The run was interrupted or timed out. */
export class CancelledError extends KilnError {
  static {
    this.prototype.name = "CancelledError";
  }
  readonly code: "cancelled/interrupt" | "cancelled/terminate" | "cancelled/timeout";
  constructor(code: CancelledError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The message of anything thrown, without a stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of a thrown error where it has one (`ENOENT`, `connect/timeout`, …). */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
