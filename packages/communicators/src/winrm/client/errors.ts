import { ConnectError, TransferError } from "@kiln/sdk";
import type { Fault } from "../protocol/fault.ts";

/** The connection broke, or its answer is overdue. What was asked may have been carried out. */
export class Lost extends Error {
  static {
    this.prototype.name = "Lost";
  }
  /** False where the request cannot have reached the service: asking again is safe. */
  readonly sent: boolean;
  constructor(message: string, sent: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.sent = sent;
  }
}

/** The answer did not come in time, although the connection stands. */
export class Overdue extends Lost {
  static {
    this.prototype.name = "Overdue";
  }
}

/** What came back is no message of a service. */
export class BadAnswer extends ConnectError {
  static {
    this.prototype.name = "BadAnswer";
  }
  constructor(message: string, cause: unknown) {
    super("connect/failed", "http", message, cause);
  }
}

/** The service's refusal. */
export class Refusal extends Error {
  static {
    this.prototype.name = "Refusal";
  }
  readonly fault: Fault;
  constructor(fault: Fault) {
    const code = fault.wsmanCode === undefined ? "" : ` (WSManFault ${fault.wsmanCode})`;
    super(`${fault.detail ?? fault.reason}${code}`);
    this.fault = fault;
  }
}

/** A command that no message can carry; cmd.exe would not take it either. */
export class CommandTooLong extends Error {
  static {
    this.prototype.name = "CommandTooLong";
  }
}

/** What the connection did to a transfer. */
export function asTransfer(error: unknown): unknown {
  if (error instanceof Refusal) return new TransferError("transfer/refused", error.message, error);
  if (error instanceof Lost || error instanceof ConnectError) {
    return new TransferError("transfer/disconnected", error.message, error);
  }
  return error;
}
