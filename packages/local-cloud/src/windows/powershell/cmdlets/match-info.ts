import { Match } from "../values/regex.ts";
import { NetObject, type Value } from "../values/value.ts";

/** A line that Select-String found. */
export class MatchInfo extends NetObject {
  readonly typeName = "Microsoft.PowerShell.Commands.MatchInfo";
  readonly #line: string;
  readonly #number: number;
  readonly #path: string;
  readonly #match: RegExpExecArray | undefined;
  readonly #pattern: string;
  constructor(line: string, number: number, path: string, match: RegExpExecArray | undefined, pattern: string) {
    super();
    this.#line = line;
    this.#number = number;
    this.#path = path;
    this.#match = match;
    this.#pattern = pattern;
  }
  override text(): string {
    return this.#path === "InputStream" ? this.#line : `${this.#path}:${this.#number}:${this.#line}`;
  }
  override get(name: string): Value | undefined {
    switch (name.toLowerCase()) {
      case "line":
        return this.#line;
      case "linenumber":
        return this.#number;
      case "path":
        return this.#path;
      case "filename":
        return this.#path.split("\\").at(-1) ?? "";
      case "pattern":
        return this.#pattern;
      case "matches":
        return [new Match(this.#match)];
      default:
        return undefined;
    }
  }
}
