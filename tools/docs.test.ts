import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { componentDocs } from "./component-docs.ts";

const folder = join(import.meta.dirname, "..", "docs", "components");

it("keeps docs/components as the schemas say; `npm run docs` writes them", async () => {
  const pages = await componentDocs();
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) expect(readFileSync(join(folder, name), "utf8"), name).toBe(text);
});

it("documents every option with a sentence", async () => {
  for (const [name, text] of await componentDocs()) {
    const bare = text.split("\n").filter((line) => /^\| `[^`]+` \|.*\| {2}\|$/.test(line));
    expect(bare, name).toEqual([]);
  }
});
