import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { componentDocs } from "./component-docs.ts";

/** Writes docs/components anew. */
const folder = join(import.meta.dirname, "..", "docs", "components");
await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) await rm(join(folder, name));
const pages = await componentDocs();
for (const [name, text] of pages) await writeFile(join(folder, name), text);
process.stdout.write(`wrote ${pages.size} pages to docs/components\n`);
