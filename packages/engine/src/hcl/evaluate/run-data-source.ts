import { convert, Fault, objectOf, objectValue, rangeOf, UNKNOWN, unknownValue, type Value } from "@kiln/hcl";
import {
  codeOf,
  type DataSource,
  type Diagnostic,
  messageOf,
  type PrepareContext,
  problem,
  type RunContext,
  StepError,
  type Ui,
} from "@kiln/sdk";
import type { Engine } from "../../engine.ts";
import { unknownComponent } from "../../plan/unknown-component.ts";
import type { SecretSet } from "../../secrets.ts";
import { typeOf } from "../body/types.ts";
import type { HclScope } from "../hcl-scope.ts";
import type { HclData } from "../hcl-template.ts";
import { valueOf } from "../values/from-plain.ts";
import { dataComponent } from "./component.ts";

export interface DataAccess {
  readonly engine: Engine;
  /** False: data sources are configured and checked, but not asked; their values stay unknown. */
  readonly ask: boolean;
  readonly signal: AbortSignal;
  readonly runUuid: string;
  readonly secrets: Pick<SecretSet, "add" | "declare">;
  readonly ui: Ui;
}

/** Checks a data source and asks it; undefined where something is wrong. */
export async function dataValue(
  data: HclData,
  scope: HclScope,
  access: DataAccess,
  found: Diagnostic[],
): Promise<Value | undefined> {
  const { engine } = access;
  const block = dataComponent(data);
  const source: DataSource | undefined = await engine.registry.find("data-source", data.type);
  if (!source) {
    found.push(unknownComponent(engine, "data-source", block));
    return undefined;
  }
  const decoded = await block.body.decode(source.config, scope, { functions: source.functions ?? {} });
  found.push(...(decoded.ok ? decoded.warnings : decoded.diagnostics));
  if (!decoded.ok) return undefined;
  for (const secret of decoded.value.secrets) access.secrets.add(secret);
  const { host } = engine;
  const render = engine.renderer(scope, source.functions ?? {});
  const ctx: PrepareContext = {
    env: host.env,
    platform: host.platform,
    cwd: host.cwd,
    files: host.files,
    http: host.http,
    buildName: data.name,
    builderType: data.type,
    force: false,
    debug: false,
    signal: access.signal,
    at: decoded.value.at,
    render,
  };
  const prepared = await source.prepare(decoded.value.config as never, ctx);
  found.push(...(prepared.ok ? prepared.warnings : prepared.diagnostics));
  if (!prepared.ok) return undefined;
  if (!access.ask || decoded.value.late) return unknownOutput(source);
  try {
    return outputValue(source, await prepared.value.run(runContext(data, access, render)));
  } catch (error) {
    if (access.signal.aborted) throw error;
    found.push(
      problem("data/failed", messageOf(error), {
        detail: `The data source data.${data.type}.${data.name} could not be read.`,
        subject: rangeOf(data.block.typeSpan),
      }),
    );
    if (codeOf(error) === undefined && !(error instanceof Error)) throw error;
    return undefined;
  }
}

/** Without a description of what it gives, nothing at all is known. */
function unknownOutput(source: DataSource): Value {
  if (!source.outputs) return UNKNOWN;
  const members = Object.entries(source.outputs).map(([name, field]) => [name, unknownValue(typeOf(field))] as const);
  return objectValue(new Map(members));
}

function outputValue(source: DataSource, output: Readonly<Record<string, unknown>>): Value {
  const value = valueOf(output);
  if (!source.outputs) return value;
  const members = new Map(Object.entries(source.outputs).map(([name, field]) => [name, typeOf(field)] as const));
  const typed = convert(value, objectOf(members, new Set(members.keys())));
  return typed instanceof Fault ? value : typed;
}

function runContext(data: HclData, access: DataAccess, render: RunContext["render"]): RunContext {
  const nothing = (): never => {
    throw new StepError("a data source only reads: it makes nothing", { code: "data/makes-nothing" });
  };
  return {
    signal: access.signal,
    ui: access.ui,
    host: access.engine.host,
    buildName: data.name,
    builderType: data.type,
    force: false,
    debug: false,
    runUuid: access.runUuid,
    buildValues: {},
    render,
    secrets: access.secrets,
    acquire: nothing,
    defer: nothing,
  };
}
