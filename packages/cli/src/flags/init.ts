import { command } from "./command.ts";
import { bool } from "./flag.ts";
import { templateFlags, unusedSelection } from "./template-flags.ts";

export const init = command({
  name: "init",
  synopsis: "check that the plugins a template requires are there",
  usage: "[options] TEMPLATE",
  about: [
    "Looks at the required_plugins of an HCL2 template: those built into Kiln are there, the others are named. Nothing is downloaded.",
    "The exit code is 0 where everything is there.",
  ],
  flags: {
    upgrade: bool({ doc: "Accepted for Packer's sake: what is built in comes with Kiln." }),
    force: bool({ doc: "Accepted for Packer's sake." }),
    ...templateFlags,
    ...unusedSelection,
  },
  positionals: [1, 1],
});
