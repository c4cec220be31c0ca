import { Refusal } from "../../system/refusal.ts";
import type { Parameter, ScriptBody } from "../syntax/ast.ts";
import { Hashtable } from "../values/collections.ts";
import { convert, itemsOf, text, truth } from "../values/convert.ts";
import { failure, type TerminatingError } from "../values/errors.ts";
import { regexFrom } from "../values/regex.ts";
import { NetObject, type Value } from "../values/value.ts";
import type { BoundArgument, Engine, Frame } from "./engine.ts";

/** What a function's parameters got, and what was left. */
export interface BoundParameters {
  readonly rest: readonly Value[];
  readonly given: Hashtable;
  readonly common: CommonValues;
}

/** What the parameters were given that every advanced function has, by their names in lower case. */
export type CommonValues = ReadonlyMap<string, Value>;

const commonParameters: Readonly<Record<string, string>> = {
  ea: "erroraction",
  wa: "warningaction",
  infa: "informationaction",
  vb: "verbose",
  db: "debug",
  ev: "errorvariable",
  ov: "outvariable",
  wv: "warningvariable",
  iv: "informationvariable",
  ob: "outbuffer",
  pv: "pipelinevariable",
};
const refusedCommon = /^(?:warningvariable|informationvariable|outbuffer|pipelinevariable)$/;

/** The common parameter that a name or its beginning means. */
function commonParameter(name: string): string | undefined {
  const wanted = name.toLowerCase();
  const all = Object.values(commonParameters);
  const exact = commonParameters[wanted] ?? all.find((one) => one === wanted);
  if (exact !== undefined) return exact;
  const starting = all.filter((one) => one.startsWith(wanted));
  return starting.length === 1 ? starting[0] : undefined;
}

/** Whether it is an advanced function: one that refuses what it does not know, and has the common parameters. */
export function isAdvanced({ parameters = [], binding }: ScriptBody): boolean {
  return (
    binding !== undefined || parameters.some(({ attributes }) => attributes.some(({ name }) => name === "parameter"))
  );
}

/** Whether a parameter takes items of the pipeline: whole, or a property of theirs. */
export function pipelineKind(parameter: Parameter): "value" | "name" | undefined {
  for (const { name, named } of parameter.attributes) {
    if (name !== "parameter") continue;
    if (named.has("valuefrompipeline")) return "value";
    if (named.has("valuefrompipelinebypropertyname")) return "name";
  }
  return undefined;
}

/** Gives a function its arguments, as variables of its scope. */
export async function bindParameters(
  engine: Engine,
  name: string,
  body: ScriptBody,
  args: readonly BoundArgument[],
  frame: Frame,
  hasInput: boolean,
): Promise<BoundParameters> {
  const { parameters = [] } = body;
  const advanced = isAdvanced(body);
  const sets = parameters.flatMap(({ attributes }) =>
    attributes.flatMap(({ named }) => (named.has("parametersetname") ? [named.get("parametersetname")] : [])),
  );
  if (new Set(sets.map((set) => (set?.kind === "literal" ? text(set.value) : set))).size > 1)
    throw new Refusal(`the parameter sets of ${name}`);
  const common = new Map<string, Value>();
  const given = new Hashtable();
  const rest: Value[] = [];
  const positional: Value[] = [];
  const set = async (parameter: Parameter, value: Value): Promise<void> => {
    const converted = convertArgument(name, parameter, value);
    await validate(engine, name, parameter, converted, frame);
    frame.scope.set(parameter.name, converted, /switch$/i.test(parameter.type ?? "") ? undefined : parameter.type);
    given.put(parameter.name, converted);
  };
  for (let at = 0; at < args.length; at++) {
    const argument = args[at];
    if (!argument) continue;
    if (argument.name === undefined) {
      positional.push(argument.value ?? null);
      continue;
    }
    const parameter = findParameter(parameters, argument.name);
    if (!parameter) {
      if (advanced) {
        const wanted = commonParameter(argument.name);
        if (wanted === undefined && /^(?:whatif|wi|confirm|cf)$/i.test(argument.name) && body.binding)
          throw new Refusal(`-${argument.name} of ${name}`);
        if (wanted === undefined) throw unknownParameter(name, argument.name);
        if (refusedCommon.test(wanted)) throw new Refusal(`the parameter -${argument.name} of functions`);
        const takesValue = wanted !== "verbose" && wanted !== "debug";
        common.set(wanted, argument.value ?? (takesValue ? (args[++at]?.value ?? null) : true));
        continue;
      }
      rest.push(argument.source === "" ? `-${argument.name}` : argument.source);
      continue;
    }
    if (/^(?:system\.management\.automation\.)?switch(?:parameter)?$/i.test(parameter.type ?? "")) {
      await set(parameter, argument.value === undefined ? true : truth(argument.value));
      continue;
    }
    let { value } = argument;
    if (value === undefined) {
      const next = args[at + 1];
      if (!next || next.name !== undefined)
        throw failure(
          "MissingArgument",
          `Missing an argument for parameter '${parameter.name}'. Specify a parameter of type '${parameter.type ?? "System.Object"}' and try again.`,
          { category: "InvalidArgument: (:)", type: "System.Management.Automation.ParameterBindingException" },
        );
      value = next.value ?? null;
      at++;
    }
    await set(parameter, value);
  }
  const open = parameters.filter((parameter) => !given.has(parameter.name) && !/switch$/i.test(parameter.type ?? ""));
  const ordered = open.toSorted((a, b) => positionOf(a, parameters) - positionOf(b, parameters));
  for (const parameter of ordered) {
    const takesRest = parameter.attributes.some(
      (one) => one.name === "parameter" && one.named.has("valuefromremainingarguments"),
    );
    if (positional.length === 0) break;
    if (takesRest) await set(parameter, positional.splice(0));
    else if (pipelineKind(parameter) === undefined || !hasInput) await set(parameter, positional.shift() ?? null);
  }
  rest.push(...positional);
  if (advanced && rest.length > 0)
    throw failure(
      "PositionalParameterNotFound",
      `A positional parameter cannot be found that accepts argument '${text(rest[0] ?? null)}'.`,
      { category: `InvalidArgument: (:) [${name}]`, type: "System.Management.Automation.ParameterBindingException" },
    );
  for (const parameter of parameters) {
    if (given.has(parameter.name)) continue;
    const isMandatory = parameter.attributes.some((one) => one.name === "parameter" && isSet(one.named, "mandatory"));
    if (isMandatory && !(hasInput && pipelineKind(parameter) !== undefined))
      throw failure(
        "MissingMandatoryParameter",
        `Cannot process command because of one or more missing mandatory parameters: ${parameter.name}.`,
        { category: `InvalidArgument: (:) [${name}]`, type: "System.Management.Automation.ParameterBindingException" },
      );
    const isSwitch = /switch$/i.test(parameter.type ?? "");
    const fallback = parameter.fallback
      ? await engine.evaluate(parameter.fallback, frame)
      : isSwitch
        ? false
        : initial(parameter.type);
    frame.scope.set(
      parameter.name,
      parameter.type !== undefined && parameter.fallback ? convert(fallback, parameter.type) : fallback,
      isSwitch ? undefined : parameter.type,
    );
  }
  return { rest, given, common };
}

function isSet(named: ReadonlyMap<string, unknown>, name: string): boolean {
  if (!named.has(name)) return false;
  const value = named.get(name);
  // `Mandatory = $false` is written out now and then.
  return !(
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    String(value.name).toLowerCase() === "false"
  );
}

function initial(type: string | undefined): Value {
  switch (type?.toLowerCase()) {
    case "string":
      return "";
    case "int":
    case "int32":
      return 0;
    case "bool":
      return false;
    default:
      return null;
  }
}

function positionOf(parameter: Parameter, all: readonly Parameter[]): number {
  const attribute = parameter.attributes.find((one) => one.name === "parameter");
  const position = attribute?.named.get("position");
  return position?.kind === "literal" && typeof position.value === "number"
    ? position.value
    : 1000 + all.indexOf(parameter);
}

function findParameter(parameters: readonly Parameter[], name: string): Parameter | undefined {
  const wanted = name.toLowerCase();
  const exact = parameters.find(
    (one) =>
      one.name.toLowerCase() === wanted ||
      one.attributes.some(
        ({ name: attribute, positional }) =>
          attribute === "alias" &&
          positional.some((alias) => alias.kind === "literal" && text(alias.value).toLowerCase() === wanted),
      ),
  );
  if (exact) return exact;
  const starting = parameters.filter((one) => one.name.toLowerCase().startsWith(wanted));
  return starting.length === 1 ? starting[0] : undefined;
}

function unknownParameter(command: string, name: string): TerminatingError {
  return failure("NamedParameterNotFound", `A parameter cannot be found that matches parameter name '${name}'.`, {
    category: `InvalidArgument: (:) [${command}]`,
    type: "System.Management.Automation.ParameterBindingException",
  });
}

function convertArgument(command: string, parameter: Parameter, value: Value): Value {
  if (parameter.type === undefined) return value;
  try {
    return convert(value, parameter.type);
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof Error)) throw error;
    throw failure(
      "ParameterArgumentTransformationError",
      `Cannot process argument transformation on parameter '${parameter.name}'. ${error.message}`,
      {
        category: `InvalidData: (:) [${command}]`,
        type: "System.Management.Automation.ParameterBindingArgumentTransformationException",
      },
    );
  }
}

async function validate(
  engine: Engine,
  command: string,
  parameter: Parameter,
  value: Value,
  frame: Frame,
): Promise<void> {
  const refuse = (why: string): TerminatingError =>
    failure("ParameterArgumentValidationError", `Cannot validate argument on parameter '${parameter.name}'. ${why}`, {
      category: `InvalidData: (:) [${command}]`,
      type: "System.Management.Automation.ParameterBindingValidationException",
    });
  for (const { name, positional } of parameter.attributes) {
    const args: Value[] = [];
    if (/^validate(?:set|range|pattern|length|count)$/.test(name))
      for (const one of positional) args.push(await engine.evaluate(one, frame));
    switch (name) {
      case "parameter":
      case "alias":
      case "allownull":
      case "allowemptystring":
      case "allowemptycollection":
        break;
      case "validateset":
        for (const item of itemsOf(value))
          if (!args.some((one) => text(one).toLowerCase() === text(item).toLowerCase()))
            throw refuse(
              `The argument "${text(item)}" does not belong to the set "${args.map((one) => text(one)).join(",")}" specified by the ValidateSet attribute. Supply an argument that is in the set and then try the command again.`,
            );
        break;
      case "validatenotnull":
      case "validatenotnullorempty":
        if (
          value === null ||
          (name === "validatenotnullorempty" && text(value) === "" && !(value instanceof NetObject))
        )
          throw refuse(
            "The argument is null or empty. Provide an argument that is not null or empty, and then try the command again.",
          );
        break;
      case "validaterange": {
        const [low, high] = args.map((one) => Number(text(one)));
        if (Number(text(value)) < (low ?? 0) || Number(text(value)) > (high ?? 0))
          throw refuse(`The ${text(value)} argument is outside of the range of ${low} to ${high}.`);
        break;
      }
      case "validatepattern":
        if (!regexFrom(text(args[0] ?? null), "i").test(text(value)))
          throw refuse(
            `The argument "${text(value)}" does not match the "${text(args[0] ?? null)}" pattern. Supply an argument that matches "${text(args[0] ?? null)}" and try the command again.`,
          );
        break;
      default:
        throw new Refusal(`the parameter attribute [${name}]`);
    }
  }
}
