import { command } from "./command.ts";
import { bool } from "./flag.ts";

export const cleanup = command({
  name: "cleanup",
  synopsis: "remove what runs that are over left behind",
  usage: "[options] [RUN]",
  about: [
    "Reads the journals of runs that ended without cleaning up after themselves, and removes what they made and left: instances, keys, containers, temporary files.",
    "Without RUN, all of them. Runs that are still going on are left alone.",
  ],
  flags: { "dry-run": bool({ doc: "Only say what would be removed." }) },
  positionals: [0, 1],
});
