import type { WindowsProcess } from "../../system/process.ts";
import { Refusal } from "../../system/refusal.ts";
import { encodePage, fileEncoding } from "../../system/text-encodings.ts";
import { absolutePath } from "../../system/windows-path.ts";
import type { Expression, PipelineElement, ScriptBody, ScriptSource, Statement } from "../syntax/ast.ts";
import { text } from "../values/convert.ts";
import { ErrorRecord, TerminatingError } from "../values/errors.ts";
import type { ScriptBlock } from "../values/script-block.ts";
import type { Value } from "../values/value.ts";
import { type BodyRunner, bodyStage } from "./body.ts";
import { commandStage, findCommand, runNamed } from "./commands.ts";
import {
  type BodyCall,
  type BoundArgument,
  type CallSite,
  type Emit,
  type Engine,
  type FoundCommand,
  type Frame,
  HostText,
  ReturnExit,
  type Stage,
} from "./engine.ts";
import { assign, evaluate } from "./evaluate.ts";
import { formatValues } from "./format.ts";
import { runPipeline } from "./pipeline.ts";
import { errorLines, messageText, stackTrace } from "./report.ts";
import { Scope } from "./scope.ts";
import { runStatements } from "./statements.ts";
import { readVariable, setInitialVariables, writeVariable } from "./variables.ts";

/** How a powershell.exe writes its errors: as text, or as the XML that clients of a remote shell read. */
export type ErrorForm = "text" | "clixml";

/** One run of powershell.exe. */
export class Interpreter implements Engine {
  readonly process: WindowsProcess;
  readonly global = new Scope(undefined, "global");
  readonly errors: ErrorRecord[] = [];
  readonly toHost: Emit;
  readonly hostFrame: Frame;
  succeeded = true;
  lastExitCode: number | undefined;
  readonly calls: CallSite[] = [];
  tries = 0;
  private readonly writeErrorLines: (
    lines: readonly string[],
    stream: "Error" | "Warning" | "Verbose" | "Debug",
  ) => void;
  private pending: Value[] = [];
  private source: ScriptSource = { text: "", file: undefined };

  constructor(process: WindowsProcess, writeErrorLines: Interpreter["writeErrorLines"]) {
    this.process = process;
    this.writeErrorLines = writeErrorLines;
    this.toHost = (value) => {
      // Objects of one kind show as one table: they wait for their like.
      this.pending.push(value);
      if (typeof value === "string" || this.pending.length > 200) this.flushHost();
    };
    const message: Emit = (value) => {
      this.flushHost();
      const prefixed = messageText(value);
      const kind = /^(WARNING|VERBOSE|DEBUG)/.exec(prefixed ?? "")?.[1];
      const stream = kind === "WARNING" ? "Warning" : kind === "VERBOSE" ? "Verbose" : "Debug";
      this.writeErrorLines([prefixed ?? text(value)], stream);
    };
    this.hostFrame = {
      scope: this.global,
      emit: this.toHost,
      streams: {
        2: (value) => {
          this.flushHost();
          this.writeErrorLines(value instanceof ErrorRecord ? errorLines(value) : [text(value)], "Error");
        },
        3: message,
        4: message,
        5: message,
        6: (value) => {
          this.flushHost();
          if (value instanceof HostText)
            this.process.print(`${value.said.replace(/\r?\n/g, "\r\n")}${value.newLine ? "\r\n" : ""}`);
        },
      },
    };
    setInitialVariables(this);
  }

  flushHost(): void {
    const values = this.pending;
    this.pending = [];
    for (const line of formatValues(values)) this.process.line(line);
  }

  evaluate(expression: Expression, frame: Frame): Promise<Value> {
    return evaluate(this, expression, frame);
  }
  run(statements: readonly Statement[], frame: Frame): Promise<void> {
    return runStatements(this, statements, frame, { source: this.source, traps: [] });
  }
  /** Runs the main part of a body, whose traps count. */
  async runBody(body: ScriptBody, statements: readonly Statement[], frame: Frame, name: string): Promise<void> {
    const before = this.source;
    this.source = body.source;
    this.calls.push({ name, source: body.source, at: body });
    try {
      await runStatements(this, statements, frame, body);
    } finally {
      this.calls.pop();
      this.source = before;
    }
  }
  async collect(statement: Statement, frame: Frame): Promise<Value> {
    if (statement.kind === "pipeline" && statement.elements.length === 1) {
      const [only] = statement.elements;
      // An expression's value stays whole: a list of one stays a list.
      if (only?.kind === "expression" && only.redirections.length === 0) {
        const value = await this.evaluate(only.value, frame);
        this.succeeded = true;
        return value;
      }
    }
    if (statement.kind === "assign") {
      await this.run([statement], frame);
      return this.evaluate(statement.target.kind === "cast" ? statement.target.operand : statement.target, frame);
    }
    const found: Value[] = [];
    const inner: Frame = { ...frame, emit: (value) => void found.push(value) };
    if (statement.kind === "pipeline") await this.pipeline(statement.elements, inner);
    else await this.run([statement], inner);
    return found.length > 1 ? found : (found[0] ?? null);
  }
  async collectAll(statements: readonly Statement[], frame: Frame): Promise<Value[]> {
    const found: Value[] = [];
    await this.run(statements, { ...frame, emit: (value) => void found.push(value) });
    return found;
  }
  pipeline(elements: readonly PipelineElement[], frame: Frame): Promise<void> {
    return runPipeline(
      this,
      elements,
      frame,
      (prepared, inner, hasInput) => commandStage(this, prepared, inner, hasInput),
      (path, append, values) => this.writeFile(path, append, values),
      this.source,
    );
  }
  assign(target: Expression, value: Value, frame: Frame): Promise<void> {
    return assign(this, target, value, frame);
  }
  variable(name: string, frame: Frame): Value {
    return readVariable(this, name, frame);
  }
  setVariable(name: string, value: Value, frame: Frame): void {
    writeVariable(this, name, value, frame);
  }
  async callHere(block: ScriptBlock, item: Value, frame: Frame): Promise<void> {
    const before = frame.scope.variables.get("_");
    frame.scope.set("_", item);
    try {
      await this.runBody(
        block.body,
        [...(block.body.beginBlock ?? []), ...(block.body.processBlock ?? []), ...block.body.endBlock],
        frame,
        "<ScriptBlock>",
      );
    } catch (exit) {
      // `return` ends the block and not what runs it; `break` and `continue` do leave the loop or script around it.
      if (!(exit instanceof ReturnExit)) throw exit;
    } finally {
      if (before) frame.scope.variables.set("_", before);
      else frame.scope.variables.delete("_");
    }
  }
  bodyStage(body: ScriptBody, args: readonly BoundArgument[], frame: Frame, how: BodyCall): Stage {
    const run: BodyRunner = (statements, inner, name) => this.runBody(body, statements, inner, name);
    return bodyStage(this, run, body, args, frame, how);
  }
  command(name: string, args: readonly BoundArgument[], frame: Frame): Promise<void> {
    return runNamed(this, name, args, frame);
  }
  find(name: string, frame: Frame): FoundCommand | undefined {
    return findCommand(this, name, frame);
  }
  formatted(values: readonly Value[]): string[] {
    return formatValues(values);
  }

  async report(record: ErrorRecord, frame: Frame, action?: string): Promise<void> {
    const wanted = (action ?? text(this.variable("ErrorActionPreference", frame))).toLowerCase();
    if (wanted === "ignore" || wanted === "4") {
      this.succeeded = false;
      return;
    }
    if (frame.place) record.place ??= frame.place;
    record.stack ??= stackTrace(this.calls, record.place);
    frame.onError?.(record);
    this.errors.unshift(record);
    this.succeeded = false;
    if (wanted === "stop" || wanted === "1") throw new TerminatingError(record, true);
    if (wanted === "silentlycontinue" || wanted === "0") return;
    if (wanted === "inquire") throw new Refusal("-ErrorAction Inquire (nobody could answer)");
    await frame.streams[2](record);
  }

  /** `>` and `>>`: UTF-16 with a mark, as Windows PowerShell writes it. */
  private async writeFile(path: string, append: boolean, values: readonly Value[]): Promise<void> {
    const lines = formatValues(values);
    const whole = lines.map((line) => `${line}\r\n`).join("");
    const at = absolutePath(path, this.process.directory);
    const { drive } = this.process.system;
    const encoding = fileEncoding("unicode");
    const exists = drive.facts(at) !== undefined;
    const bytes = encodePage(whole, 1200);
    if (append && exists) drive.append(at, bytes);
    else drive.write(at, Buffer.concat([encoding?.mark ?? new Uint8Array(), bytes]));
  }
}
