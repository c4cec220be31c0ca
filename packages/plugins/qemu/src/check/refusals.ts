import { caution, type Diagnostic, mayUse, type PrepareContext, problem } from "@kiln/sdk";

/** Collects what is wrong with a configuration, each with the range of the option it is about. */
export class Refusals {
  readonly found: Diagnostic[] = [];
  readonly #at: PrepareContext["at"];
  constructor(ctx: Pick<PrepareContext, "at">) {
    this.#at = ctx.at;
  }
  /** `code` is completed to `qemu/CODE`. */
  error(option: string, code: string, summary: string, detail?: string): void {
    this.found.push(problem(`qemu/${code}`, summary, { subject: this.#at(option), detail }));
  }
  /** What is wrong with an option's `{{ }}` text. */
  template(option: string, found: readonly Diagnostic[], names: Readonly<Record<string, unknown>>): void {
    for (const { summary, detail } of found)
      this.error(
        option,
        "template",
        `${option}: ${summary}`,
        [detail, mayUse(option, names)].filter(Boolean).join("\n"),
      );
  }
  warning(option: string, code: string, summary: string, detail?: string): void {
    this.found.push(caution(`qemu/${code}`, summary, { subject: this.#at(option), detail }));
  }
}
