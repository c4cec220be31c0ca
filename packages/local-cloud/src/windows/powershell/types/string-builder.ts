import { text } from "../values/convert.ts";
import { formatText } from "../values/format.ts";
import { NetObject, type Value } from "../values/value.ts";

/** A System.Text.StringBuilder. */
export class StringBuilder extends NetObject {
  readonly typeName = "System.Text.StringBuilder";
  #whole: string;
  constructor(whole: string) {
    super();
    this.#whole = whole;
  }
  override text(): string {
    return this.#whole;
  }
  override get(name: string): Value | undefined {
    return name.toLowerCase() === "length" ? this.#whole.length : undefined;
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const [first = null, second = null] = args;
    switch (name) {
      case "append":
        this.#whole += text(first);
        return this;
      case "appendline":
        this.#whole += `${args.length === 0 ? "" : text(first)}\r\n`;
        return this;
      case "appendformat":
        this.#whole += formatText(text(first), args.slice(1));
        return this;
      case "replace":
        this.#whole = this.#whole.replaceAll(text(first), text(second).replaceAll("$", "$$$$"));
        return this;
      case "insert":
        this.#whole = this.#whole.slice(0, Number(first)) + text(second) + this.#whole.slice(Number(first));
        return this;
      case "clear":
        this.#whole = "";
        return this;
      case "tostring":
        return this.#whole;
      default:
        return undefined;
    }
  }
}
