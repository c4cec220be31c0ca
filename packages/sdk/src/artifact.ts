import type { Json } from "./json.ts";

/** The result of a build or a post-processor. */
export interface Artifact {
  /** Which kind of builder made it: `mitchellh.amazonebs`. */
  readonly builderId: string;
  readonly id: string;
  /** Local files, as the user would type them. */
  readonly files: readonly string[];
  /** Structured facts for later post-processors (`generated_data`, registry records). */
  readonly state: Readonly<Record<string, Json>>;
  /** Nothing is there: what the build made was thrown away on purpose. */
  readonly empty?: true;
  /** The text of the final summary, possibly of several lines. */
  describe(): string;
  destroy(signal: AbortSignal): Promise<void>;
}
