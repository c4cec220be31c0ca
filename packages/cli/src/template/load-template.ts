import { dirname, resolve } from "node:path";
import { evaluateJsonTemplate, type JsonTemplate, parseJsonTemplate, type SourceOf } from "@kiln/engine";
import {
  type Checked,
  checked,
  codeOf,
  type Diagnostic,
  type EvalScope,
  messageOf,
  problem,
  refused,
  type Template,
} from "@kiln/sdk";
import type { Io } from "../io.ts";
import { packerVersion } from "../version.ts";
import { lookUps } from "./look-ups.ts";

export interface TemplateInput {
  /** Path, or `-` for standard input. */
  readonly path: string;
  readonly configType: string;
  /** `-var`, in order; later wins. */
  readonly vars: readonly (readonly [string, string])[];
  /** `-var-file`, in order. */
  readonly varFiles: readonly string[];
}
/** A template as it was read, nothing rendered. */
export interface ParsedInput {
  readonly template: JsonTemplate;
  readonly sourceOf: SourceOf;
  /** Absolute; absent where the template came from standard input. */
  readonly directory?: string;
  /** Makes another file's text known to `sourceOf`. */
  remember(file: string, text: Uint8Array): void;
}
export interface EvaluatedInput {
  readonly template: Template;
  readonly scope: EvalScope;
  readonly sensitive: readonly string[];
}

const refusalOf: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  ENOTDIR: "not a directory",
};

function unreadable(path: string, error: unknown): Diagnostic {
  const reason = refusalOf[codeOf(error) ?? ""] ?? messageOf(error);
  return problem("template/unreadable", `"${path}": stat ${path}: ${reason}`, {
    detail: "Give the path of a template file, or - to read it from standard input.",
  });
}

async function bytesOf(io: Io, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.host.files.read(resolve(io.host.cwd, path))) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

async function isHcl(io: Io, { path, configType }: TemplateInput): Promise<boolean> {
  if (path === "-") return configType.toLowerCase() === "hcl2";
  if (/\.pkr\.(hcl|json)$/.test(path)) return true;
  return (await io.host.files.stat(resolve(io.host.cwd, path)))?.kind === "directory";
}

/** Reads and parses a template; the user's mistakes come back with the places they were made at. */
export async function parseInput(
  io: Io,
  input: TemplateInput,
): Promise<Checked<ParsedInput> & { readonly sourceOf: SourceOf }> {
  const texts = new Map<string, Uint8Array>();
  const sourceOf: SourceOf = (file) => {
    const bytes = texts.get(file);
    return bytes && new TextDecoder().decode(bytes);
  };
  const file = input.path === "-" ? "<stdin>" : input.path;
  try {
    if (await isHcl(io, input)) {
      const summary = `${file}: HCL2 templates are not supported by this version of Kiln`;
      return { ...refused(problem("template/hcl2", summary, { detail: "Give a JSON template." })), sourceOf };
    }
    const bytes = input.path === "-" ? await io.terminal.readAll() : await bytesOf(io, input.path);
    texts.set(file, bytes);
    const parsed = parseJsonTemplate(bytes, file);
    if (!parsed.ok) return { ...parsed, sourceOf };
    const value: ParsedInput = {
      template: parsed.value,
      sourceOf,
      ...(input.path !== "-" && { directory: dirname(resolve(io.host.cwd, input.path)) }),
      remember: (name, text) => void texts.set(name, text),
    };
    return { ...checked(value, parsed.warnings), sourceOf };
  } catch (error) {
    return { ...refused(unreadable(input.path, error)), sourceOf };
  }
}

/** Reads the variable files and evaluates variables and builder names. */
export async function evaluateInput(
  io: Io,
  parsed: ParsedInput,
  input: TemplateInput,
  signal: AbortSignal,
): Promise<Checked<EvaluatedInput>> {
  const varFiles: { path: string; text: Uint8Array }[] = [];
  const problems: Diagnostic[] = [];
  for (const path of input.varFiles) {
    try {
      const text = await bytesOf(io, path);
      parsed.remember(path, text);
      varFiles.push({ path, text });
    } catch (error) {
      const reason = refusalOf[codeOf(error) ?? ""] ?? messageOf(error);
      problems.push(problem("variables/unreadable-file", `Cannot read the variable file ${path}: ${reason}`));
    }
  }
  const { consul, ...stores } = lookUps(io.host, signal);
  const evaluated = await evaluateJsonTemplate(parsed.template, {
    vars: Object.fromEntries(input.vars),
    varFiles,
    surroundings: {
      host: io.host,
      startedAt: io.host.clock.now(),
      ...(parsed.directory !== undefined && { templateDir: parsed.directory }),
      packerVersion,
      lookups: { consulKey: consul, ...stores },
    },
  });
  if (problems.length > 0) return refused(...problems, ...(evaluated.ok ? [] : evaluated.diagnostics));
  return evaluated;
}
