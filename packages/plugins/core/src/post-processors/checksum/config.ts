import { type ConfigOf, list, ofText, text } from "@kiln/sdk";

/** Options of the checksum post-processor. Source: Packer's reference. */
export const config = {
  checksum_types: list(ofText, {
    doc: "Algorithms: md5, sha1, sha224, sha256, sha384, sha512.",
    fallback: ["md5"],
  }),
  output: text({
    doc: "File to add the sums to; knows `.BuildName`, `.BuilderType` and `.ChecksumType`.",
    fallback: "packer_{{.BuildName}}_{{.BuilderType}}_{{.ChecksumType}}.checksum",
    lateTemplate: true,
  }),
} as const;
export type Config = ConfigOf<typeof config>;
