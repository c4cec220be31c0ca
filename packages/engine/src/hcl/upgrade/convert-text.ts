import {
  type CommandNode,
  type FunctionTable,
  type OperandNode,
  type PipeNode,
  parseTemplate,
  type TemplateNode,
} from "@kiln/go-template";
import { escaped, quoted } from "./quote-hcl.ts";

/** Names that text of a JSON template may refer to, as HCL2 has them. */
export interface UpgradeNames {
  /** The expression for a user variable. */
  user(name: string): string;
  /** The expression for a variable of the environment. */
  env(name: string): string;
  /** The expression for the start of the run, in seconds. */
  timestamp(): string;
  /** Told of a call that HCL2 has no counterpart of. */
  kept(call: string): void;
}

/** Every name counts as a function: what exists is Packer's business. */
class AnyFunction extends Map<string, never> {
  override has(): boolean {
    return true;
  }
}
const anyFunction = new AnyFunction() as unknown as FunctionTable;

/** Text of a JSON template as an HCL2 string, quotes included: `{{user `x`}}` becomes `${var.x}`. */
export function upgradeText(text: string, names: UpgradeNames): string {
  if (!text.includes("{{")) return quoted(text);
  const parsed = parseTemplate(text, { functions: anyFunction });
  if (!parsed.ok) {
    names.kept(text);
    return quoted(text);
  }
  const nodes = parsed.value.trees.get(parsed.value.name)?.nodes ?? [];
  if (nodes.some((node) => node.kind !== "text" && node.kind !== "action")) {
    if (/\b(user|build|template_dir)\b/.test(text)) names.kept(text);
    return quoted(text);
  }
  return `"${nodes.map((node) => part(node, text, names)).join("")}"`;
}

function part(node: TemplateNode, text: string, names: UpgradeNames): string {
  if (node.kind === "text") return escaped(node.text);
  const source = text.slice(node.span.start, node.span.end);
  // What prints braces must not become braces: HCL2 renders the text once more.
  if (node.kind !== "action" || printsBraces(node.pipe)) return escaped(source);
  const expression = pipeline(node.pipe, names);
  if (expression !== undefined) return `\${${expression}}`;
  const inner = keptCall(node.pipe, names);
  if (inner !== undefined) return inner;
  if (!/^\{\{-?\s*\./.test(source)) names.kept(source);
  return escaped(source);
}

function printsBraces({ declarations, commands: [only, ...more] }: PipeNode): boolean {
  const [value, ...args] = only?.args ?? [];
  if (declarations.length + more.length + args.length > 0) return false;
  return value?.kind === "string" && /\{\{|\}\}/.test(value.value);
}

/** The last function of a pipeline stays a template where only the component has it; what it is given is evaluated before. */
function keptCall(pipe: PipeNode, names: UpgradeNames): string | undefined {
  const [last, ...earlier] = pipe.commands.toReversed();
  if (!last || pipe.declarations.length > 0) return undefined;
  const [fn, ...args] = last.args;
  if (fn.kind !== "identifier" || fn.name !== "clean_resource_name") return undefined;
  const [arg] = args;
  const given =
    earlier.length > 0
      ? commands(earlier.toReversed(), names)
      : arg?.kind === "pipe"
        ? pipeline(arg, names)
        : arg && operand(arg, names);
  return given === undefined ? undefined : `{{ clean_resource_name \`\${${given}}\` }}`;
}

/** A pipeline as an HCL2 expression; undefined where there is none. */
function pipeline(pipe: PipeNode, names: UpgradeNames): string | undefined {
  return pipe.declarations.length > 0 ? undefined : commands(pipe.commands, names);
}

function commands(list: readonly CommandNode[], names: UpgradeNames): string | undefined {
  let value: string | undefined;
  for (const [i, command] of list.entries()) {
    value = call(command, i === 0 ? [] : [value ?? ""], names);
    if (value === undefined) return undefined;
  }
  return value;
}

function operand(node: OperandNode, names: UpgradeNames): string | undefined {
  switch (node.kind) {
    case "string":
      return quoted(node.value);
    case "number":
      return /^-?\d+$/.test(node.source) ? node.source : undefined;
    case "bool":
      return String(node.value);
    case "pipe":
      return pipeline(node, names);
    case "identifier":
      return call({ kind: "command", args: [node], at: node.at, span: node.span }, [], names);
    default:
      return undefined;
  }
}

function call(command: CommandNode, piped: readonly string[], names: UpgradeNames): string | undefined {
  const [fn, ...rest] = command.args;
  if (fn.kind !== "identifier") return rest.length === 0 && piped.length === 0 ? operand(fn, names) : undefined;
  const literal = rest[0]?.kind === "string" ? rest[0].value : undefined;
  const args: string[] = [];
  for (const arg of rest) {
    const made = operand(arg, names);
    if (made === undefined) return undefined;
    args.push(made);
  }
  args.push(...piped);
  return named(fn.name, args, literal, names);
}

function named(
  fn: string,
  args: readonly string[],
  literal: string | undefined,
  names: UpgradeNames,
): string | undefined {
  const [a = "", b = "", c = "", d = ""] = args;
  switch (fn) {
    case "user":
      return literal === undefined ? undefined : names.user(literal);
    case "build":
      return literal === undefined ? undefined : `build.${literal}`;
    case "env":
      return literal === undefined ? undefined : names.env(literal);
    case "timestamp":
      return names.timestamp();
    case "isotime":
      return args.length === 0 ? "timestamp()" : `legacy_isotime(${a})`;
    case "strftime":
      return `legacy_strftime(${a})`;
    case "template_dir":
      return "path.root";
    case "pwd":
      return "path.cwd";
    case "packer_version":
      return "packer.version";
    case "uuid":
      return "uuidv4()";
    // JSON's build is a source in HCL2, whose build may hold several.
    case "build_name":
      return "source.name";
    case "build_type":
      return "source.type";
    case "upper":
    case "lower":
      return `${fn}(${a})`;
    case "split":
      return `split(${b}, ${a})[${c}]`;
    case "replace_all":
      return `replace(${c}, ${a}, ${b})`;
    case "replace":
      return c.startsWith("-") ? `replace(${d}, ${a}, ${b})` : undefined;
    case "consul_key":
      return `consul_key(${a})`;
    case "vault":
      return `vault(${a}, ${b})`;
    case "aws_secretsmanager":
      return `aws_secretsmanager(${a}, ${b === "" ? "null" : b})`;
    case "aws_secretsmanager_raw":
      return `aws_secretsmanager_raw(${a})`;
    default:
      return undefined;
  }
}
