import type { TextSpan } from "../problem.ts";

/** Ends parsing at the first mistake. Never leaves `parseTemplate`. */
export class ParseFailure extends Error {
  static {
    this.prototype.name = "ParseFailure";
  }
  readonly line: number;
  readonly span: TextSpan;
  readonly about: { readonly code?: `template/${string}`; readonly name?: string };

  constructor(reason: string, line: number, span: TextSpan, about: ParseFailure["about"]) {
    super(reason);
    this.line = line;
    this.span = { start: span.start, end: span.end };
    this.about = about;
  }
}
