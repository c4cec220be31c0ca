import type { ConfigOf } from "../schema.ts";
import { text } from "../schema.ts";

/** Where the result goes. Spread it into a schema. Source: Packer plugin SDK. */
export const outputOptions = {
  output_directory: text({
    doc: "Directory for the result, made by the build; it must not exist unless -force is given. `output-` and the build's name when not set.",
  }),
} as const;
export type OutputConfig = ConfigOf<typeof outputOptions>;

/** The directory that the result goes to. */
export function outputDirectory(config: OutputConfig, buildName: string): string {
  return config.output_directory || `output-${buildName}`;
}
