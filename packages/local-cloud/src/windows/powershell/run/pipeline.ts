import type { CommandCall, PipelineElement, Redirection, ScriptSource } from "../syntax/ast.ts";
import { Hashtable } from "../values/collections.ts";
import { itemsOf, listOf, text } from "../values/convert.ts";
import type { Value } from "../values/value.ts";
import {
  type BoundArgument,
  type Emit,
  type Engine,
  EnoughInput,
  type Frame,
  type Stage,
  type Streams,
} from "./engine.ts";
import { asTerminating } from "./evaluate.ts";

/** A command whose name and arguments have been evaluated. */
export interface PreparedCommand {
  readonly call: CommandCall;
  readonly name: Value;
  readonly args: readonly BoundArgument[];
}
/** Makes the stage of a command; the engine's, since all kinds of commands meet there. */
export type StageMaker = (prepared: PreparedCommand, frame: Frame, hasInput: boolean) => Stage | Promise<Stage>;
/** Where redirected output goes: a file. */
export type FileSink = (path: string, append: boolean, values: readonly Value[]) => Promise<void>;

/** Runs a pipeline: items go through all of it one by one. */
export async function runPipeline(
  engine: Engine,
  elements: readonly PipelineElement[],
  frame: Frame,
  makeStage: StageMaker,
  toFile: FileSink,
  source: ScriptSource,
): Promise<void> {
  const [first] = elements;
  if (first?.kind === "expression" && elements.length === 1 && first.redirections.length === 0) {
    const value = await engine.evaluate(first.value, frame);
    engine.succeeded = true;
    // `$i++` alone gives nothing.
    if (first.value.kind !== "step") await emitValue(value, frame.emit);
    return;
  }
  const flushes: (() => Promise<void>)[] = [];
  const prepared: (PreparedCommand | undefined)[] = [];
  for (const element of elements)
    prepared.push(element.kind === "command" ? await prepare(engine, element, frame) : undefined);
  // Set before the stages are: a stage that fails says so.
  engine.succeeded = true;
  let emit = frame.emit;
  const stages: Stage[] = [];
  for (let index = elements.length - 1; index >= 0; index--) {
    const element = elements[index];
    if (!element) continue;
    const place = element.kind === "command" ? { source, extent: element } : frame.place;
    const redirected = await redirect(
      engine,
      { ...frame, emit, ...(place && { place }) },
      element.redirections,
      flushes,
      toFile,
    );
    const command = prepared[index];
    const stage = command
      ? placed(await makeStage(command, redirected, index > 0), command.call, source)
      : { begin: async () => {}, process: async () => {}, end: async () => {} };
    stages.unshift(stage);
    const next = stage;
    emit = command ? (value) => next.process(value) : redirected.emit;
    if (index === 0 && element.kind === "expression") stages[0] = expressionStage(engine, element.value, redirected);
  }
  try {
    for (const stage of stages) await stage.begin();
    let from = 0;
    try {
      await stages[0]?.process(undefined);
    } catch (error) {
      if (!(error instanceof EnoughInput)) throw error;
      from = stages.findIndex((stage) => holds(stage, error.stage));
      if (from < 0) throw error;
    }
    for (const [index, stage] of stages.entries()) {
      if (index < from) continue;
      try {
        await stage.end();
      } catch (error) {
        if (!(error instanceof EnoughInput)) throw error;
      }
    }
  } finally {
    for (const flush of flushes) await flush();
  }
}

const inner = new WeakMap<Stage, Stage>();
function holds(stage: Stage, wanted: object): boolean {
  return stage === wanted || inner.get(stage) === wanted;
}

/** Errors of a stage point at its command. */
function placed(stage: Stage, call: CommandCall, source: ScriptSource): Stage {
  const at = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      throw asTerminating(error, { source, extent: call }) ?? error;
    }
  };
  const wrapped: Stage = {
    begin: () => at(() => stage.begin()),
    process: (item) => at(() => stage.process(item)),
    end: () => at(() => stage.end()),
  };
  inner.set(wrapped, stage);
  return wrapped;
}

function expressionStage(engine: Engine, expression: Parameters<Engine["evaluate"]>[0], frame: Frame): Stage {
  return {
    begin: async () => {},
    process: async () => emitValue(await engine.evaluate(expression, frame), frame.emit),
    end: async () => {},
  };
}

/** Gives a value to a pipeline: a list item by item. */
export async function emitValue(value: Value, emit: Emit): Promise<void> {
  const items = listOf(value);
  if (items === undefined) await emit(value);
  else for (const item of [...items]) await emit(item);
}

async function prepare(engine: Engine, call: CommandCall, frame: Frame): Promise<PreparedCommand> {
  const name = await engine.evaluate(call.name, frame);
  const args: BoundArgument[] = [];
  for (const argument of call.args) {
    if (argument.kind === "parameter") {
      const value = argument.value && (await engine.evaluate(argument.value, frame));
      args.push({ name: argument.name, value, source: argument.source, argument });
      continue;
    }
    const { value: expression } = argument;
    if (expression.kind === "variable" && expression.splat) {
      args.push(...splatted(await engine.evaluate(expression, frame)));
      continue;
    }
    const value = await engine.evaluate(expression, frame);
    const source = expression.kind === "literal" ? expression.source : "";
    args.push({ name: undefined, value, source, argument });
  }
  if (call.verbatim !== undefined)
    args.push({
      name: undefined,
      value: frame.scope && engine.process.environment.expand(call.verbatim),
      source: "--%",
    });
  return { call, name, args };
}

function splatted(value: Value): BoundArgument[] {
  if (value instanceof Hashtable)
    return value.entries().map(([key, item]) => ({ name: text(key), value: item, source: `-${text(key)}` }));
  return itemsOf(value).map((item) => ({ name: undefined, value: item, source: "" }));
}

async function redirect(
  engine: Engine,
  frame: Frame,
  redirections: readonly Redirection[],
  flushes: (() => Promise<void>)[],
  toFile: FileSink,
): Promise<Frame> {
  let { emit } = frame;
  const streams: { -readonly [K in keyof Streams]: Streams[K] } = { ...frame.streams };
  for (const { from, to } of redirections) {
    let target: Emit;
    if (to === "1") target = emit;
    else {
      const path = await engine.evaluate(to.file, frame);
      if (path === null) target = () => undefined;
      else {
        const held: Value[] = [];
        target = (value) => void held.push(value);
        flushes.push(() => toFile(text(path), to.append, held));
      }
    }
    if (from === "1" || from === "*") if (to !== "1") emit = target;
    if (from === "*") for (const stream of [2, 3, 4, 5, 6] as const) streams[stream] = target;
    else if (from !== "1") streams[Number(from) as keyof Streams] = target;
  }
  return { ...frame, emit, streams };
}
