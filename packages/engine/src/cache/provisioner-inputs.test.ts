import { type Builder, checked, type Family, type Provisioner, type Template, text } from "@kiln/sdk";
import { FakeHost, MemoryJournals } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import type { Engine } from "../engine.ts";
import { evaluateHclTemplate } from "../hcl/evaluate/evaluate.ts";
import { parseHclTemplate } from "../hcl/read/read-template.ts";
import { lateText } from "../json/late-text.ts";
import { evaluated, valueOf } from "../json/template-under-test.ts";
import { planTemplate } from "../plan/plan-template.ts";
import { Registry } from "../registry.ts";
import { SecretSet } from "../secrets.ts";
import type { Digested } from "./inputs-digest.ts";
import { provisionerInputs } from "./provisioner-inputs.ts";

const config = { text: text({ doc: "" }), command: text({ doc: "", lateTemplate: true }) } as const;
const note = {
  kind: "provisioner",
  type: "note",
  doc: "",
  config,
  prepare: async (settings: { readonly text?: string; readonly command?: string }) =>
    checked({
      inputs: async (_: unknown, run: { render(t: string, d: object): { ok: boolean; value?: string } }) => {
        const command = settings.command === undefined ? undefined : run.render(settings.command, { Path: "p" });
        if (command && !command.ok) throw new Error("cannot be rendered");
        return { config: { text: settings.text, command: command?.value }, files: [] };
      },
      run: async () => {},
    }),
} as unknown as Provisioner;
const silent = {
  ...note,
  type: "silent",
  prepare: async () => checked({ run: async () => {} }),
} as unknown as Provisioner;
const machine = {
  kind: "builder",
  type: "machine",
  doc: "",
  config: {},
  prepare: async () => checked({ exports: ["SourceImage"], run: async () => undefined }),
} as unknown as Builder;
const family: Family = {
  name: "test",
  builders: { machine: async () => machine },
  provisioners: { note: async () => note, silent: async () => silent },
};

const { signal } = new AbortController();
const secrets = new SecretSet();
const host = new FakeHost();
const engine: Engine = {
  host,
  registry: new Registry([family]),
  connectors: {},
  journals: new MemoryJournals(),
  renderer: lateText,
  version: "1.16.0",
};
type Scope = Parameters<typeof planTemplate>[1]["scope"];

async function digested(template: Template, scope: Scope, runUuid = "r1"): Promise<Digested> {
  const selection = { only: [], except: [] };
  const request = { template, scope, selection, force: false, debug: false, signal, secrets };
  const { builds, diagnostics } = await planTemplate(engine, request);
  const [provisioner] = builds[0]?.provisioners ?? [];
  if (!provisioner) throw new Error(diagnostics.map((d) => d.summary).join("; "));
  return provisionerInputs(provisioner, {
    host,
    buildName: "m",
    builderType: "machine",
    stable: { User: "root", Password: "pw", PackerRunUUID: runUuid },
    unknown: ["ID", "Host", "SourceImage"],
    salt: new Uint8Array(32),
    signal,
  });
}

async function json(provisioner: object, runUuid?: string): Promise<Digested> {
  const { template, scope } = valueOf(
    await evaluated({ builders: [{ type: "machine" }], provisioners: [{ type: "note", ...provisioner }] }),
  );
  return digested(template, scope, runUuid);
}

async function hcl(options: string): Promise<Digested> {
  const bytes = `source "machine" "m" {}\nbuild {\n sources = ["machine.m"]\n provisioner "note" {\n${options}\n}\n}`;
  const parsed = valueOf(
    parseHclTemplate([{ path: "t.pkr.hcl", bytes, syntax: "native" }], { root: ".", packerVersion: "1.16.0", env: {} }),
  );
  const { template, scope } = await evaluateHclTemplate(parsed, {
    engine,
    ask: false,
    signal,
    runUuid: "r1",
    secrets,
    ui: undefined as never,
    vars: [],
    varFiles: [],
    undeclared: "silent",
    surroundings: { host, startedAt: new Date(0), packerVersion: "1.16.0" },
    sources: { remember: () => {}, conceal: () => {} },
  });
  return digested(template, scope);
}

const labels = (made: Digested) => ("never" in made ? made.never : Object.keys(made.parts));

describe("the inputs of a provisioner", () => {
  it("are its resolved options", async () => {
    expect(labels(await json({ text: "a", command: "run {{.Path}} as {{build `User`}}" }))).toEqual([
      "option text",
      "option command",
    ]);
    expect(await json({ text: "a" })).toEqual(await json({ text: "a" }));
    expect(await json({ text: "a" })).not.toEqual(await json({ text: "b" }));
    expect(labels(await json({ text: "a", pause_before: "5s" }))).toContain("option pause_before");
    expect(labels(await hcl('text = "a"'))).toEqual(["option text"]);
  });

  it("take in values of the build that stay the same, and change with them", async () => {
    const one = await json({ text: "{{build `PackerRunUUID`}}" });
    expect(labels(one)).toEqual(["option text"]);
    expect(await json({ text: "{{build `PackerRunUUID`}}" }, "r2")).not.toEqual(one);
    expect(labels(await hcl('text = "x ${build.Password}"'))).toEqual(["option text"]);
    expect(await hcl('text = "x ${build.Password}"')).toEqual(await hcl('text = "x pw"'));
  });

  it.each([
    ["uses build.ID, which only the run knows", { text: "{{build `ID`}}" }],
    ["uses build.ID, build.Host, which only the run knows", { text: "{{build `ID`}} {{build `Host`}}" }],
    ["uses build.Host, which only the run knows", { command: "x {{build `Host`}}" }],
    ["uses build.Host, which only the run knows", { command: "{{if eq `1` (build `Host`)}}a{{end}}" }],
    ["uses build.ID, which only the run knows", { command: "{{.ID}}" }],
    ["uses build.SourceImage, which only the run knows", { text: "{{build `SourceImage`}}" }],
  ])("are not known before the run: it %s", async (why, provisioner) => {
    expect(labels(await json(provisioner))).toBe(why);
  });

  it.each([
    ["uses build.ID, which only the run knows", 'text = "${build.ID}"'],
    ["uses build.Host, which only the run knows", 'text = build.Host == "x" ? "a" : "b"'],
    ["uses build.SourceImage, which only the run knows", 'command = "run ${build.SourceImage} {{.Path}}"'],
    ["uses build.ID, which only the run knows", 'command = "{{.ID}}"'],
  ])("are not known before the run in HCL2 either: it %s", async (why, options) => {
    expect(labels(await hcl(options))).toBe(why);
  });

  it("are nowhere where the component does not tell them", async () => {
    expect(labels(await json({ type: "silent" }))).toBe("cannot tell what its effect depends on");
  });
});
