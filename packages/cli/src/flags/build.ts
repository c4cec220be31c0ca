import { command } from "./command.ts";
import { bool, choice, duration, integer } from "./flag.ts";
import { evaluationFlags, selectionFlags, strictFlag, templateFlags } from "./template-flags.ts";

/** The flags of `build`, which `rehearse` shares. */
export const buildFlags = {
  cache: bool({
    doc: "Store the machine's state after each provisioner, and start from the deepest one that fits (docker, qemu).",
  }),
  color: bool({ shown: "=false", doc: "Turn colours off (default: on)." }, true),
  debug: bool({ doc: "Stop between steps and wait for enter; builds run one after the other." }),
  ...selectionFlags("Run all builds and post-processors but these.", "Run only these builds."),
  force: bool({ doc: "Build although the result exists already; what is there is deleted first." }),
  "machine-readable": bool({
    doc: "Print machine-readable records. Works anywhere among the arguments, written with one dash.",
  }),
  "on-error": choice(
    {
      shown: "=[cleanup|abort|ask|run-cleanup-provisioner]",
      doc: "When a build fails: clean up (default), stop and leave everything, ask, or stop after the error-cleanup-provisioner.",
    },
    ["cleanup", "abort", "ask", "run-cleanup-provisioner"],
    "cleanup",
  ),
  output: choice(
    { shown: "=text|jsonl", doc: "What to print: text for people (default), or one JSON object per event." },
    ["text", "jsonl"],
    "text",
  ),
  "parallel-builds": integer(
    {
      shown: "=1",
      doc: "How many builds may run at once; 1 runs them one after the other, 0 sets no limit (default 0).",
    },
    0,
  ),
  timeout: duration({ shown: "=2h", doc: "End the whole run after this long, cleaning up." }),
  "timestamp-ui": bool({ doc: "Begin every line with the time, RFC 3339." }),
  timings: bool({ doc: "Print how long each step took." }),
  ...templateFlags,
  ...strictFlag,
  ...evaluationFlags,
  "skip-enforcement": bool({ doc: "", hidden: true }),
  "warn-on-undeclared-var": bool({ doc: "Warn of variables in a -var-file that the template does not declare." }),
} as const;

export const build = command({
  name: "build",
  synopsis: "build image(s) from template",
  usage: "[options] TEMPLATE",
  about: [
    "Runs the builds that a template describes, several at once, and prints the artifacts that came of them.",
    "Ctrl-C ends the builds and cleans up; a second Ctrl-C cuts that short and says what is left.",
  ],
  flags: buildFlags,
  positionals: [1, 1],
});
