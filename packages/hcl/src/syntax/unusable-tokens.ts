import { type Diagnostic, problem } from "@kiln/sdk";
import { T, type TokenList } from "./token.ts";

/** Of characters that nobody knows, more are not worth the telling: such a file is none of ours. */
const most = 100;

/** Complains about tokens that no grammar uses, each sort about as often as it helps. */
export function reportUnusable(tokens: TokenList, diagnostics: Diagnostic[]): void {
  const told = { bitwise: 0, backtick: 0, apostrophe: 0, semicolon: 0, utf8: 0, newline: 0, invalid: 0 };
  const say = (i: number, code: `hcl/${string}`, summary: string, detail: string): void => {
    diagnostics.push(problem(code, summary, { detail, subject: tokens.range(i) }));
  };
  for (let i = 0; i < tokens.length; i++) {
    const type = tokens.type(i);
    if (type < T.bitwiseAnd) continue;
    switch (type) {
      case T.bitwiseAnd:
      case T.bitwiseOr:
      case T.bitwiseNot:
      case T.bitwiseXor: {
        if (told.bitwise++ >= 4) break;
        const instead =
          type === T.bitwiseAnd
            ? 'AND ("&&")'
            : type === T.bitwiseOr
              ? 'OR ("||")'
              : type === T.bitwiseNot
                ? 'NOT ("!")'
                : "";
        const hint = instead === "" ? "" : ` Did you mean boolean ${instead}?`;
        say(i, "hcl/unsupported-operator", "Unsupported operator", `Bitwise operators are not supported.${hint}`);
        break;
      }
      case T.backtick:
        // Every other one, so that a pair is told of once.
        if (told.backtick % 2 === 0) {
          say(
            i,
            "hcl/invalid-character",
            "Invalid character",
            'The "`" character is not valid. To create a multi-line string, use the "heredoc" syntax, like "<<EOT".',
          );
        }
        if (told.backtick <= 2) told.backtick++;
        break;
      case T.apostrophe:
        if (told.apostrophe % 2 === 0) {
          say(
            i,
            "hcl/invalid-character",
            "Invalid character",
            'Single quotes are not valid. Use double quotes (") to enclose strings.',
          );
        }
        if (told.apostrophe <= 2) told.apostrophe++;
        break;
      case T.semicolon:
        if (told.semicolon++ > 0) break;
        say(
          i,
          "hcl/invalid-character",
          "Invalid character",
          'The ";" character is not valid. Use newlines to separate arguments and blocks, and commas to separate items in collection values.',
        );
        break;
      case T.badUtf8:
        if (told.utf8++ > 0) break;
        say(
          i,
          "hcl/invalid-encoding",
          "Invalid character encoding",
          "All input files must be UTF-8 encoded. Ensure that UTF-8 encoding is selected in your editor.",
        );
        break;
      case T.quotedNewline:
        if (told.newline++ >= most) break;
        say(
          i,
          "hcl/multi-line-string",
          "Invalid multi-line string",
          'Quoted strings may not be split over multiple lines. To produce a multi-line string, either use the \\n escape to represent a newline character or use the "heredoc" multi-line template syntax.',
        );
        break;
      case T.invalid: {
        if (told.invalid++ >= most) break;
        const text = tokens.text(i);
        const curly = text === "\u201c" || text === "\u201d";
        say(
          i,
          "hcl/invalid-character",
          "Invalid character",
          curly
            ? '"Curly quotes" are not valid here. These can sometimes be inadvertently introduced when sharing code via documents or discussion forums. It might help to replace the character with a "straight quote".'
            : "This character is not used within the language.",
        );
        break;
      }
      default:
        break;
    }
  }
}
