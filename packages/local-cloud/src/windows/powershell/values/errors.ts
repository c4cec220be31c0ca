import type { Extent, ScriptSource } from "../syntax/ast.ts";
import { CategoryInfo, commandInfo, invocationInfo } from "./error-parts.ts";
import { NetObject, type Value } from "./value.ts";

/** An exception of .NET: a type, a message, and what it came from. */
export class NetException extends NetObject {
  readonly typeName: string;
  readonly message: string;
  readonly inner: NetException | undefined;
  constructor(typeName: string, message: string, inner?: NetException) {
    super();
    this.typeName = typeName;
    this.message = message;
    this.inner = inner;
  }
  override text(): string {
    return `${this.typeName}: ${this.message}`;
  }
  override properties(): readonly string[] {
    return ["Message", "InnerException"];
  }
  override get(name: string): Value | undefined {
    const wanted = name.toLowerCase();
    if (wanted === "message") return this.message;
    if (wanted === "innerexception") return this.inner ?? null;
    return undefined;
  }
  override call(name: string): Value | undefined {
    if (name !== "getbaseexception") return undefined;
    let base: NetException = this;
    while (base.inner) base = base.inner;
    return base;
  }
}

export interface ErrorFacts {
  readonly exception: NetException;
  readonly id: string;
  readonly category: string;
  readonly target?: Value;
  /** The cmdlet or function that failed. */
  readonly activity?: string;
}

/** What `$_` is in a catch block, and what `$Error` lists. */
export class ErrorRecord extends NetObject {
  readonly typeName = "System.Management.Automation.ErrorRecord";
  readonly facts: ErrorFacts;
  /** Set once, where the error passes a command or statement. */
  place: { readonly source: ScriptSource; readonly extent: Extent } | undefined;
  /** The functions and scripts that it came through, set once where it happens. */
  stack: string | undefined;
  /** Standard error of a program, which is text and shows as such. */
  readonly isNative: boolean;
  constructor(facts: ErrorFacts, isNative = false) {
    super();
    this.facts = facts;
    this.isNative = isNative;
  }
  get message(): string {
    return this.facts.exception.message;
  }
  get category(): CategoryInfo {
    const { category, activity, exception } = this.facts;
    // A failed cast shows as the exception that wraps it.
    const reason = exception.typeName === castException ? "RuntimeException" : exception.typeName.split(".").at(-1);
    return new CategoryInfo(category, activity, reason ?? "");
  }
  override text(): string {
    return this.message;
  }
  override properties(): readonly string[] {
    return ["Exception", "TargetObject", "CategoryInfo", "FullyQualifiedErrorId", "InvocationInfo", "ScriptStackTrace"];
  }
  override get(name: string): Value | undefined {
    switch (name.toLowerCase()) {
      case "exception":
        return this.facts.exception;
      case "targetobject":
        return this.facts.target ?? null;
      case "fullyqualifiederrorid":
        return this.facts.id;
      case "categoryinfo":
        return this.category;
      case "errordetails":
        return null;
      case "scriptstacktrace":
        return this.stack ?? null;
      case "invocationinfo": {
        const { activity } = this.facts;
        const command = activity === undefined ? null : commandInfo([["Name", activity]], "Command");
        return this.place ? invocationInfo(this.place, [["MyCommand", command]]) : null;
      }
      default:
        return undefined;
    }
  }
}

/** An error that ends the statement, or the script where nothing catches it. */
export class TerminatingError extends Error {
  static {
    this.prototype.name = "TerminatingError";
  }
  readonly record: ErrorRecord;
  /** `throw`, or an error that a preference made stop: it ends the script and not just the statement. */
  readonly endsScript: boolean;
  constructor(record: ErrorRecord, endsScript = false) {
    super(record.message);
    this.record = record;
    this.endsScript = endsScript;
  }
}

/** What a cast that fails throws. */
export const castException = "System.Management.Automation.PSInvalidCastException";

/** An error of the language or of .NET, by its parts. */
export function failure(
  id: string,
  message: string,
  options: {
    readonly type?: string;
    readonly inner?: NetException;
    readonly category?: string;
    readonly target?: Value;
    readonly endsScript?: boolean;
  } = {},
): TerminatingError {
  const type = options.type ?? "System.Management.Automation.RuntimeException";
  const exception = new NetException(type, message, options.inner);
  const record = new ErrorRecord({
    exception,
    id,
    category: options.category ?? "InvalidOperation",
    ...(options.target !== undefined && { target: options.target }),
  });
  return new TerminatingError(record, options.endsScript);
}

/** More than this, in characters or items, is more than a small instance has memory for. */
const mostItems = 2 ** 24;
/** Fails as a machine without the memory for so many characters or items does. */
export function checkRoom(items: number): void {
  if (items > mostItems)
    throw failure("OutOfMemoryException", "Exception of type 'System.OutOfMemoryException' was thrown.", {
      type: "System.OutOfMemoryException",
      category: "OperationStopped: (:)",
    });
}

/** What a method of .NET throws, wrapped as PowerShell wraps it. */
export function methodFailure(method: string, args: number, type: string, message: string): TerminatingError {
  const inner = new NetException(type, message);
  const exception = new NetException(
    "System.Management.Automation.MethodInvocationException",
    `Exception calling "${method}" with "${args}" argument(s): "${message}"`,
    inner,
  );
  const id = type.split(".").at(-1) ?? type;
  return new TerminatingError(new ErrorRecord({ exception, id, category: "NotSpecified: (:)" }));
}
