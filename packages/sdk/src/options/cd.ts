import type { ConfigOf } from "../schema.ts";
import { list, map, ofText, text } from "../schema.ts";

/** A CD made for the machine. Spread it into a schema. Source: Packer plugin SDK. */
export const cdOptions = {
  cd_files: list(ofText, {
    doc: "Files and directories (paths or glob patterns) for a CD. A directory that ends in `/` gives only what is in it.",
  }),
  cd_content: map(ofText, { doc: "Further files of the CD: path to text." }),
  cd_label: text({ doc: "Volume label of the CD; `packer` when not set, `cidata` for cloud-init." }),
} as const;
export type CdConfig = ConfigOf<typeof cdOptions>;
