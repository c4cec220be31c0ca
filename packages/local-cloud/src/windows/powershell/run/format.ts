import { Refusal } from "../../system/refusal.ts";
import { DictionaryEntry, Hashtable, PsObject } from "../values/collections.ts";
import { listOf, text } from "../values/convert.ts";
import { DateTime } from "../values/date-time.ts";
import { Double } from "../values/double.ts";
import { ErrorRecord, NetException } from "../values/errors.ts";
import { FileInfo } from "../values/file-info.ts";
import { isArray, NetObject, type Value } from "../values/value.ts";
import { HostText, MessageRecord } from "./engine.ts";
import { errorLines } from "./report.ts";

/** Types that show as a table, and its columns. */
const tables: Readonly<Record<string, readonly string[]>> = {
  "System.Collections.DictionaryEntry": ["Name", "Value"],
  "System.ServiceProcess.ServiceController": ["Status", "Name", "DisplayName"],
  "System.Management.Automation.AliasInfo": ["CommandType", "Name", "Definition"],
  "System.Management.Automation.CommandInfo": ["CommandType", "Name", "Version", "Source"],
  "System.RuntimeType": ["IsPublic", "IsSerial", "Name", "BaseType"],
  "Microsoft.WSMan.Management.WSManConfigContainerElement": ["Type", "Keys", "Name"],
  "System.Management.Automation.PathInfo": ["Path"],
  "System.Diagnostics.Process": ["Id", "ProcessName"],
};

/** Values as lines of text, as they show at the end of a pipeline. */
export function formatValues(values: readonly Value[], width = 80): string[] {
  const lines: string[] = [];
  let group: NetObject[] = [];
  const flush = (): void => {
    if (group.length > 0) lines.push(...formatGroup(group, width));
    group = [];
  };
  for (const value of values.flatMap(spread)) {
    if (value instanceof NetObject && !isText(value)) {
      const [before] = group;
      if (before && shapeOf(before) !== shapeOf(value)) flush();
      group.push(value);
      continue;
    }
    flush();
    if (value === null) continue;
    if (value instanceof ErrorRecord) lines.push(...errorLines(value));
    else if (value instanceof MessageRecord) lines.push(`${value.prefix}: ${value.said}`);
    else if (value instanceof DateTime) lines.push("", value.format("dddd, MMMM d, yyyy h:mm:ss tt"), "", "");
    else lines.push(...text(value).split(/\r?\n/));
  }
  flush();
  return lines;
}

function spread(value: Value): Value[] {
  if (value instanceof Hashtable) return value.entries().map(([key, item]) => new DictionaryEntry(key, item));
  const items = listOf(value);
  return items === undefined ? [value] : items.flatMap(spread);
}

function isText(value: NetObject): boolean {
  return (
    value instanceof ErrorRecord ||
    value instanceof HostText ||
    value instanceof MessageRecord ||
    value instanceof Double ||
    value instanceof DateTime ||
    value.typeName === "System.Char" ||
    value.typeName === "System.Management.Automation.ScriptBlock"
  );
}

function shapeOf(value: NetObject): string {
  // Files and directories share a table.
  if (value instanceof FileInfo) return "file";
  return value instanceof PsObject && value.typeName.endsWith("PSCustomObject")
    ? `object ${value.properties().join(" ")}`
    : value.typeName;
}

function formatGroup(group: readonly NetObject[], width: number): string[] {
  const [first] = group;
  if (!first) return [];
  if (first instanceof FileInfo) return formatFiles(group);
  const columns = tables[first.typeName];
  if (columns) return formatTable(group, columns, width);
  const properties = first.properties();
  if (first instanceof NetException) return [first.text()];
  if (properties.length === 0) {
    if (first.text() !== first.typeName) return group.map((one) => one.text());
    throw new Refusal(`how objects of type ${first.typeName} are shown`);
  }
  return properties.length <= 4 ? formatTable(group, properties, width) : formatList(group, properties);
}

/** One property of a row, as a table or list shows it. */
function cell(row: NetObject, name: string): string {
  const value = row.get(name) ?? null;
  if (isArray(value))
    return `{${value
      .slice(0, 4)
      .map((item) => text(item))
      .join(", ")}${value.length > 4 ? "..." : ""}}`;
  if (value instanceof DateTime) return value.format("M/d/yyyy h:mm:ss tt");
  if (value instanceof Double) return text(value);
  return text(value);
}

export function formatTable(rows: readonly NetObject[], columns: readonly string[], width: number): string[] {
  const cells = rows.map((row) => columns.map((name) => cell(row, name).split(/\r?\n/)[0] ?? ""));
  const isNumber = columns.map((name) =>
    rows.every((row) => {
      const value = row.get(name) ?? null;
      return typeof value === "number" || typeof value === "bigint" || value instanceof Double;
    }),
  );
  const sizes = columns.map((name, index) => Math.max(name.length, ...cells.map((row) => row[index]?.length ?? 0)));
  let total = sizes.reduce((sum, size) => sum + size + 1, -1);
  const last = sizes.length - 1;
  if (total > width - 1 && last >= 0) {
    sizes[last] = Math.max(8, (sizes[last] ?? 8) - (total - (width - 1)));
    total = width - 1;
  }
  const line = (parts: readonly string[]): string =>
    parts
      .map((part, index) => {
        const size = sizes[index] ?? 0;
        const shown = part.length > size ? `${part.slice(0, Math.max(0, size - 3))}...` : part;
        return isNumber[index] ? shown.padStart(size) : shown.padEnd(size);
      })
      .join(" ")
      .replace(/ +$/, (blanks) => (isNumber[last] ? blanks : blanks));
  return ["", line(columns), line(columns.map((name) => "-".repeat(name.length))), ...cells.map(line), "", ""];
}

export function formatList(rows: readonly NetObject[], properties: readonly string[]): string[] {
  const size = Math.max(...properties.map((name) => name.length));
  const lines = ["", ""];
  for (const row of rows) {
    for (const name of properties) lines.push(`${name.padEnd(size)} : ${cell(row, name)}`);
    lines.push("");
  }
  lines.push("", "");
  return lines;
}

function formatFiles(rows: readonly NetObject[]): string[] {
  const lines: string[] = [];
  let folder: string | undefined;
  for (const row of rows) {
    const path = text(row.get("FullName") ?? null);
    const parent = path.slice(0, Math.max(3, path.lastIndexOf("\\"))).replace(/^C:\\$/, "C:\\");
    if (parent !== folder) {
      folder = parent;
      lines.push("", "", `    Directory: ${folder}`, "", "", "Mode                LastWriteTime         Length Name");
      lines.push("----                -------------         ------ ----");
    }
    const time = row.get("LastWriteTime");
    const when =
      time instanceof DateTime ? `${time.format("M/d/yyyy").padStart(10)}  ${time.format("h:mm tt").padStart(8)}` : "";
    const size = row.typeName.endsWith("FileInfo") ? text(row.get("Length") ?? null) : "";
    lines.push(
      `${text(row.get("Mode") ?? null).padEnd(13)}${when.padStart(20)} ${size.padStart(14)} ${text(row.get("Name") ?? null)}`,
    );
  }
  return [...lines, "", ""];
}
