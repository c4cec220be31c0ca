import { codeOf, messageOf, StepError, type Ui } from "@kiln/sdk";

/** Prints the line in red, as Packer does where a step fails, and gives the error to throw. */
export function failure(ui: Ui, message: string, cause?: unknown): StepError {
  ui.error(message);
  return new StepError(message, { code: codeOf(cause) ?? "docker/failed", cause });
}

/** Runs a piece of work; a failure is printed and thrown as `PREFIX: what happened`. Cancellation passes untouched. */
export async function orFail<T>(ui: Ui, prefix: string, signal: AbortSignal, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (thrown) {
    signal.throwIfAborted();
    throw failure(ui, `${prefix}: ${messageOf(thrown)}`, thrown);
  }
}
