/** A machine, or the means to make one, failed. The user's host is at fault, not the template: thrown, with the cause. */
export class MachineError extends Error {
  static {
    MachineError.prototype.name = "MachineError";
  }
  readonly code:
    | "not-root"
    | "not-linux"
    | "missing-tool"
    | "boot"
    | "network"
    | "command"
    | "image"
    | "unknown-machine";
  constructor(code: MachineError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
