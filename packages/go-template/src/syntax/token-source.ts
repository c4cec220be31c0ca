import type { Lexer } from "./lexer.ts";
import type { Token } from "./token.ts";

/**
 * Three tokens of look-ahead over a lexer. Every `{{define}}` has its own, over the same lexer: which token a message
 * takes its line from depends on it.
 */
export class TokenSource {
  readonly #lexer: Lexer;
  readonly #held: Token[] = [];
  #latest: Token | undefined;
  /** End of the last token taken that is not a space. */
  lastEnd = 0;

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
  }

  /** The token that was read last, taken or not: messages are about its line. */
  get latest(): Token | undefined {
    return this.#latest;
  }

  #read(): Token {
    this.#latest = this.#lexer.next();
    return this.#latest;
  }

  next(): Token {
    const token = this.#held.pop() ?? this.#read();
    if (token.kind !== "space") this.lastEnd = token.end;
    return token;
  }

  peek(): Token {
    const held = this.#held.at(-1);
    if (held) return held;
    const token = this.#read();
    this.#held.push(token);
    return token;
  }

  /** Puts tokens back, the first of them to come first again. */
  back(...tokens: readonly Token[]): void {
    this.#held.push(...tokens.toReversed());
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === "space") token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.back(token);
    return token;
  }
}
