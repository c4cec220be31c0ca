import { dirname, resolve } from "node:path";
import {
  type AssignJsonInputs,
  assignJson,
  type Engine,
  evaluateJson,
  type JsonEvaluation,
  type JsonTemplate,
  parseJsonTemplate,
  type SecretSet,
  SourceLines,
} from "@kiln/engine";
import {
  type Checked,
  checked,
  type Diagnostic,
  type EvalScope,
  failureText,
  problem,
  refused,
  type Template,
} from "@kiln/sdk";
import type { Io } from "../io.ts";
import { packerVersion } from "../version.ts";
import type { ParsedHcl } from "./load-hcl.ts";
import { lookUps } from "./look-ups.ts";
import { bytesOf } from "./read-bytes.ts";

export interface TemplateInput {
  /** Path, or `-` for standard input. */
  readonly path: string;
  readonly configType: string;
  /** `-var`, in order; later wins. */
  readonly vars: readonly (readonly [string, string])[];
  /** `-var-file`, in order. */
  readonly varFiles: readonly string[];
  /** HCL2: whether data sources are asked; they are where this is absent. */
  readonly askData?: boolean;
  /** What is only warned of otherwise is an error: undeclared and unused names, deprecated options. */
  readonly strict?: boolean;
  /** HCL2: what is said about names in variable files that nobody declares; nothing where this is absent. */
  readonly undeclared?: "silent" | "warn" | "error";
}
interface ParsedText {
  /** The template's files, and others that are read for it. */
  readonly sources: SourceLines;
}
/** A JSON template as it was read, nothing rendered. */
export interface ParsedJson extends ParsedText {
  readonly syntax: "json";
  readonly template: JsonTemplate;
  /** Absolute; absent where the template came from standard input. */
  readonly directory?: string;
}
/** A template as it was read. */
export type ParsedInput = ParsedJson | (ParsedHcl & { readonly syntax: "hcl2" });
export interface EvaluatedInput {
  readonly template: Template;
  readonly scope: EvalScope;
  readonly sensitive: readonly string[];
  /** Where there is an error among them, the rest is good for finding further mistakes and for nothing else. */
  readonly found: readonly Diagnostic[];
}

function unreadable(path: string, error: unknown): Diagnostic {
  return problem("template/unreadable", `"${path}": stat ${path}: ${failureText(error)}`, {
    detail: "Give the path of a template file, or - to read it from standard input.",
  });
}

/** Whether a template is HCL2 by the name of its file, its being a directory, or `-config-type` for standard input. */
export async function isHcl(
  io: Io,
  { path, configType }: Pick<TemplateInput, "path" | "configType">,
): Promise<boolean> {
  if (path === "-") return configType.toLowerCase() === "hcl2";
  if (/\.pkr\.(hcl|json)$/.test(path)) return true;
  return (await io.host.files.stat(resolve(io.host.cwd, path)))?.kind === "directory";
}

/** Reads and parses a template; the user's mistakes come back with the places they were made at. */
export async function parseInput(io: Io, input: TemplateInput): Promise<Checked<ParsedInput> & ParsedText> {
  const sources = new SourceLines();
  try {
    const hcl = await isHcl(io, input);
    const parsed = hcl ? await readHcl(io, input.path, sources) : await readJson(io, input.path, sources);
    return { ...parsed, sources };
  } catch (error) {
    return { ...refused(unreadable(input.path, error)), sources };
  }
}

/** The HCL2 language is loaded for HCL2 templates only: it is most of the code. */
const hclLoader = () => import("./load-hcl.ts");

async function readHcl(io: Io, path: string, sources: SourceLines): Promise<Checked<ParsedInput>> {
  const { parseHcl } = await hclLoader();
  const parsed = await parseHcl(io, path, sources);
  return parsed.ok ? checked<ParsedInput>({ ...parsed.value, syntax: "hcl2" }, parsed.warnings) : parsed;
}

async function readJson(io: Io, path: string, sources: SourceLines): Promise<Checked<ParsedInput>> {
  const file = path === "-" ? "<stdin>" : path;
  const bytes = path === "-" ? await io.terminal.readAll() : await bytesOf(io, path);
  sources.remember(file, bytes);
  const parsed = parseJsonTemplate(bytes, file);
  if (!parsed.ok) return parsed;
  const value: ParsedInput = {
    syntax: "json",
    template: parsed.value,
    sources,
    ...(path !== "-" && { directory: dirname(resolve(io.host.cwd, path)) }),
  };
  return checked(value, parsed.warnings);
}

/** What `-syntax-only` finds beyond parsing: the variable files and, in HCL2, values that do not fit their variables. */
export async function checkSyntax(io: Io, parsed: ParsedInput, input: TemplateInput): Promise<readonly Diagnostic[]> {
  if (parsed.syntax === "json") {
    const given = await readVarFiles(io, parsed, input);
    return [...given.found, ...assignJson(parsed.template, given).found];
  }
  const { checkHclVariables } = await hclLoader();
  return await checkHclVariables(io, parsed, hclOptions(input));
}

function hclOptions(input: TemplateInput) {
  const { vars, varFiles, askData = true, undeclared = "silent", strict } = input;
  return { vars, varFiles, askData, undeclared: strict ? ("error" as const) : undeclared };
}

/** Reads the variable files and evaluates variables and all that depends on nothing else. */
export async function evaluateInput(
  io: Io,
  parsed: ParsedInput,
  input: TemplateInput,
  engine: Engine,
  secrets: SecretSet,
): Promise<Checked<EvaluatedInput>> {
  if (parsed.syntax === "json") {
    const { evaluated, found } = await evaluateJsonInput(io, parsed, input);
    return checked({ ...evaluated, found });
  }
  const { evaluateHcl, missingBuild, unusedNames } = await hclLoader();
  const evaluated = await evaluateHcl(io, parsed, hclOptions(input), engine, secrets);
  if (!evaluated.ok) return evaluated;
  const { value } = evaluated;
  const unused = input.strict ? unusedNames(parsed.template) : [];
  return checked({ ...value, found: [...value.found, ...missingBuild(parsed.template), ...unused] });
}

/** What the command line gives a JSON template, and which of its files cannot be read. */
async function readVarFiles(
  io: Io,
  parsed: ParsedJson,
  input: TemplateInput,
): Promise<AssignJsonInputs & { readonly found: readonly Diagnostic[] }> {
  const varFiles: AssignJsonInputs["varFiles"][number][] = [];
  const found: Diagnostic[] = [];
  for (const path of input.varFiles) {
    try {
      const text = await bytesOf(io, path);
      parsed.sources.remember(path, text);
      varFiles.push({ path, text });
    } catch (error) {
      const reason = failureText(error);
      found.push(problem("variables/unreadable-file", `Error reading variables: open ${path}: ${reason}`));
    }
  }
  const vars = Object.fromEntries(input.vars);
  return { vars, varFiles, found, conceal: (range) => parsed.sources.conceal(range) };
}

async function evaluateJsonInput(io: Io, parsed: ParsedJson, input: TemplateInput): Promise<JsonEvaluation> {
  const given = await readVarFiles(io, parsed, input);
  const { consul, ...stores } = lookUps(io.host, io.interrupts.first);
  const { evaluated, found } = await evaluateJson(parsed.template, {
    ...given,
    ...(input.strict && { strict: true }),
    surroundings: {
      host: io.host,
      startedAt: io.host.clock.now(),
      ...(parsed.directory !== undefined && { templateDir: parsed.directory }),
      packerVersion,
      lookups: { consulKey: consul, ...stores },
    },
  });
  return { evaluated, found: [...given.found, ...found] };
}
