import { Refusal } from "../../system/refusal.ts";
import { PsObject } from "../values/collections.ts";
import { itemsOf, text } from "../values/convert.ts";
import { type Cmdlet, takes } from "./cmdlet.ts";

/** ConvertFrom-Csv: the first line names the properties, whose values are texts; one that a line lacks is null. */
export const convertFromCsv: Cmdlet = {
  name: "ConvertFrom-Csv",
  parameters: [takes("InputObject", 0, "value"), takes("Delimiter", 1), takes("Header")],
  process(call) {
    call.kept.list.push(...itemsOf(call.value("InputObject") ?? null));
  },
  async end(call) {
    const delimiter = call.text("Delimiter") ?? ",";
    if (delimiter.length !== 1 || delimiter === '"') throw new Refusal(`ConvertFrom-Csv -Delimiter ${delimiter}`);
    const lines = call.kept.list
      .flatMap((item) => text(item).split(/\r?\n/))
      .filter((line) => line !== "" && !line.startsWith("#TYPE "));
    const rows = lines.map((line) => fieldsOf(line, delimiter));
    const names = call.has("Header") ? call.texts("Header") : (rows.shift() ?? []);
    const known = new Set(names.map((name) => name.toLowerCase()));
    if (names.includes("") || known.size < names.length)
      throw new Refusal("CSV whose columns have no names of their own");
    for (const row of rows) await call.emit(new PsObject(names.map((name, index) => [name, row[index] ?? null])));
  },
};

/** A line's fields. Refuses what PowerShell reads in ways of its own: blanks around a field, a quote within one, a field of several lines. */
function fieldsOf(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at <= line.length; at++) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(line.slice(at));
    let field: string;
    if (quoted) {
      field = (quoted[1] ?? "").replaceAll('""', '"');
      at += quoted[0].length;
    } else {
      const end = line.indexOf(delimiter, at);
      field = line.slice(at, end < 0 ? undefined : end);
      at += field.length;
      if (field.includes('"') || field !== field.trim()) throw new Refusal(`the CSV line ${line}`);
    }
    if (at < line.length && line[at] !== delimiter) throw new Refusal(`the CSV line ${line}`);
    fields.push(field);
  }
  return fields;
}
