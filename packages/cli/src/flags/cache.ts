import { command } from "./command.ts";
import { bool, bytes, duration } from "./flag.ts";

export const cache = command({
  name: "cache",
  synopsis: "list or remove what builds with -cache stored",
  usage: "list | prune [options]",
  about: [
    "Builds with -cache store the machine's state after each provisioner. list shows these states with their sizes, prune removes them, with the container images they hold.",
    "Without a limit, prune removes them all; damaged ones go in any case, and so do images of states that are no longer there. The states lie in KILN_CACHE_DIR, by default in the user's cache directory. They hold whatever the machine held, secrets too: only their owner can read them.",
  ],
  flags: {
    "dry-run": bool({ doc: "Only say what would be removed." }),
    "older-than": duration({ shown: "=72h", doc: "Remove what has not been used for this long." }),
    "max-size": bytes({ shown: "=20GiB", doc: "Remove what was used least lately, until no more than this remains." }),
  },
  subcommands: ["list", "prune"],
  positionals: [1, 1],
});
