import { Refusal } from "../../system/refusal.ts";
import { Hashtable } from "./collections.ts";
import { failure } from "./errors.ts";
import { NetObject, type Value } from "./value.ts";

/** A .NET expression as one of this language; refuses what only .NET has. */
export function regexFrom(pattern: string, flags: string): RegExp {
  let options = flags;
  let source = pattern;
  const inline = /^\(\?([imsn]+)\)/.exec(source);
  if (inline) {
    source = source.slice(inline[0].length);
    for (const option of inline[1] ?? "") if ("ims".includes(option) && !options.includes(option)) options += option;
  }
  if (
    /(?<!\\)\(\?(?:[imsnx]*-?[imsnx]*[:)]|#|\(|>)/.test(source.replace(/\(\?:/g, "")) ||
    /(?<!\\)\(\?<\w*-\w+>/.test(source)
  )
    throw new Refusal(`the expression "${pattern}" (options within, conditions and balancing groups)`);
  source = source
    .replace(/\(\?'(\w+)'/g, "(?<$1>")
    .replace(/(?<!\\)((?:\\\\)*)\\A/g, "$1(?<![\\s\\S])")
    .replace(/(?<!\\)((?:\\\\)*)\\z/g, "$1(?![\\s\\S])")
    .replace(/(?<!\\)((?:\\\\)*)\\Z/g, "$1(?=\\n?(?![\\s\\S]))");
  // Without the m option `$` also matches before a line feed at the very end.
  if (!options.includes("m")) source = source.replace(/(?<!\\)((?:\\\\)*)\$$/, "$1(?=\\n?(?![\\s\\S]))");
  try {
    return new RegExp(source, options.includes("g") ? options : `${options}`);
  } catch (error) {
    throw failure(
      "InvalidRegularExpression",
      `parsing "${pattern}" - ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** `$1`, `${name}`, `$&`, `$$` as this language writes them. */
export function replacementFrom(replacement: string): string {
  return replacement
    .replace(/\$\{(\w+)\}/g, (_whole, name: string) => (/^\d+$/.test(name) ? `$${name}` : `$<${name}>`))
    .replace(/\$0/g, "$$&");
}

/** What `$Matches` becomes. */
export function matchesTable(match: RegExpExecArray): Hashtable {
  const table = new Hashtable();
  for (const [name, value] of Object.entries(match.groups ?? {})) if (value !== undefined) table.put(name, value);
  match.forEach((value, index) => {
    if (value !== undefined) table.put(index, value);
  });
  return table;
}

/** A match, as [regex]::Match and Select-String give it. */
export class Match extends NetObject {
  readonly typeName = "System.Text.RegularExpressions.Match";
  readonly #match: RegExpExecArray | undefined;
  constructor(match: RegExpExecArray | undefined) {
    super();
    this.#match = match;
  }
  override text(): string {
    return this.#match?.[0] ?? "";
  }
  override properties(): readonly string[] {
    return ["Groups", "Success", "Captures", "Index", "Length", "Value"];
  }
  override get(name: string): Value | undefined {
    switch (name.toLowerCase()) {
      case "success":
        return this.#match !== undefined;
      case "value":
        return this.text();
      case "index":
        return this.#match?.index ?? 0;
      case "length":
        return this.text().length;
      case "groups":
        return new Groups(this.#match);
      default:
        return undefined;
    }
  }
}

class Group extends NetObject {
  readonly typeName = "System.Text.RegularExpressions.Group";
  readonly #value: string | undefined;
  constructor(value: string | undefined) {
    super();
    this.#value = value;
  }
  override text(): string {
    return this.#value ?? "";
  }
  override get(name: string): Value | undefined {
    const wanted = name.toLowerCase();
    if (wanted === "value") return this.text();
    if (wanted === "success") return this.#value !== undefined;
    return wanted === "length" ? this.text().length : undefined;
  }
}

export class Groups extends NetObject {
  readonly typeName = "System.Text.RegularExpressions.GroupCollection";
  readonly #match: RegExpExecArray | undefined;
  constructor(match: RegExpExecArray | undefined) {
    super();
    this.#match = match;
  }
  override items(): readonly Value[] {
    return (this.#match ?? []).map((value) => new Group(value));
  }
  /** By number or by name. */
  at(key: Value): Value {
    if (typeof key === "string") return new Group(this.#match?.groups?.[key]);
    return new Group(this.#match?.[Number(key)]);
  }
  override get(name: string): Value | undefined {
    return name.toLowerCase() === "count" ? (this.#match?.length ?? 0) : undefined;
  }
}
