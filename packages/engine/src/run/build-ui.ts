import type { Ui } from "@kiln/sdk";
import type { Emit } from "./event-sink.ts";

/** Asks the person at the terminal; rejects with code `ui/no-terminal` where there is none. */
export type Ask = (question: string, signal: AbortSignal) => Promise<string>;

export interface BuildUi extends Ui {
  /** The newest text that was shown as an error. */
  readonly lastError: string | undefined;
}

/** Lines of one build, or of one of its post-processors when `component` is given. */
export function buildUi(
  emit: Emit,
  ask: Ask,
  build: string,
  stepOf: () => string | undefined,
  component?: string,
): BuildUi {
  let lastError: string | undefined;
  const line = (level: "say" | "message" | "error", text: string): void => {
    const step = stepOf();
    emit({
      type: "line",
      build,
      ...(component !== undefined && { component }),
      ...(step !== undefined && { step }),
      level,
      text,
    });
  };
  return {
    say: (text) => line("say", text),
    message: (text) => line("message", text),
    error: (text) => {
      lastError = text;
      line("error", text);
    },
    get lastError() {
      return lastError;
    },
    progress: (label, total) => {
      let done = 0;
      let told = 0;
      const step = stepOf();
      const tell = (ended: boolean): void =>
        emit({
          type: "progress",
          build,
          ...(step !== undefined && { step }),
          label,
          done,
          ...(total !== undefined && { total }),
          ...(ended && { ended: true }),
        });
      return {
        advance: (by) => {
          done += by;
          // A hundredth of the whole is all that a person can see.
          if (done - told < (total ?? 0) / 100) return;
          told = done;
          tell(false);
        },
        [Symbol.dispose]: () => tell(true),
      };
    },
    ask: (question, signal) => ask(`==> ${build}: ${question} `, signal),
  };
}
