import { command } from "./command.ts";
import { bool, choice } from "./flag.ts";
import { evaluationFlags, selectionFlags, strictFlag, templateFlags } from "./template-flags.ts";

export const validate = command({
  name: "validate",
  synopsis: "check that a template is valid",
  usage: "[options] TEMPLATE",
  about: [
    "Checks a template: its syntax, its variables, and the options of every builder, provisioner and post-processor. Nothing is built.",
    "All mistakes are printed at once. The exit code is 0 where there is none.",
  ],
  flags: {
    "syntax-only": bool({ doc: "Check the syntax alone, and ask no component." }),
    ...selectionFlags("Check all builds but these.", "Check only these builds."),
    ...templateFlags,
    "evaluate-datasources": bool({ doc: "Run the data sources of an HCL2 template, too." }),
    "no-warn-undeclared-var": bool({
      doc: "Do not warn of variables in a -var-file that the template does not declare.",
    }),
    ...strictFlag,
    output: choice(
      { shown: "=json", doc: "What to print: text, or one JSON document of all that was found (default text)." },
      ["text", "json"],
      "text",
    ),
    ...evaluationFlags,
  },
  positionals: [1, 1],
});
