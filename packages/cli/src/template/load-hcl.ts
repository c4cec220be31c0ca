import {
  assignVariables,
  type Engine,
  evaluateHclTemplate,
  type HclFile,
  type HclInputs,
  type HclState,
  type HclTemplate,
  parseHclTemplate,
  type SecretSet,
  SourceLines,
} from "@kiln/engine";
import { type Checked, checked, type Diagnostic, failureText, problem, refused, type Ui } from "@kiln/sdk";
import type { Io } from "../io.ts";
import { packerVersion } from "../version.ts";
import { type DiscoveredFiles, discoverFiles } from "./hcl-files.ts";
import { lookUps } from "./look-ups.ts";
import { bytesOf } from "./read-bytes.ts";

export { missingBuild, unusedNames } from "@kiln/engine";

/** An HCL2 template as it was read, and the variable files beside it. */
export interface ParsedHcl {
  readonly template: HclTemplate;
  readonly autoVarFiles: readonly HclFile[];
  /** The template's files, and others that are read for it. */
  readonly sources: SourceLines;
}
export interface HclOptions {
  readonly vars: readonly (readonly [string, string])[];
  readonly varFiles: readonly string[];
  /** Whether data sources are asked. */
  readonly askData: boolean;
  /** What is said about names in variable files that nobody declares. */
  readonly undeclared: HclInputs["undeclared"];
}
/** Finds, reads and parses the files of an HCL2 template. Rejects where a file cannot be read. */
export async function parseHcl(io: Io, path: string, sources: SourceLines): Promise<Checked<ParsedHcl>> {
  const found = await discoverFiles(io, path);
  return found.ok ? parseDiscovered(io, path, found.value, sources) : found;
}

function parseDiscovered(
  io: Io,
  path: string,
  { files, autoVarFiles, root }: DiscoveredFiles,
  sources: SourceLines,
): Checked<ParsedHcl> {
  for (const file of [...files, ...autoVarFiles]) sources.remember(file.path, file.bytes);
  const parsed = parseHclTemplate(files, {
    ...(path !== "-" && { path }),
    root,
    packerVersion,
    env: io.host.env,
  });
  return parsed.ok ? checked({ template: parsed.value, autoVarFiles, sources }, parsed.warnings) : parsed;
}

/** A template of nothing, for the console. */
export function emptyHcl(io: Io): Checked<ParsedHcl> {
  return parseDiscovered(io, "-", { files: [], autoVarFiles: [], root: "." }, new SourceLines());
}

/** The variable files of the command line. */
async function givenFiles(
  io: Io,
  paths: readonly string[],
  sources: SourceLines,
): Promise<Checked<readonly HclFile[]>> {
  const files: HclFile[] = [];
  const found: Diagnostic[] = [];
  for (const path of paths) {
    const ending = /\.(hcl|json)$/.exec(path)?.[1];
    if (ending === undefined) {
      found.push(
        problem("variables/unknown-format", `Could not guess format of ${path}`, {
          detail: "A var file must be suffixed with `.hcl` or `.json`.",
        }),
      );
      continue;
    }
    try {
      const bytes = await bytesOf(io, path);
      sources.remember(path, bytes);
      files.push({ path, bytes, syntax: ending === "json" ? "json" : "native" });
    } catch (error) {
      const summary = `Cannot read the variable file ${path}: ${failureText(error)}`;
      found.push(problem("variables/unreadable-file", summary));
    }
  }
  return found.length > 0 ? refused(...found) : checked(files);
}

async function inputsFor(
  io: Io,
  parsed: ParsedHcl,
  options: HclOptions,
  engine: Engine,
  secrets: SecretSet,
): Promise<Checked<HclInputs>> {
  const signal = io.interrupts.first;
  const { sources } = parsed;
  const given = await givenFiles(io, options.varFiles, sources);
  if (!given.ok) return given;
  const { consul, ...stores } = lookUps(io.host, signal);
  return checked({
    engine,
    ask: options.askData,
    signal,
    runUuid: io.runUuid,
    secrets,
    ui: silent,
    vars: options.vars,
    varFiles: [...parsed.autoVarFiles, ...given.value],
    undeclared: options.undeclared,
    surroundings: {
      host: io.host,
      startedAt: io.host.clock.now(),
      packerVersion,
      lookups: { consulKey: consul, ...stores },
    },
    sources,
  });
}

/** Gives variables their values and nothing more: as far as `-syntax-only` looks. */
export async function checkHclVariables(
  io: Io,
  parsed: ParsedHcl,
  options: HclOptions,
): Promise<readonly Diagnostic[]> {
  const { sources } = parsed;
  const given = await givenFiles(io, options.varFiles, sources);
  if (!given.ok) return given.diagnostics;
  const { found } = await assignVariables(parsed.template, {
    env: io.host.env,
    varFiles: [...parsed.autoVarFiles, ...given.value],
    vars: options.vars,
    undeclared: options.undeclared,
    sources,
  });
  return found;
}

/** Evaluates what can be evaluated, mistakes or not. */
export async function evaluateHcl(
  io: Io,
  parsed: ParsedHcl,
  options: HclOptions,
  engine: Engine,
  secrets: SecretSet,
): Promise<Checked<HclState>> {
  const inputs = await inputsFor(io, parsed, options, engine, secrets);
  return inputs.ok ? checked(await evaluateHclTemplate(parsed.template, inputs.value)) : inputs;
}

const quiet = (): void => {};
/** Data sources are read while the template is: what they would say has no build to belong to. */
const silent: Ui = {
  say: quiet,
  message: quiet,
  error: quiet,
  progress: () => ({ advance: quiet, [Symbol.dispose]: quiet }),
  ask: () => Promise.reject(Object.assign(new Error("data sources cannot ask"), { code: "ui/no-terminal" })),
};
