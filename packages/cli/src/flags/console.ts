import { command } from "./command.ts";
import { evaluationFlags, templateFlags, unusedSelection } from "./template-flags.ts";

export const console = command({
  name: "console",
  synopsis: "creates a console for testing variable interpolation",
  usage: "[options] [TEMPLATE]",
  about: [
    "Evaluates what is typed: HCL2 expressions with the names of an HCL2 template, or template text with the user variables of a JSON one. `variables` lists them, `exit` ends.",
    "Lines that are piped in are evaluated in order, and the last result is printed. Of lines from a file (`< FILE`) every result is.",
  ],
  flags: { ...templateFlags, ...unusedSelection, ...evaluationFlags },
  positionals: [0, 1],
});
