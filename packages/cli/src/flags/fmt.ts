import { command } from "./command.ts";
import { bool } from "./flag.ts";
import { templateFlags, unusedSelection } from "./template-flags.ts";

export const fmt = command({
  name: "fmt",
  synopsis: "rewrites HCL2 config files to canonical format",
  usage: "[options] PATH...",
  about: [
    "Rewrites Packer configuration files (.pkr.hcl) and variable files (.pkrvars.hcl) to their canonical format, and prints the names of those it changed. JSON files are left alone.",
    "A directory stands for the files in it; - reads standard input and prints the result. With -check the exit code is 3 where a file would change.",
  ],
  flags: {
    check: bool({ doc: "Only say what would change; nothing is written." }),
    diff: bool({ doc: "Show the changes." }),
    write: bool({ shown: "=false", doc: "Do not write the files (default true)." }, true),
    recursive: bool({ doc: "Format files in sub-directories, too." }),
    ...templateFlags,
    ...unusedSelection,
  },
  positionals: [1, Number.POSITIVE_INFINITY],
});
