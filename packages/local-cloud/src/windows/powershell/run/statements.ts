import { Refusal } from "../../system/refusal.ts";
import { wildcard } from "../../system/windows-path.ts";
import type { ScriptBody, Statement } from "../syntax/ast.ts";
import type { Hashtable } from "../values/collections.ts";
import { itemsOf, listOf, text, truth } from "../values/convert.ts";
import { ErrorRecord, failure, NetException, TerminatingError } from "../values/errors.ts";
import { binary, equals } from "../values/operators.ts";
import { matchesTable, regexFrom } from "../values/regex.ts";
import { ScriptBlock } from "../values/script-block.ts";
import { fullTypeName, isOfType } from "../values/types.ts";
import type { Value } from "../values/value.ts";
import { type Engine, type Frame, LoopExit, ReturnExit, ScriptExit } from "./engine.ts";
import { asTerminating } from "./evaluate.ts";
import { stackTrace } from "./report.ts";

type Kind<K extends Statement["kind"]> = Extract<Statement, { readonly kind: K }>;

/** The text that statements are of, and the traps that count for them. */
export type Surrounding = Pick<ScriptBody, "source" | "traps">;

/** Runs statements; an error ends one of them, and the script only where a preference or `throw` says so. */
export async function runStatements(
  engine: Engine,
  statements: readonly Statement[],
  frame: Frame,
  body: Surrounding,
): Promise<void> {
  for (const statement of statements) {
    engine.process.signal.throwIfAborted();
    const call = engine.calls.at(-1);
    if (call) call.at = statement;
    try {
      await runStatement(engine, statement, frame);
    } catch (error) {
      const terminating = asTerminating(error, { source: body.source, extent: statement });
      if (!terminating) throw error;
      terminating.record.stack ??= stackTrace(engine.calls, terminating.record.place);
      if (await trapped(engine, body, terminating, frame)) continue;
      if (terminating.endsScript || engine.tries > 0) throw terminating;
      if (preference(engine, frame) === "stop") throw new TerminatingError(terminating.record, true);
      await engine.report(terminating.record, frame);
      engine.succeeded = false;
    }
  }
}

function preference(engine: Engine, frame: Frame): string {
  return text(engine.variable("ErrorActionPreference", frame)).toLowerCase();
}

async function trapped(engine: Engine, body: Surrounding, error: TerminatingError, frame: Frame): Promise<boolean> {
  const trap = body.traps.find(({ type }) => type === undefined || fits(error.record, type));
  if (!trap) return false;
  frame.scope.set("_", error.record);
  try {
    await engine.run(trap.body, frame);
  } catch (exit) {
    if (exit instanceof LoopExit && exit.kind === "continue") return true;
    if (exit instanceof LoopExit) throw new TerminatingError(error.record, true);
    throw exit;
  }
  await engine.report(error.record, frame);
  return true;
}

async function runStatement(engine: Engine, statement: Statement, frame: Frame): Promise<void> {
  switch (statement.kind) {
    case "pipeline":
      return engine.pipeline(statement.elements, frame);
    case "assign":
      return assignment(engine, statement, frame);
    case "if": {
      for (const [test, body] of statement.clauses)
        if (truth(await engine.collect(test, frame))) return engine.run(body, frame);
      if (statement.otherwise) await engine.run(statement.otherwise, frame);
      return;
    }
    case "while":
      while (truth(await engine.collect(statement.test, frame)))
        if ((await loopBody(engine, statement.body, statement.label, frame)) === "break") return;
      return;
    case "do":
      do {
        if ((await loopBody(engine, statement.body, statement.label, frame)) === "break") return;
      } while (truth(await engine.collect(statement.test, frame)) !== statement.until);
      return;
    case "for":
      if (statement.first) await silently(engine, statement.first, frame);
      while (!statement.test || truth(await engine.collect(statement.test, frame))) {
        if ((await loopBody(engine, statement.body, statement.label, frame)) === "break") return;
        if (statement.next) await silently(engine, statement.next, frame);
      }
      return;
    case "foreach": {
      const held = await engine.collect(statement.items, frame);
      for (const item of itemsOf(held)) {
        engine.setVariable(statement.variable, item, frame);
        if ((await loopBody(engine, statement.body, statement.label, frame)) === "break") return;
      }
      return;
    }
    case "switch":
      return switchStatement(engine, statement, frame);
    case "function":
      frame.scope.functions.set(statement.name.replace(/^(?:script|global|local):/i, "").toLowerCase(), {
        name: statement.name,
        body: statement.body,
        isFilter: statement.isFilter,
      });
      if (/^global:/i.test(statement.name))
        frame.scope.global.functions.set(statement.name.slice(7).toLowerCase(), {
          ...statement,
          name: statement.name.slice(7),
        });
      return;
    case "try":
      return tryStatement(engine, statement, frame);
    case "throw": {
      const value = statement.value ? await engine.collect(statement.value, frame) : "ScriptHalted";
      throw thrown(value, frame, statement.value === undefined);
    }
    case "return":
      if (statement.value) await runStatement(engine, statement.value, frame);
      throw new ReturnExit();
    case "exit": {
      const value = statement.value ? await engine.collect(statement.value, frame) : null;
      throw new ScriptExit(exitCodeOf(value));
    }
    case "break":
    case "continue":
      throw new LoopExit(statement.kind, statement.label);
    case "trap":
      return;
    default:
      return statement satisfies never;
  }
}

/** `exit` takes whole numbers; everything else ends with 0, as at PowerShell. */
function exitCodeOf(value: Value): number {
  const code = Number(text(value));
  return Number.isInteger(code) ? code | 0 : 0;
}

/** `throw` makes an error of whatever it is given; alone in a catch block it throws that one again. */
function thrown(value: Value, frame: Frame, isBare: boolean): TerminatingError {
  if (isBare) {
    const current = frame.scope.find("_")?.value;
    if (current instanceof ErrorRecord) return new TerminatingError(current, true);
  }
  if (value instanceof ErrorRecord) return new TerminatingError(value, true);
  if (value instanceof NetException)
    return new TerminatingError(
      new ErrorRecord({ exception: value, id: value.message, category: "OperationStopped: (:)" }),
      true,
    );
  const message = text(value);
  return failure(message, message, {
    category: `OperationStopped: (${message}:String)`,
    target: value,
    endsScript: true,
  });
}

async function silently(engine: Engine, statement: Statement, frame: Frame): Promise<void> {
  await runStatement(engine, statement, { ...frame, emit: () => undefined });
}

async function loopBody(
  engine: Engine,
  body: readonly Statement[],
  label: string,
  frame: Frame,
): Promise<"break" | "on"> {
  engine.process.signal.throwIfAborted();
  try {
    await engine.run(body, frame);
  } catch (exit) {
    if (!(exit instanceof LoopExit) || (exit.label !== "" && exit.label.toLowerCase() !== label.toLowerCase()))
      throw exit;
    if (exit.kind === "break") return "break";
  }
  return "on";
}

async function switchStatement(engine: Engine, statement: Kind<"switch">, frame: Frame): Promise<void> {
  const subject = await engine.collect(statement.subject, frame);
  for (const item of listOf(subject) ?? [subject]) {
    frame.scope.set("_", item);
    let matched = false;
    try {
      for (const clause of statement.clauses) {
        if (clause.test === "default") continue;
        if (!(await clauseFits(engine, statement, clause.test, item, frame))) continue;
        matched = true;
        await engine.run(clause.body, frame);
      }
      if (!matched)
        for (const clause of statement.clauses) if (clause.test === "default") await engine.run(clause.body, frame);
    } catch (exit) {
      if (
        !(exit instanceof LoopExit) ||
        (exit.label !== "" && exit.label.toLowerCase() !== statement.label.toLowerCase())
      )
        throw exit;
      if (exit.kind === "break") return;
    }
  }
}

async function clauseFits(
  engine: Engine,
  { mode, caseSensitive }: Kind<"switch">,
  test: Parameters<Engine["evaluate"]>[0],
  item: Value,
  frame: Frame,
): Promise<boolean> {
  const wanted = await engine.evaluate(test, frame);
  if (wanted instanceof ScriptBlock) {
    const found: Value[] = [];
    await engine.callHere(wanted, item, { ...frame, emit: (value) => void found.push(value) });
    return truth(found);
  }
  if (mode === "wildcard") {
    const pattern = wildcard(text(wanted));
    return (caseSensitive ? new RegExp(pattern.source) : pattern).test(text(item));
  }
  if (mode === "regex") {
    const match = regexFrom(text(wanted), caseSensitive ? "" : "i").exec(text(item));
    if (match) frame.scope.set("Matches", matchesTable(match));
    return match !== null;
  }
  return equals(item, wanted, caseSensitive);
}

async function tryStatement(engine: Engine, statement: Kind<"try">, frame: Frame): Promise<void> {
  try {
    let caught: TerminatingError | undefined;
    if (statement.catches.length === 0) await engine.run(statement.body, frame);
    else {
      engine.tries++;
      try {
        await engine.run(statement.body, frame);
      } catch (error) {
        if (error instanceof Refusal) throw error;
        caught = asTerminating(error);
        if (!caught) throw error;
      } finally {
        engine.tries--;
      }
    }
    if (!caught) return;
    const { record } = caught;
    if (!engine.errors.includes(record)) engine.errors.unshift(record);
    const clause =
      statement.catches.find(({ types }) => types.some((type) => fits(record, type))) ??
      statement.catches.find(({ types }) => types.length === 0);
    if (!clause) throw caught;
    const before = frame.scope.variables.get("_");
    frame.scope.set("_", record);
    try {
      await engine.run(clause.body, frame);
    } finally {
      if (before) frame.scope.variables.set("_", before);
    }
  } finally {
    if (statement.final) await engine.run(statement.final, frame);
  }
}

/** A catch clause or trap takes an exception, and what a method call or the language wrapped. */
function fits(record: ErrorRecord, type: string): boolean {
  const { exception } = record.facts;
  if (isOfType(exception, fullTypeName(type))) return true;
  return (
    /\.(?:MethodInvocation|Runtime)Exception$/.test(exception.typeName) &&
    exception.inner !== undefined &&
    isOfType(exception.inner, type)
  );
}

async function assignment(engine: Engine, { target, operator, value }: Kind<"assign">, frame: Frame): Promise<void> {
  const assigned = await engine.collect(value, frame);
  if (operator === "=") {
    await engine.assign(target, assigned, frame);
    return;
  }
  const before = await engine.evaluate(target, frame);
  const after = binary(operator.slice(0, -1), before, assigned, {
    setMatches: (table: Hashtable) => frame.scope.set("Matches", table),
  });
  await engine.assign(target, after, frame);
}
