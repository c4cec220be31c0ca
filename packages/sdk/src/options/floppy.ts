import type { ConfigOf } from "../schema.ts";
import { list, map, ofText, text } from "../schema.ts";

/** A floppy disk made for the machine. Spread it into a schema. Source: Packer plugin SDK. */
export const floppyOptions = {
  floppy_files: list(ofText, {
    doc: "Files for the root of a floppy disk: paths or glob patterns. Of a directory, the files at any depth; names must differ.",
  }),
  floppy_dirs: list(ofText, { doc: "Files and whole directories (paths or glob patterns) for the floppy disk." }),
  floppy_content: map(ofText, { doc: "Further files of the floppy disk: path to text." }),
  floppy_label: text({ doc: "Volume label of the floppy disk; `packer` when not set." }),
} as const;
export type FloppyConfig = ConfigOf<typeof floppyOptions>;
