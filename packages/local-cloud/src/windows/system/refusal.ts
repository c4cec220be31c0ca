/**
 * Something that Windows has and the stand-in has not. It ends the whole program, past every `try` and every
 * `-ErrorAction`: a script must never go on as if it had worked.
 */
export class Refusal extends Error {
  static {
    this.prototype.name = "Refusal";
  }
  constructor(what: string) {
    super(`this stand-in does not know ${what}`);
  }
}
