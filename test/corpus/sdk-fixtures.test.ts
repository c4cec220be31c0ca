import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { checkJsonTemplate, type JsonTemplate, parseJsonTemplate } from "@kiln/engine";
import { diagnosticsOf } from "@kiln/sdk";
import { describe, expect, it } from "vitest";
import { run } from "../kiln.ts";
import { filesBelow, peer, shared } from "./shared.ts";

/** Templates of the plugin SDK, whose names say what must happen. */
const folder = shared("conformance", "sdk-template-fixtures");
const all = filesBelow(folder, ".json");
const read = (file: string) => parseJsonTemplate(readFileSync(join(folder, file)), basename(file));
const named = (pattern: RegExp): readonly string[] => all.filter((file) => pattern.test(file));

function template(file: string): JsonTemplate {
  const parsed = read(file);
  if (!parsed.ok) throw new Error(parsed.diagnostics.map((d) => d.summary).join("; "));
  return parsed.value;
}

const unreadable = /^parse-(?:.*no-type|builder-repeat)\.json$/;

describe("a template that can be read", () => {
  it.each(named(/^parse-/).filter((file) => !unreadable.test(file)))("%s", (file) => {
    expect(diagnosticsOf(read(file))).toEqual([]);
  });
});

describe("a template that cannot", () => {
  it.each(named(unreadable))("%s", (file) => {
    expect(read(file).ok).toBe(false);
  });

  it.each(named(/^(?:error-(?!duplicate)|malformed)/))(
    "%s is refused at the place, and in the words, of Packer",
    async (file) => {
      const [found] = diagnosticsOf(read(file));
      const { stdout } = await run(peer, ["validate", "-syntax-only", join(folder, file)]);
      expect(`${found?.summary}\n${found?.detail?.split("\n\n")[0]}`).toBe(stdout.trimEnd());
    },
  );

  it.each([
    ["error-duplicate-config.json", "template has duplicate field: foo"],
    ["error-duplicate-variables.json", "template has duplicate field: variables"],
  ])("%s", (file, summary) => {
    expect(diagnosticsOf(read(file)).map((d) => d.summary)).toEqual([summary]);
  });
});

describe("a template whose parts fit together", () => {
  it.each(named(/^validate-good-/))("%s", (file) => {
    expect(checkJsonTemplate(template(file), "1.16.0")).toEqual([]);
  });
});

describe("a template whose parts do not", () => {
  it.each(named(/^validate-(?:bad-|no-builders)/))("%s", (file) => {
    expect(checkJsonTemplate(template(file), "1.16.0").map((d) => d.severity)).toEqual(["error"]);
  });
});

describe("what the templates hold", () => {
  it("a bit of everything", () => {
    const { parts, rawVariables, sensitiveNames, minVersion, comments } = template("parse-monolithic.json");
    expect(parts.builders.map((b) => b.type)).toEqual(["amazon-ebs", "docker"]);
    expect(parts.provisioners.map((p) => p.parts.meta.override?.map((o) => o.use.name))).toEqual([
      undefined,
      ["docker"],
    ]);
    expect(parts.postProcessors.map((chain) => chain.map((p) => p.type))).toEqual([
      ["compress", "vagrant"],
      ["shell-local"],
    ]);
    expect(rawVariables.get("three")?.fallback).toBeUndefined();
    expect([sensitiveNames, minVersion?.text, comments.length]).toEqual([["one"], "1.3.0", 1]);
  });

  it("provisioners' own settings", () => {
    const meta = (file: string) => template(file).parts.provisioners[0]?.parts.meta;
    expect(meta("parse-provisioner-pause-before.json")).toEqual({ pauseBeforeMs: 1000 });
    expect(meta("parse-provisioner-timeout.json")).toEqual({ timeoutMs: 300_000 });
    expect(meta("parse-provisioner-retry.json")?.maxRetries?.text).toBe("5");
  });

  it("every fixture is looked at", () => {
    const seen = named(/^(?:parse|error|validate)-|^malformed/);
    expect(seen).toEqual(all);
  });
});
