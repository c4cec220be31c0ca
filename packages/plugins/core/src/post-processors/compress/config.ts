import { type ConfigOf, num, text } from "@kiln/sdk";

/** Options of the compress post-processor. Source: Packer's reference. */
export const config = {
  output: text({
    doc: "Archive to write; its suffix says how. Knows `.BuildName` and `.BuilderType`.",
    fallback: "packer_{{.BuildName}}_{{.BuilderType}}",
    lateTemplate: true,
  }),
  format: text({
    doc: "How to compress where the suffix of output does not say: zip, tar, gz, tar.gz, lz4, tar.xz and so on.",
  }),
  compression_level: num({ doc: "From 1 (fastest) to 9 (smallest)." }),
  archive: text({ doc: "Found from the suffix.", hidden: true }),
  algorithm: text({ doc: "Found from the suffix.", hidden: true }),
} as const;
export type Config = ConfigOf<typeof config>;
