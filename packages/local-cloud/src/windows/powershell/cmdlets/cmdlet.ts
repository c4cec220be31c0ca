import type { WindowsProcess } from "../../system/process.ts";
import { Refusal } from "../../system/refusal.ts";
import { absolutePath } from "../../system/windows-path.ts";
import { Collectors, watchedFrame } from "../run/collectors.ts";
import type { BoundArgument, Engine, Frame, Stage } from "../run/engine.ts";
import { count, itemsOf, text, truth } from "../values/convert.ts";
import { type ErrorFacts, ErrorRecord, failure, NetException, TerminatingError } from "../values/errors.ts";
import { isArray, NetObject, type Value } from "../values/value.ts";

/** A parameter of a cmdlet. */
export interface ParameterSpec {
  readonly name: string;
  readonly kind: "value" | "flag";
  /** Its place among arguments without names, from 0. */
  readonly at?: number;
  /** Whether it takes items of the pipeline: whole, or their property of that name. */
  readonly pipe?: "value" | "name" | "both";
  readonly aliases?: readonly string[];
}

/** A command of PowerShell itself. */
export interface Cmdlet {
  readonly name: string;
  readonly parameters: readonly ParameterSpec[];
  begin?(call: Call): Promise<void> | void;
  /** Once for each item, or once where nothing is piped in. */
  process?(call: Call): Promise<void> | void;
  end?(call: Call): Promise<void> | void;
}

/** A parameter with a value. */
export function takes(name: string, at?: number, pipe?: ParameterSpec["pipe"], ...aliases: string[]): ParameterSpec {
  return { name, kind: "value", ...(at !== undefined && { at }), ...(pipe && { pipe }), aliases };
}
/** A switch. */
export function flag(name: string, ...aliases: string[]): ParameterSpec {
  return { name, kind: "flag", aliases };
}

const common: readonly ParameterSpec[] = [
  takes("ErrorAction", undefined, undefined, "ea"),
  takes("WarningAction", undefined, undefined, "wa"),
  takes("InformationAction", undefined, undefined, "infa"),
  takes("ErrorVariable", undefined, undefined, "ev"),
  takes("OutVariable", undefined, undefined, "ov"),
  flag("Verbose", "vb"),
  flag("Debug", "db"),
  flag("Confirm", "cf"),
];

/** A run of a cmdlet: its arguments, and what it can do to the rest. */
export class Call {
  readonly cmdlet: Cmdlet;
  readonly engine: Engine;
  readonly frame: Frame;
  readonly hasInput: boolean;
  /** What the cmdlet keeps from item to item. */
  readonly kept: { list: Value[]; number: number; flag: boolean } = { list: [], number: 0, flag: false };
  item: Value | undefined;
  /** The part of the pipeline that this is. */
  stage: Stage | undefined;
  private readonly given: ReadonlyMap<string, Value>;
  private fromItem = new Map<string, Value>();

  constructor(cmdlet: Cmdlet, args: readonly BoundArgument[], engine: Engine, frame: Frame, hasInput: boolean) {
    this.cmdlet = cmdlet;
    this.engine = engine;
    this.frame = frame;
    this.hasInput = hasInput;
    this.given = bind(cmdlet, args, hasInput);
    if (truth(this.given.get("confirm") ?? false)) throw new Refusal("-Confirm (nobody could answer)");
  }
  get process(): WindowsProcess {
    return this.engine.process;
  }
  /** The pipeline's next item; parameters that take it get it. */
  take(item: Value | undefined): void {
    this.item = item;
    this.fromItem = new Map();
    if (item === undefined) return;
    // What names its own path is not a path itself.
    const namesItself =
      item instanceof NetObject &&
      item.get("PSPath") !== undefined &&
      this.cmdlet.parameters.some(({ aliases }) => aliases?.includes("PSPath"));
    for (const { name, pipe, aliases = [] } of this.cmdlet.parameters) {
      if (!pipe || this.given.has(name.toLowerCase())) continue;
      if (pipe !== "value" && item instanceof NetObject) {
        const found = [name, ...aliases].map((one) => item.get(one)).find((value) => value !== undefined);
        if (found !== undefined) {
          this.fromItem.set(name.toLowerCase(), found);
          continue;
        }
      }
      if (pipe !== "name" && !(namesItself && name === "Path")) this.fromItem.set(name.toLowerCase(), item);
    }
  }
  has(name: string): boolean {
    const id = name.toLowerCase();
    return this.given.has(id) || this.fromItem.has(id);
  }
  value(name: string): Value | undefined {
    const id = name.toLowerCase();
    return this.given.has(id) ? this.given.get(id) : this.fromItem.get(id);
  }
  flag(name: string): boolean {
    return truth(this.value(name) ?? false);
  }
  text(name: string): string | undefined {
    const value = this.value(name);
    return value === undefined || value === null ? undefined : text(value);
  }
  texts(name: string): readonly string[] {
    return this.list(name).map((item) => text(item));
  }
  list(name: string): readonly Value[] {
    const value = this.value(name);
    return value === undefined ? [] : itemsOf(value);
  }
  count(name: string): number | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : count(value);
  }
  /** A parameter that must be there. */
  required(name: string): string {
    const found = this.text(name);
    if (found === undefined)
      throw failure(
        "MissingMandatoryParameter",
        `Cannot process command because of one or more missing mandatory parameters: ${name}.`,
        {
          category: `InvalidArgument: (:) [${this.cmdlet.name}]`,
          type: "System.Management.Automation.ParameterBindingException",
        },
      );
    return found;
  }
  path(given: string): string {
    const plain = given.replace(/^(?:Microsoft\.PowerShell\.Core\\)?FileSystem::/i, "");
    return absolutePath(
      plain.replace(/^~(?=[\\/]|$)/, this.process.environment.get("USERPROFILE") ?? "C:"),
      this.process.directory,
    );
  }
  async emit(value: Value): Promise<void> {
    await this.frame.emit(value);
  }
  /** An error that the cmdlet goes on after, unless told otherwise. */
  async error(
    id: string,
    message: string,
    category: string,
    target?: Value,
    type = "System.Management.Automation.RuntimeException",
  ): Promise<void> {
    await this.reportRecord(this.record(id, message, category, target, type));
  }
  /** An error that ends the statement. */
  failure(
    id: string,
    message: string,
    category: string,
    target?: Value,
    type = "System.Management.Automation.RuntimeException",
  ): TerminatingError {
    return new TerminatingError(this.record(id, message, category, target, type));
  }
  async reportRecord(record: ErrorRecord): Promise<void> {
    await this.engine.report(record, this.frame, this.text("ErrorAction"));
  }
  private record(id: string, message: string, category: string, target: Value | undefined, type: string): ErrorRecord {
    const facts: ErrorFacts = {
      exception: new NetException(type, message),
      id: `${id},Microsoft.PowerShell.Commands.${this.cmdlet.name.replace("-", "")}Command`,
      category: `${category}${target === undefined || target === null ? ": (:)" : `: (${text(target)}:${typeLeaf(target)})`} [${this.cmdlet.name}]`,
      activity: this.cmdlet.name,
      ...(target !== undefined && { target }),
    };
    return new ErrorRecord(facts);
  }
}

function typeLeaf(value: Value): string {
  if (typeof value === "string") return "String";
  if (isArray(value)) return "Object[]";
  if (value instanceof NetObject) return value.typeName.split(".").at(-1) ?? "Object";
  return "Object";
}

/** Gives the arguments to the parameters. Parameters that the stand-in has not are refused: real PowerShell may have them. */
function bind(cmdlet: Cmdlet, args: readonly BoundArgument[], hasInput: boolean): Map<string, Value> {
  const all = [...cmdlet.parameters, ...common];
  const given = new Map<string, Value>();
  const positional: Value[] = [];
  for (let at = 0; at < args.length; at++) {
    const argument = args[at];
    if (!argument) continue;
    if (argument.name === undefined) {
      positional.push(argument.value ?? null);
      continue;
    }
    const spec = findSpec(all, argument.name);
    if (!spec) throw new Refusal(`the parameter -${argument.name} of ${cmdlet.name}`);
    if (spec.kind === "flag") {
      given.set(spec.name.toLowerCase(), argument.value === undefined ? true : truth(argument.value));
      continue;
    }
    let { value } = argument;
    if (value === undefined) {
      const next = args[at + 1];
      // A word with a dash after a parameter that needs a value: PowerShell complains too.
      if (!next || next.name !== undefined)
        throw failure(
          "MissingArgument",
          `Missing an argument for parameter '${spec.name}'. Specify a parameter of type 'System.Object' and try again.`,
          {
            category: `InvalidArgument: (:) [${cmdlet.name}]`,
            type: "System.Management.Automation.ParameterBindingException",
          },
        );
      value = next.value ?? null;
      at++;
    }
    given.set(spec.name.toLowerCase(), value);
  }
  const open = cmdlet.parameters
    .filter((spec) => spec.at !== undefined && !given.has(spec.name.toLowerCase()))
    .toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
  // What is piped in has its parameter; arguments without names are for the others.
  const places =
    hasInput && positional.length < open.length
      ? open.filter((spec) => spec.pipe === undefined || spec.pipe === "name")
      : open;
  for (const spec of places) {
    const next = positional.shift();
    if (next === undefined) break;
    given.set(spec.name.toLowerCase(), next);
  }
  if (positional.length > 0 && cmdlet.parameters.some((spec) => spec.name === "Rest"))
    given.set("rest", positional.splice(0));
  if (positional.length > 0)
    throw failure(
      "PositionalParameterNotFound",
      `A positional parameter cannot be found that accepts argument '${text(positional[0] ?? null)}'.`,
      {
        category: `InvalidArgument: (:) [${cmdlet.name}]`,
        type: "System.Management.Automation.ParameterBindingException",
      },
    );
  return given;
}

function findSpec(all: readonly ParameterSpec[], name: string): ParameterSpec | undefined {
  const wanted = name.toLowerCase();
  const exact = all.find(
    (spec) => spec.name.toLowerCase() === wanted || spec.aliases?.some((alias) => alias.toLowerCase() === wanted),
  );
  if (exact) return exact;
  const starting = all.filter((spec) => spec.name.toLowerCase().startsWith(wanted) && spec.name !== "Rest");
  return starting.length === 1 ? starting[0] : undefined;
}

/** A cmdlet as a part of a pipeline. */
export function cmdletStage(
  cmdlet: Cmdlet,
  args: readonly BoundArgument[],
  engine: Engine,
  frame: Frame,
  hasInput: boolean,
): Stage {
  let collectors: Collectors | undefined;
  const watched = watchedFrame(frame, () => collectors);
  const call = new Call(cmdlet, args, engine, watched, hasInput);
  collectors = new Collectors(call.text("ErrorVariable"), call.text("OutVariable"), frame);
  const collecting = async (act: () => Promise<void> | void): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (error instanceof TerminatingError) collectors.error(error.record);
      throw error;
    }
  };
  const stage: Stage = {
    begin: async () => {
      await collecting(() => cmdlet.begin?.(call));
    },
    process: async (item) => {
      engine.process.signal.throwIfAborted();
      if (item === undefined && hasInput) return;
      call.take(item);
      try {
        await collecting(() => cmdlet.process?.(call));
      } catch (error) {
        if (!(error instanceof TerminatingError) || error.endsScript) throw error;
        // -ErrorAction on the command speaks for errors that would end its statement only.
        if (call.text("ErrorAction")?.toLowerCase() === "stop") throw new TerminatingError(error.record, true);
        throw error;
      }
    },
    end: async () => {
      call.take(undefined);
      await collecting(() => cmdlet.end?.(call));
    },
  };
  call.stage = stage;
  return stage;
}
