import { between, type Expression } from "./ast.ts";
import { lost, placeholder } from "./partial.ts";
import { T } from "./token.ts";
import type { Token, TokenReader } from "./token-reader.ts";

/** `for k, v in collection : key => value... if condition` up to the closing bracket; newlines are already ignored. */
export function parseFor(reader: TokenReader, open: Token): Expression {
  const object = open.type === T.oBrace;
  const closer = object ? T.cBrace : T.cBrack;
  reader.read();
  const giveUp = (detail?: string): Expression => {
    if (detail !== undefined && !reader.recovering) invalid(reader, detail, reader.peek(), open);
    return placeholder(between(open, reader.recover(closer)));
  };
  if (reader.peekType() !== T.ident) return giveUp("For expression requires variable name after 'for'.");
  let keyName = "";
  let valueName = reader.textOf(reader.read());
  if (reader.peekType() === T.comma) {
    reader.read();
    if (reader.peekType() !== T.ident) return giveUp("For expression requires value variable name after comma.");
    keyName = valueName;
    valueName = reader.textOf(reader.read());
  }
  if (!reader.isKeyword("in")) return giveUp("For expression requires the 'in' keyword after its name declarations.");
  reader.read();
  const mark = reader.diagnostics.length;
  const collection = reader.expression();
  if (lost(reader, mark)) return giveUp();
  if (reader.peekType() !== T.colon) return giveUp("For expression requires a colon after the collection expression.");
  reader.read();
  let key: Expression | undefined;
  let value = reader.expression();
  if (lost(reader, mark)) return giveUp();
  if (reader.peekType() === T.fatArrow) {
    reader.read();
    key = value;
    value = reader.expression();
    if (lost(reader, mark)) return giveUp();
  }
  const ellipsis = reader.peekType() === T.ellipsis ? reader.read() : undefined;
  let condition: Expression | undefined;
  if (reader.isKeyword("if")) {
    reader.read();
    condition = reader.expression();
    if (lost(reader, mark)) return giveUp();
  }
  let close: Token;
  if (reader.peekType() === closer) close = reader.read();
  else {
    if (!reader.recovering)
      invalid(reader, "Extra characters after the end of the 'for' expression.", reader.peek(), open);
    close = reader.recover(closer);
  }
  const whole = between(open, close);
  if (object && !key) invalid(reader, "Key expression is required when building an object.", value, whole);
  if (!object && key) invalid(reader, "Key expression is not valid when building a tuple.", key, whole);
  if (!object && ellipsis) {
    invalid(reader, "Grouping ellipsis (...) cannot be used when building a tuple.", ellipsis, whole);
  }
  const group = ellipsis !== undefined;
  return { kind: "for", keyName, valueName, collection, key, value, condition, group, object, open, close, ...whole };
}

type Place = Parameters<TokenReader["error"]>[3];

function invalid(reader: TokenReader, detail: string, subject: Place, context: Place): void {
  const wider = context.end < subject.end ? between(context, subject) : context;
  reader.error("hcl/invalid-for", "Invalid 'for' expression", detail, subject, wider);
}
