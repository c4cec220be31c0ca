import { caution, type Diagnostic, type PrepareContext, problem } from "@kiln/sdk";

type Path = readonly (string | number)[];

/** Collects the refusals of one component's options, each with the range of the option it is about. */
export class Refusals {
  readonly found: Diagnostic[] = [];
  readonly #at: PrepareContext["at"];
  constructor(ctx: Pick<PrepareContext, "at">) {
    this.#at = ctx.at;
  }
  /** `code` is completed to `amazon/CODE`. */
  error(path: Path, code: string, summary: string, detail?: string): void {
    this.found.push(problem(`amazon/${code}`, summary, { subject: this.#at(...path), detail }));
  }
  warning(path: Path, code: string, summary: string, detail?: string): void {
    this.found.push(caution(`amazon/${code}`, summary, { subject: this.#at(...path), detail }));
  }
}
