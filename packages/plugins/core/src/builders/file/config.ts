import { type ConfigOf, text } from "@kiln/sdk";

/** Options of the file builder. Source: Packer's reference. */
export const config = {
  source: text({ doc: "Path of a file to copy; cannot be given together with content." }),
  target: text({ doc: "Path of the file to make." }),
  content: text({ doc: "Text of the file to make; cannot be given together with source." }),
} as const;
export type Config = ConfigOf<typeof config>;
