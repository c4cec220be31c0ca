import { Fault } from "../values/arithmetic.ts";
import { listOf, objectOf, STRING, type Type } from "../values/type.ts";
import { inKeyOrder, stringValue, Value } from "../values/value.ts";

interface Row {
  readonly fields: string[];
  readonly line: number;
}

/** Records of comma-separated text with double quotes, as Go's encoding/csv reads them; blank lines are skipped. */
function readCsv(text: string): readonly Row[] | Fault {
  const rows: Row[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    if (text[at] === "\n" || (text[at] === "\r" && text[at + 1] === "\n")) {
      at += text[at] === "\n" ? 1 : 2;
      line++;
      continue;
    }
    const startLine = line;
    const fields: string[] = [];
    for (let more = true; more; ) {
      const start = at;
      if (text[at] === '"') {
        let field = "";
        at++;
        for (;;) {
          const quote = text.indexOf('"', at);
          if (quote < 0)
            return new Fault(
              `record on line ${startLine}; parse error on line ${line}, column ${text.length - start + 1}: extraneous or missing " in quoted-field`,
            );
          const piece = text.slice(at, quote);
          line += piece.split("\n").length - 1;
          field += piece;
          at = quote + 1;
          if (text[at] !== '"') break;
          field += '"';
          at++;
        }
        fields.push(field.replaceAll("\r\n", "\n"));
        if (text[at] === "\r" && text[at + 1] === "\n") at++;
        if (at < text.length && text[at] !== "," && text[at] !== "\n") {
          return new Fault(
            `parse error on line ${line}, column ${at - lineStart(text, at)}: extraneous or missing " in quoted-field`,
          );
        }
      } else {
        const end = endOfField(text, at);
        const field = text.slice(at, end);
        const quote = field.indexOf('"');
        if (quote >= 0) {
          return new Fault(
            `parse error on line ${line}, column ${at + quote - lineStart(text, at) + 1}: bare " in non-quoted-field`,
          );
        }
        at = end;
        fields.push(text[end] === "\n" && field.endsWith("\r") ? field.slice(0, -1) : field);
      }
      more = text[at] === ",";
      at++;
    }
    rows.push({ fields, line: startLine });
    line++;
  }
  return rows;
}

function endOfField(text: string, from: number): number {
  let i = from;
  while (i < text.length && text[i] !== "," && text[i] !== "\n") i++;
  return i;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", Math.max(0, at - 1)) + 1;
}

/** A list of objects, one per record, named after the first; its type depends on the text. */
export function csvObjects(text: string): Value | Fault {
  const rows = readCsv(text);
  if (rows instanceof Fault) return rows;
  const [head, ...records] = rows;
  if (!head) return new Fault("missing header line");
  const seen = new Set<string>();
  for (const name of head.fields) {
    if (seen.has(name)) return new Fault(`duplicate column name "${name}"`);
    seen.add(name);
  }
  const type: Type = objectOf(inKeyOrder(head.fields.map((name) => [name, STRING] as const)));
  const made: Value[] = [];
  for (const { fields, line } of records) {
    if (fields.length !== head.fields.length) {
      return new Fault(`record on line ${line}: wrong number of fields`);
    }
    made.push(new Value(type, inKeyOrder(head.fields.map((name, i) => [name, stringValue(fields[i] ?? "")] as const))));
  }
  return new Value(listOf(type), made);
}
