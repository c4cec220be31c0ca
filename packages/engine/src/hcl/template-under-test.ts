import {
  blocks,
  checked,
  type Diagnostic,
  duration,
  type Family,
  flag,
  list,
  map,
  num,
  ofText,
  required,
  text,
  type Ui,
} from "@kiln/sdk";
import { FakeHost, MemoryJournals } from "@kiln/sdk/testing";
import type { Engine } from "../engine.ts";
import { lateText } from "../json/late-text.ts";
import type { PlanResult } from "../plan/plan.ts";
import { planTemplate } from "../plan/plan-template.ts";
import { Registry } from "../registry.ts";
import { SecretSet } from "../secrets.ts";
import { SourceLines } from "../views/source-lines.ts";
import { evaluateHclTemplate, type HclInputs, type HclState, missingBuild } from "./evaluate/evaluate.ts";
import type { HclTemplate } from "./hcl-template.ts";
import { parseHclTemplate } from "./read/read-template.ts";

/** Options of every shape there is. */
export const everything = {
  name: text({ doc: "" }),
  size: num({ doc: "" }),
  fast: flag({ doc: "" }),
  wait: duration({ doc: "" }),
  command: text({ doc: "", lateTemplate: true }),
  secret: text({ doc: "", sensitive: true }),
  late_secret: text({ doc: "", sensitive: true, lateTemplate: true }),
  lines: list(ofText, { doc: "" }),
  tags: map(ofText, { doc: "" }),
  disk: blocks({ path: required(text({ doc: "" })), size: num({ doc: "", fallback: 8 }) }, { doc: "" }),
  older: text({ doc: "", deprecated: { use: "name" } }),
} as const;

/** What mock components were prepared with, newest last. */
export type Prepared = {
  readonly type: string;
  readonly build: string;
  readonly config: Readonly<Record<string, unknown>>;
};

function family(seen: Prepared[]): Family {
  const component = <K extends string>(kind: K, type: string) => ({
    kind,
    type,
    doc: "",
    config: everything,
    prepare: async (config: Readonly<Record<string, unknown>>, ctx: { readonly buildName: string }) => {
      seen.push({ type, build: ctx.buildName, config });
      return checked({ exports: ["SourceImage"], run: async () => config });
    },
  });
  const lazy =
    <T>(value: unknown) =>
    async (): Promise<T> =>
      value as T;
  return {
    name: "mock",
    builders: { mock: lazy(component("builder", "mock")), other: lazy(component("builder", "other")) },
    provisioners: { mock: lazy(component("provisioner", "mock")), second: lazy(component("provisioner", "second")) },
    postProcessors: {
      mock: lazy(component("post-processor", "mock")),
      third: lazy(component("post-processor", "third")),
    },
    dataSources: { mock: lazy(component("data-source", "mock")) },
  };
}

export interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly vars?: readonly (readonly [string, string])[];
  readonly varFiles?: Readonly<Record<string, string>>;
  readonly undeclared?: HclInputs["undeclared"];
  readonly ask?: boolean;
  readonly only?: readonly string[];
  readonly except?: readonly string[];
}
export interface Result {
  readonly parsed: HclTemplate;
  readonly state: HclState;
  readonly plan: PlanResult;
  readonly found: readonly Diagnostic[];
  readonly seen: readonly Prepared[];
  readonly secrets: SecretSet;
  readonly host: FakeHost;
}

const quiet = (): void => {};
const ui: Ui = {
  say: quiet,
  message: quiet,
  error: quiet,
  progress: () => ({ advance: quiet, [Symbol.dispose]: quiet }),
  ask: () => Promise.reject(new Error("nobody to ask")),
};

export const options = { root: ".", packerVersion: "1.16.0", env: {} } as const;

/** For tests: reads `t.pkr.hcl` (or several files), evaluates and plans it with mock components. */
export async function planned(template: string | Readonly<Record<string, string>>, given: Given = {}): Promise<Result> {
  const files = typeof template === "string" ? { "t.pkr.hcl": template } : template;
  const host = new FakeHost({ ...(given.env && { env: given.env }), ...(given.files && { files: given.files }) });
  const sources = Object.entries(files).map(([path, bytes]) => ({ path, bytes, syntax: syntaxOf(path) }));
  const parsed = parseHclTemplate(sources, { ...options, env: host.env });
  if (!parsed.ok) throw new Error(`refused: ${parsed.diagnostics.map((d) => d.summary).join("; ")}`);
  const seen: Prepared[] = [];
  const engine: Engine = {
    host,
    registry: new Registry([family(seen)]),
    connectors: {},
    journals: new MemoryJournals(),
    renderer: lateText,
    version: "1.16.0",
  };
  const secrets = new SecretSet();
  const signal = new AbortController().signal;
  const state = await evaluateHclTemplate(parsed.value, {
    engine,
    ask: given.ask ?? true,
    signal,
    runUuid: "run",
    secrets,
    ui,
    vars: given.vars ?? [],
    varFiles: Object.entries(given.varFiles ?? {}).map(([path, bytes]) => ({ path, bytes, syntax: syntaxOf(path) })),
    undeclared: given.undeclared ?? "silent",
    surroundings: { host, startedAt: new Date("2024-03-05T14:07:09.000Z"), packerVersion: "1.16.0" },
    sources: new SourceLines(),
  });
  const plan = await planTemplate(engine, {
    template: state.template,
    scope: state.scope,
    selection: { only: given.only ?? [], except: given.except ?? [] },
    force: false,
    debug: false,
    signal,
    secrets,
  });
  return {
    parsed: parsed.value,
    state,
    plan,
    found: [...state.found, ...missingBuild(parsed.value), ...plan.diagnostics],
    seen,
    secrets,
    host,
  };
}

function syntaxOf(path: string): "native" | "json" {
  return path.endsWith(".json") ? "json" : "native";
}

/** `SUMMARY @LINE:COLUMN` of every diagnostic. */
export function told(found: readonly Diagnostic[]): readonly string[] {
  return found.map(({ summary, subject }) =>
    subject ? `${summary} @${subject.start.line}:${subject.start.column}` : summary,
  );
}

/** What is wrong with a template that cannot even be read. */
export function refusals(template: string): readonly Diagnostic[] {
  const parsed = parseHclTemplate([{ path: "t.pkr.hcl", bytes: template, syntax: "native" }], options);
  return parsed.ok ? [] : parsed.diagnostics;
}
