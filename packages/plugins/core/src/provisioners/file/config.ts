import { type ConfigOf, flag, list, ofText, text } from "@kiln/sdk";

/** Options of the file provisioner. `exclude` is Kiln's own. Source of the others: Packer's reference. */
export const config = {
  content: text({ doc: "Text to put into the destination, instead of a file." }),
  source: text({ doc: "File or directory to move; a trailing slash on a directory means its contents." }),
  sources: list(ofText, { doc: "Several of them." }),
  destination: text({ doc: "Where to put it; a trailing slash means into this directory." }),
  direction: text({
    doc: "`upload` to the machine or `download` from it.",
    fallback: "upload",
    choices: ["upload", "download"],
  }),
  generated: flag({ doc: "The source is made during the build: do not look for it before.", fallback: false }),
  exclude: list(ofText, { doc: "Glob patterns of files and directories to leave out when a directory is moved." }),
} as const;
export type Config = ConfigOf<typeof config>;
