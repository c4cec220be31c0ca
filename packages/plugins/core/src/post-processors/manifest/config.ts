import { type ConfigOf, flag, map, ofText, text } from "@kiln/sdk";

/** Options of the manifest post-processor. Source: Packer's reference. */
export const config = {
  output: text({ doc: "File that lists the builds.", fallback: "packer-manifest.json" }),
  strip_path: flag({ doc: "Write only the names of files, without directories.", fallback: false }),
  strip_time: flag({ doc: "Leave out the time of the build.", fallback: false }),
  custom_data: map(ofText, { doc: "Further facts to write down." }),
} as const;
export type Config = ConfigOf<typeof config>;
