import type { WindowsProcess } from "../../system/process.ts";
import type {
  Argument,
  Expression,
  Extent,
  PipelineElement,
  ScriptBody,
  ScriptSource,
  Statement,
} from "../syntax/ast.ts";
import type { ErrorRecord } from "../values/errors.ts";
import type { ScriptBlock } from "../values/script-block.ts";
import { NetObject, type Value } from "../values/value.ts";
import type { Scope } from "./scope.ts";

export type Emit = (value: Value) => Promise<void> | void;

/** Where the streams beside output go: 2 errors, 3 warnings, 4 verbose, 5 debug, 6 information. */
export interface Streams {
  readonly 2: Emit;
  readonly 3: Emit;
  readonly 4: Emit;
  readonly 5: Emit;
  readonly 6: Emit;
}

/** Where code runs: its names, and where what it says goes. */
export interface Frame {
  readonly scope: Scope;
  readonly emit: Emit;
  readonly streams: Streams;
  /** The command that runs, for errors to point at. */
  readonly place?: Place;
  /** Hears of every error that is reported here, shown or not. */
  readonly onError?: (record: ErrorRecord) => void;
}

/** A function, script or script block that runs. */
export interface CallSite {
  readonly name: string;
  readonly source: ScriptSource;
  /** The statement that it is at. */
  at: Extent;
}

/** A part of a pipeline. */
export interface Stage {
  begin(): Promise<void>;
  /** Takes an item; undefined once where nothing is piped in. */
  process(item: Value | undefined): Promise<void>;
  end(): Promise<void>;
}

/** What runs a script: what its parts need of each other. */
export interface Engine {
  readonly process: WindowsProcess;
  readonly global: Scope;
  readonly errors: ErrorRecord[];
  /** `$?` */
  succeeded: boolean;
  /** `$LASTEXITCODE`; undefined before the first program. */
  lastExitCode: number | undefined;
  /** What runs, outermost first. */
  readonly calls: CallSite[];
  /** How many `try` blocks are around what runs now. */
  tries: number;
  /** The stream that is the program's own output. */
  readonly toHost: Emit;
  /** Writes what waits there for more of its kind. */
  flushHost(): void;

  evaluate(expression: Expression, frame: Frame): Promise<Value>;
  /** Runs statements one by one; what they give goes to the frame. */
  run(statements: readonly Statement[], frame: Frame): Promise<void>;
  /** What a statement gives: null, a value, or several as an array. */
  collect(statement: Statement, frame: Frame): Promise<Value>;
  /** Everything that statements give, as a list. */
  collectAll(statements: readonly Statement[], frame: Frame): Promise<Value[]>;
  pipeline(elements: readonly PipelineElement[], frame: Frame): Promise<void>;
  assign(target: Expression, value: Value, frame: Frame): Promise<void>;
  variable(name: string, frame: Frame): Value;
  setVariable(name: string, value: Value, frame: Frame): void;
  /** Runs a script block here (no scope of its own) with `$_` set. */
  callHere(block: ScriptBlock, item: Value, frame: Frame): Promise<void>;
  /** A stage that runs a body in a scope of its own. */
  bodyStage(body: ScriptBody, args: readonly BoundArgument[], frame: Frame, how: BodyCall): Stage;
  /** Reports an error that does not end the statement, unless a preference makes it one that does. */
  report(record: ErrorRecord, frame: Frame, action?: string): Promise<void>;
  formatted(values: readonly Value[]): string[];
  /** What a command's name stands for; undefined where there is none. */
  find(name: string, frame: Frame): FoundCommand | undefined;
  command(name: string, args: readonly BoundArgument[], frame: Frame): Promise<void>;
}

/** An argument whose value is known. */
export interface BoundArgument {
  /** A parameter's name without its dash; undefined for a value that stands alone. */
  readonly name: string | undefined;
  readonly value: Value | undefined;
  /** As it stood in the script. */
  readonly source: string;
  readonly argument?: Argument;
}

export interface FoundCommand {
  readonly kind: "Alias" | "Function" | "Cmdlet" | "ExternalScript" | "Application";
  readonly shown: string;
  readonly source: string;
}

export interface BodyCall {
  readonly kind: "function" | "script" | "block";
  readonly name: string;
  readonly path?: string;
  readonly isFilter?: boolean;
  /** `.`: in the caller's scope. */
  readonly dotSource?: boolean;
  readonly hasInput: boolean;
  /** The script that powershell.exe was started with: when it exits, all does. */
  readonly isMain?: boolean;
}

/** What a cmdlet or a statement points at when it fails. */
export interface Place {
  readonly source: ScriptSource;
  readonly extent: Extent;
}

/** `break`, `continue`, `return` and `exit` on their way out. */
export class LoopExit {
  readonly kind: "break" | "continue";
  readonly label: string;
  constructor(kind: LoopExit["kind"], label: string) {
    this.kind = kind;
    this.label = label;
  }
}
export class ReturnExit {}
export class ScriptExit {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}
/** A stage that wants no more: those before it end. */
export class EnoughInput {
  readonly stage: object;
  constructor(stage: object) {
    this.stage = stage;
  }
}

/** What Write-Host says, on its way to the host or to `6>`. */
export class HostText extends NetObject {
  readonly typeName = "System.Management.Automation.InformationRecord";
  readonly said: string;
  readonly newLine: boolean;
  constructor(said: string, newLine: boolean) {
    super();
    this.said = said;
    this.newLine = newLine;
  }
  override text(): string {
    return this.said;
  }
}

/** A warning, verbose or debug message, which prints with its kind before it. */
export class MessageRecord extends NetObject {
  readonly typeName: string;
  readonly said: string;
  readonly prefix: "WARNING" | "VERBOSE" | "DEBUG";
  constructor(prefix: MessageRecord["prefix"], said: string) {
    super();
    this.typeName = `System.Management.Automation.${prefix[0]}${prefix.slice(1).toLowerCase()}Record`;
    this.prefix = prefix;
    this.said = said;
  }
  override text(): string {
    return this.said;
  }
  override get(name: string): Value | undefined {
    return name.toLowerCase() === "message" ? this.said : undefined;
  }
}
