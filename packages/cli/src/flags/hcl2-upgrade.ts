import { command } from "./command.ts";
import { bool, text } from "./flag.ts";
import { templateFlags, unusedSelection } from "./template-flags.ts";

export const hcl2Upgrade = command({
  name: "hcl2_upgrade",
  synopsis: "transform a JSON template into an HCL2 configuration",
  usage: "[options] TEMPLATE",
  about: ["Writes a JSON template as an HCL2 one: the file TEMPLATE.pkr.hcl, unless -output-file names another."],
  flags: {
    "output-file": text({ shown: "=path", doc: "File to write (default TEMPLATE.pkr.hcl)." }),
    "with-annotations": bool({ doc: "Explain the blocks in comments." }),
    ...templateFlags,
    ...unusedSelection,
  },
  positionals: [1, 1],
});
