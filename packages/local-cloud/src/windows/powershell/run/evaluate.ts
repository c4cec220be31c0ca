import { FileError } from "../../system/drive.ts";
import { Refusal } from "../../system/refusal.ts";
import { PathError } from "../../system/windows-path.ts";
import type { Expression, Extent, ScriptSource, Statement } from "../syntax/ast.ts";
import { integer } from "../syntax/numbers.ts";
import { callStatic, setStaticMember, staticMember } from "../types/statics.ts";
import { XmlDocument } from "../types/xml.ts";
import { Hashtable } from "../values/collections.ts";
import { convert, itemsOf, listOf, number, text, truth } from "../values/convert.ts";
import { Double } from "../values/double.ts";
import { failure, TerminatingError } from "../values/errors.ts";
import { binary, unary } from "../values/operators.ts";
import { ScriptBlock, TypeValue } from "../values/script-block.ts";
import { fullTypeName } from "../values/types.ts";
import type { Value } from "../values/value.ts";
import type { Engine, Frame } from "./engine.ts";
import { callMember, indexInto, memberOf, setIndex, setMember } from "./members.ts";

type Kind<K extends Expression["kind"]> = Extract<Expression, { readonly kind: K }>;

/** The value of an expression. */
export async function evaluate(engine: Engine, expression: Expression, frame: Frame): Promise<Value> {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "text": {
      let whole = "";
      for (const part of expression.parts)
        whole += typeof part === "string" ? part : text(await engine.evaluate(part, frame), separatorOf(engine, frame));
      return whole;
    }
    case "variable":
      return engine.variable(expression.name, frame);
    case "list": {
      const items: Value[] = [];
      for (const item of expression.items) items.push(await engine.evaluate(item, frame));
      return items;
    }
    case "binary":
      return binaryOf(engine, expression, frame);
    case "unary":
      return unary(expression.operator, await engine.evaluate(expression.operand, frame));
    case "paren":
      return engine.collect(expression.body, frame);
    case "sub": {
      const found = await engine.collectAll(expression.body, frame);
      return found.length > 1 ? found : (found[0] ?? null);
    }
    case "array":
      return arrayOf(engine, expression.body, frame);
    case "hash":
      return hashOf(engine, expression, new Hashtable(), frame);
    case "block":
      return new ScriptBlock(expression.body);
    case "type":
      return new TypeValue(fullTypeName(expression.name));
    case "cast":
      return castOf(engine, expression, frame);
    case "step":
      return stepOf(engine, expression, frame);
    case "index": {
      const target = await engine.evaluate(expression.target, frame);
      return indexInto(target, await engine.evaluate(expression.index, frame));
    }
    case "member": {
      const name = text(await engine.evaluate(expression.name, frame));
      const target = await engine.evaluate(expression.target, frame);
      if (expression.isStatic) return staticMember(typeNamed(target), name, engine.process);
      return memberOf(target, name);
    }
    case "invoke":
      return invoke(engine, expression, frame);
    default:
      return expression satisfies never;
  }
}

function separatorOf(engine: Engine, frame: Frame): string {
  const set = frame.scope.find("OFS");
  return set ? text(engine.variable("OFS", frame)) : " ";
}

async function arrayOf(engine: Engine, body: readonly Statement[], frame: Frame): Promise<Value> {
  return engine.collectAll(body, frame);
}

async function hashOf(engine: Engine, expression: Kind<"hash">, table: Hashtable, frame: Frame): Promise<Hashtable> {
  for (const [keyExpression, valueStatement] of expression.entries) {
    const key = await engine.evaluate(keyExpression, frame);
    if (table.has(key))
      throw failure("DuplicateKeyInHashLiteral", `Duplicate keys '${text(key)}' are not allowed in hash literals.`);
    table.put(key, await engine.collect(valueStatement, frame));
  }
  return table;
}

async function castOf(engine: Engine, expression: Kind<"cast">, frame: Frame): Promise<Value> {
  const { operand } = expression;
  const name = fullTypeName(expression.type).toLowerCase();
  // A literal's order is known only here.
  if (operand.kind === "hash" && /ordereddictionary$|pscustomobject$/.test(name))
    return convert(await hashOf(engine, operand, new Hashtable(true), frame), expression.type);
  const value = await engine.evaluate(operand, frame);
  if (name === "system.management.automation.scriptblock" && typeof value === "string")
    throw new Refusal("script blocks made from text");
  return converted(value, expression.type);
}

/** What a cast makes of a value. */
function converted(value: Value, type: string): Value {
  if (fullTypeName(type).toLowerCase() !== "system.xml.xmldocument") return convert(value, type);
  // Lines of a file are one text.
  return value instanceof XmlDocument
    ? value
    : new XmlDocument(
        itemsOf(value)
          .map((item) => text(item))
          .join("\n"),
      );
}

async function binaryOf(engine: Engine, expression: Kind<"binary">, frame: Frame): Promise<Value> {
  const left = await engine.evaluate(expression.left, frame);
  if (expression.operator === "-and") return truth(left) && truth(await engine.evaluate(expression.right, frame));
  if (expression.operator === "-or") return truth(left) || truth(await engine.evaluate(expression.right, frame));
  const right = await engine.evaluate(expression.right, frame);
  return binary(expression.operator, left, right, {
    setMatches: (table) => frame.scope.set("Matches", table),
  });
}

async function stepOf(engine: Engine, expression: Kind<"step">, frame: Frame): Promise<Value> {
  const before = await engine.evaluate(expression.target, frame);
  const found = number(before);
  if (found === undefined)
    throw failure("OperatorRequiresNumber", "The '++' operator works only on numbers. The operand is not a number.");
  const after =
    found instanceof Double ? new Double(found.value + expression.by) : integer(BigInt(found) + BigInt(expression.by));
  await engine.assign(expression.target, after, frame);
  return expression.isPrefix ? after : before === null ? 0 : before;
}

async function invoke(engine: Engine, expression: Kind<"invoke">, frame: Frame): Promise<Value> {
  const name = text(await engine.evaluate(expression.name, frame));
  const target = await engine.evaluate(expression.target, frame);
  const args: Value[] = [];
  for (const argument of expression.args) args.push(await engine.evaluate(argument, frame));
  if (expression.isStatic) return callStatic(typeNamed(target), name, args, engine.process);
  if (target instanceof ScriptBlock) return invokeBlock(engine, target, name, args, frame);
  const chosen = await collectionMethod(engine, target, name.toLowerCase(), args, frame);
  if (chosen) return chosen;
  return callMember(target, name, args);
}

/** `.Where({…})` and `.ForEach({…})`, which everything has: the block runs here for each item. */
async function collectionMethod(
  engine: Engine,
  target: Value,
  wanted: string,
  args: readonly Value[],
  frame: Frame,
): Promise<Value[] | undefined> {
  const [block] = args;
  if (target === null || !(block instanceof ScriptBlock) || (wanted !== "where" && wanted !== "foreach"))
    return undefined;
  if (args.length > 1) throw new Refusal(`.${wanted}() with more than a block`);
  const given: Value[] = [];
  for (const item of listOf(target) ?? [target]) {
    const found: Value[] = [];
    await engine.callHere(block, item, { ...frame, emit: (value) => void found.push(value) });
    if (wanted === "foreach") given.push(...found);
    else if (truth(found.length === 1 ? (found[0] ?? null) : found)) given.push(item);
  }
  return given;
}

async function invokeBlock(
  engine: Engine,
  block: ScriptBlock,
  name: string,
  args: readonly Value[],
  frame: Frame,
): Promise<Value> {
  const wanted = name.toLowerCase();
  if (wanted === "tostring") return block.text();
  if (wanted === "getnewclosure") throw new Refusal("GetNewClosure()");
  if (wanted !== "invoke" && wanted !== "invokereturnasis") return callMember(block, name, args);
  const found: Value[] = [];
  const bound = args.map((value) => ({ name: undefined, value, source: "" }));
  const inner: Frame = { ...frame, emit: (value) => void found.push(value) };
  const stage = engine.bodyStage(block.body, bound, inner, { kind: "block", name: "", hasInput: false });
  await stage.begin();
  await stage.process(undefined);
  await stage.end();
  return found.length > 1 ? found : (found[0] ?? null);
}

function typeNamed(target: Value): string {
  if (target instanceof TypeValue) return target.name;
  throw failure("InvalidOperation", `[${text(target)}] is no type.`);
}

/** `=` and its kin: a variable, a member, an index, several at once. */
export async function assign(engine: Engine, target: Expression, value: Value, frame: Frame): Promise<void> {
  switch (target.kind) {
    case "variable":
      engine.setVariable(target.name, value, frame);
      return;
    case "cast": {
      const cast = converted(value, target.type);
      if (target.operand.kind !== "variable") return engine.assign(target.operand, cast, frame);
      const name = target.operand.name.replace(/^(?:local|private):/i, "");
      if (name.includes(":")) engine.setVariable(name, cast, frame);
      else frame.scope.set(name, cast, target.type);
      return;
    }
    case "list": {
      const values = listOf(value) ?? [value];
      for (const [index, item] of target.items.entries()) {
        const isLast = index === target.items.length - 1;
        const rest = values.slice(index);
        await engine.assign(item, isLast && rest.length > 1 ? rest : (rest[0] ?? null), frame);
      }
      return;
    }
    case "member": {
      const name = text(await engine.evaluate(target.name, frame));
      if (target.isStatic) {
        setStaticMember(typeNamed(await engine.evaluate(target.target, frame)), name, value, engine.process);
        return;
      }
      setMember(await engine.evaluate(target.target, frame), name, value);
      return;
    }
    case "index": {
      const held = await engine.evaluate(target.target, frame);
      setIndex(held, await engine.evaluate(target.index, frame), value);
      return;
    }
    case "paren":
    case "literal":
    default:
      throw failure(
        "InvalidLeftHandSide",
        "The assignment expression is not valid. The input to an assignment operator must be an object that is able to accept assignments, such as a variable or a property.",
      );
  }
}

/** The exception and the record of something that was thrown, whatever it was. */
export function asTerminating(
  error: unknown,
  place?: { readonly source: ScriptSource; readonly extent: Extent },
): TerminatingError | undefined {
  let found: TerminatingError | undefined;
  if (error instanceof TerminatingError) found = error;
  else if (error instanceof FileError)
    found = failure("IOException", fileWords(error), { type: "System.IO.IOException", category: "WriteError: (:)" });
  else if (error instanceof PathError)
    found = failure("PathError", error.message, { type: "System.ArgumentException", category: "InvalidArgument: (:)" });
  if (found && place) found.record.place ??= place;
  return found;
}

function fileWords({ code, path }: FileError): string {
  switch (code) {
    case "no-file":
      return `Could not find file '${path}'.`;
    case "no-folder":
      return `Could not find a part of the path '${path}'.`;
    case "exists":
      return `The file '${path}' already exists.`;
    case "denied":
      return `Access to the path '${path}' is denied.`;
    case "not-empty":
      return `The directory is not empty: '${path}'.`;
    default:
      return code satisfies never;
  }
}
