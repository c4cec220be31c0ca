import { fixers } from "../fix/fixers.ts";
import { command } from "./command.ts";
import { bool } from "./flag.ts";
import { templateFlags, unusedSelection } from "./template-flags.ts";

const width = Math.max(...fixers.map((fixer) => fixer.name.length));

export const fix = command({
  name: "fix",
  synopsis: "fixes templates from old versions of packer",
  usage: "[options] TEMPLATE",
  about: [
    "Rewrites a JSON template so that options of older versions are those of today, and prints the result.",
    "These fixes are made, in this order:",
  ],
  flags: {
    validate: bool({ shown: "=true", doc: "Check the fixed template after printing it (default true)." }, true),
    ...templateFlags,
    ...unusedSelection,
  },
  list: fixers.map((fixer) => `${fixer.name.padEnd(width)} ${fixer.doc}`),
  positionals: [1, 1],
});
