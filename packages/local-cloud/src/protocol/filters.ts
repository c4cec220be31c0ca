import { wildcard } from "../faults/faults.ts";
import type { Tags } from "../state/rows.ts";
import { ApiError } from "./api-error.ts";
import type { Params } from "./params.ts";

export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}
/** What a row answers to each filter: the values of which one must match. */
export type FilterTable<R> = Readonly<Record<string, (row: R) => readonly (string | undefined)[]>>;

export function readFilters(params: Params): Filter[] {
  return params.groups("Filter").map((group) => {
    const filter = { name: group.required("Name"), values: group.texts("Value") };
    if (filter.values.length === 0) {
      throw new ApiError("InvalidParameterValue", `The filter '${filter.name}' has no values`);
    }
    return filter;
  });
}

/** Rows for which every filter has a value that matches; `*` and `?` are wildcards, `\` makes them plain. */
export function matching<R extends object>(rows: readonly R[], filters: readonly Filter[], table: FilterTable<R>): R[] {
  const tests = filters.map((filter) => {
    const accepts = filter.values.map(pattern);
    const values = reader(filter.name, table);
    return (row: R): boolean => values(row).some((v) => v !== undefined && accepts.some((accept) => accept.test(v)));
  });
  return rows.filter((row) => tests.every((test) => test(row)));
}

function reader<R extends object>(name: string, table: FilterTable<R>): (row: R) => readonly (string | undefined)[] {
  if (name.startsWith("tag:")) return (row) => [tagsOf(row)[name.slice(4)]];
  if (name === "tag-key") return (row) => Object.keys(tagsOf(row));
  if (name === "tag-value") return (row) => Object.values(tagsOf(row));
  const known = table[name];
  if (!known) throw new ApiError("InvalidParameterValue", `The filter '${name}' is invalid`);
  return known;
}

function tagsOf(row: object): Tags {
  return "tags" in row ? (row.tags as Tags) : {};
}

function pattern(value: string): RegExp {
  // Escaped wildcards are set aside while the others are translated.
  const plain = value.replace(/\\([*?\\])/g, (_, c: string) =>
    c === "*" ? "\u0001" : c === "?" ? "\u0002" : "\u0003",
  );
  const source = wildcard(plain).source;
  return new RegExp(source.replaceAll("\u0001", "\\*").replaceAll("\u0002", "\\?").replaceAll("\u0003", "\\\\"), "s");
}

/** A boolean as filters spell it. */
export const yesNo = (value: boolean): readonly string[] => [String(value)];
