import { between, type Expression, type Span } from "./ast.ts";
import { broken, lost } from "./partial.ts";
import { T } from "./token.ts";
import type { Token, TokenReader } from "./token-reader.ts";

/** A function call, its name already read; `::` may part the name. */
export function parseCall(reader: TokenReader, first: Token): Expression {
  const mark = reader.diagnostics.length;
  let functionName = reader.textOf(first);
  let last: Span = first;
  let open = reader.read();
  while (open.type === T.doubleColon) {
    const part = reader.read();
    if (part.type !== T.ident) {
      const detail = "Function scope resolution symbol :: must be followed by a function name in this scope.";
      reader.error("hcl/missing-function-name", "Missing function name", detail, part, between(first, part));
      const name = broken(reader, mark, between(first, part));
      reader.recoverOver(T.oParen);
      return name;
    }
    functionName += `::${reader.textOf(part)}`;
    last = part;
    open = reader.read();
  }
  const nameSpan = between(first, last);
  if (open.type !== T.oParen) {
    const detail = "Function selector must be followed by an open parenthesis to begin the function call.";
    reader.error("hcl/missing-parenthesis", "Missing open parenthesis", detail, open, between(first, open));
    const name = broken(reader, mark, between(first, open));
    reader.recoverOver(T.oParen);
    return name;
  }
  reader.pushNewlines(false);
  const { items, expandFinal, close } = callArguments(reader, first, open);
  reader.popNewlines();
  return {
    kind: "call",
    name: functionName,
    arguments: items,
    expandFinal,
    nameSpan,
    openSpan: open,
    closeSpan: close,
    ...between(first, close),
  };
}

function callArguments(
  reader: TokenReader,
  first: Token,
  open: Token,
): { readonly items: Expression[]; readonly expandFinal: boolean; readonly close: Token } {
  const items: Expression[] = [];
  for (;;) {
    if (reader.peekType() === T.cParen) return { items, expandFinal: false, close: reader.read() };
    const mark = reader.diagnostics.length;
    items.push(reader.expression());
    if (lost(reader, mark)) return { items, expandFinal: false, close: reader.recover(T.cParen) };
    const separator = reader.read();
    if (separator.type === T.cParen) return { items, expandFinal: false, close: separator };
    if (separator.type === T.ellipsis) {
      if (reader.peekType() === T.cParen) return { items, expandFinal: true, close: reader.read() };
      if (!reader.recovering) {
        const detail = "An expanded function argument (with ...) must be immediately followed by closing parentheses.";
        const context = between(first, separator);
        reader.error("hcl/missing-parenthesis", "Missing closing parenthesis", detail, separator, context);
      }
      return { items, expandFinal: true, close: reader.recover(T.cParen) };
    }
    if (separator.type === T.comma) continue;
    if (separator.type === T.eof) {
      const detail =
        "There is no closing parenthesis for this function call before the end of the file. This may be caused by incorrect parenthesis nesting elsewhere in this file.";
      reader.error("hcl/unterminated-call", "Unterminated function call", detail, between(first, open));
    } else {
      const detail = "A comma is required to separate each function argument from the next.";
      const context = between(first, separator);
      reader.error("hcl/missing-separator", "Missing argument separator", detail, separator, context);
    }
    return { items, expandFinal: false, close: reader.recover(T.cParen) };
  }
}
