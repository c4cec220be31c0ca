import { type ConfigOf, flag, text } from "@kiln/sdk";

/** Options of the breakpoint provisioner. Source: Packer's reference. */
export const config = {
  note: text({ doc: "What to say at the pause." }),
  disable: flag({ doc: "Do not pause.", fallback: false }),
} as const;
export type Config = ConfigOf<typeof config>;
