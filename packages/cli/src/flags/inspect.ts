import { command } from "./command.ts";
import { bool } from "./flag.ts";
import { evaluationFlags, templateFlags, unusedSelection } from "./template-flags.ts";

export const inspect = command({
  name: "inspect",
  synopsis: "see components of a template",
  usage: "TEMPLATE",
  about: ["Lists what a template defines: its variables, builders and provisioners. Only the syntax is checked."],
  flags: {
    "machine-readable": bool({ doc: "Print machine-readable records. Written with one dash." }),
    ...templateFlags,
    ...unusedSelection,
    ...evaluationFlags,
  },
  positionals: [0, 1],
});
