import { Buffer } from "node:buffer";
import { isCommonPassword } from "./common-password.ts";

const mask = "<sensitive>";

/**
 * Strings that must not reach any output. Each value is masked whole, with its line ends normalised, and line by line, as Packer does
 * since 1.15.1; also its base64 and URL-encoded forms, in which users saw secrets leak.
 */
export class SecretSet {
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  /** What options, machines and services keep secret; a password that everybody knows is none. */
  add(value: string): void {
    if (!isCommonPassword(value)) this.declare(value);
  }

  /** What the template declares sensitive, whatever it is. */
  declare(value: string): void {
    for (const form of formsOf(value)) {
      if (form === "" || this.#values.has(form)) continue;
      this.#values.add(form);
      this.#pattern = undefined;
    }
  }

  mask(text: string): string {
    if (this.#values.size === 0) return text;
    // Longest first: a secret that contains another must go whole.
    this.#pattern ??= new RegExp(
      [...this.#values]
        .sort((a, b) => b.length - a.length)
        .map((v) => v.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))
        .join("|"),
      "g",
    );
    return text.replace(this.#pattern, mask);
  }

  /** Every string inside a JSON-like value masked, but those that the program itself made up: `code`. */
  maskDeep<T>(value: T): T {
    if (this.#values.size === 0) return value;
    if (typeof value === "string") return this.mask(value) as T;
    if (Array.isArray(value)) return value.map((v: unknown) => this.maskDeep(v)) as T;
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, k === "code" ? v : this.maskDeep(v)])) as T;
    }
    return value;
  }
}

/** Encoded forms shorter than this are too likely to be an innocent part of something else. */
const encodedFrom = 8;

function formsOf(value: string): readonly string[] {
  const unix = value.replaceAll("\r\n", "\n");
  const plain = [value, unix, ...unix.split("\n").map((line) => line.replace(/\r$/, ""))];
  if (value.length < encodedFrom) return plain;
  return [...plain, Buffer.from(value, "utf8").toString("base64"), encodeURIComponent(value)];
}
