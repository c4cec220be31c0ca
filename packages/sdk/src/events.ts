import type { Diagnostic } from "./diagnostics.ts";

export type Outcome = "succeeded" | "failed" | "cancelled";
export interface ArtifactRecord {
  readonly builderId: string;
  readonly id: string;
  readonly files: readonly string[];
  readonly text: string;
}
/**
 * Everything observable, JSON all the way; secrets are already masked. Text, `-machine-readable` and JSON Lines are pure folds over
 * it. `at` is RFC 3339 UTC with milliseconds; `build` is the display name; a post-processor's lines carry `component` (its type or name).
 */
export type EngineEvent = { readonly at: string; readonly run: string } & EngineEventBody;
export type EngineEventBody =
  | {
      readonly type: "run-started";
      /** In the order in which they start. */
      readonly builds: readonly string[];
      /** In the order of the template: that of the final summary. */
      readonly templateOrder: readonly string[];
      readonly version: string;
      readonly debug: boolean;
    }
  | { readonly type: "diagnostic"; readonly diagnostic: Diagnostic }
  | { readonly type: "build-started"; readonly build: string }
  | { readonly type: "step-started"; readonly build: string; readonly step: string; readonly name: string }
  | {
      readonly type: "line";
      /** Absent for lines of the whole run (`Cancelling build after receiving interrupt`). */
      readonly build?: string;
      readonly component?: string;
      readonly step?: string;
      readonly level: "say" | "message" | "error";
      readonly text: string;
    }
  | {
      readonly type: "progress";
      readonly build: string;
      readonly step?: string;
      readonly label: string;
      readonly done: number;
      readonly total?: number;
      readonly ended?: true;
    }
  | {
      readonly type: "step-ended";
      readonly build: string;
      readonly step: string;
      readonly name: string;
      readonly outcome: Outcome;
      readonly ms: number;
    }
  | {
      readonly type: "build-ended";
      readonly build: string;
      readonly outcome: Outcome;
      readonly error?: string;
      readonly ms: number;
      readonly artifacts: readonly ArtifactRecord[];
    }
  | {
      readonly type: "run-ended";
      readonly outcome: Outcome;
      readonly ms: number;
      /** Absent where cleanup could take the time it needs. */
      readonly cutShort?: true;
    };
