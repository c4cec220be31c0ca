import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { formatHcl, readNativeFile } from "@kiln/hcl";
import { describe, expect, it } from "vitest";
import { shared } from "./shared-data.ts";

interface Unchanged {
  readonly repo: string;
  readonly path: string;
  readonly sha256: string;
}

const folder = shared("conformance", "hcl-fmt");
const changed = (JSON.parse(readFileSync(`${folder}/index.json`, "utf8")) as { id: string }[]).map((c) => c.id);
const unchanged = JSON.parse(readFileSync(`${folder}/unchanged.json`, "utf8")) as Unchanged[];

describe("public templates", () => {
  it(`are laid out as packer fmt does, all ${changed.length} that it changes`, () => {
    const wrong = changed.filter(
      (id) =>
        formatHcl(readFileSync(`${folder}/${id}.in.hcl`, "utf8")) !== readFileSync(`${folder}/${id}.out.hcl`, "utf8"),
    );
    expect(wrong).toEqual([]);
  });

  it(`stay as they are, all ${unchanged.length} that packer fmt leaves alone`, () => {
    const wrong: string[] = [];
    for (const { repo, path, sha256 } of unchanged) {
      const text = readFileSync(shared("corpus", repo.replace("/", "+"), path), "utf8");
      expect(createHash("sha256").update(text).digest("hex")).toBe(sha256);
      if (readNativeFile(text, path).diagnostics.length > 0 || formatHcl(text) !== text) wrong.push(`${repo} ${path}`);
    }
    expect(wrong).toEqual([]);
  });
});
