import { type ConfigOf, list, ofText } from "@kiln/sdk";

/** Options of the artifice post-processor; `keep_input_artifact` is the engine's. Source: Packer's reference. */
export const config = {
  files: list(ofText, { doc: "Files, or glob patterns of files, that the new artifact consists of." }),
} as const;
export type Config = ConfigOf<typeof config>;
