import type { Filter } from "@aws-sdk/client-ec2";
import type { Filters } from "./options/filters.ts";

/** A value is a line of CSV: commas separate alternatives, quotes keep them together, spaces before an alternative go. Source: Packer. */
export function splitValues(text: string): readonly string[] {
  const values: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/gy;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    values.push(match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"'));
    if (match[3] === "") return values;
  }
  return [text];
}

/** Filters for a request, sorted by name so that requests are repeatable. */
export function filterList(filters: Readonly<Record<string, string>>): Filter[] {
  return Object.entries(filters)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([Name, value]) => ({ Name, Values: [...splitValues(value)] }));
}

/** The map and the repeated blocks together. */
export function allFilters(option: Partial<Filters> | undefined): Record<string, string> {
  const filters: Record<string, string> = { ...option?.filters };
  for (const { name, value } of option?.filter ?? []) if (name) filters[name] = value ?? "";
  return filters;
}

/** Filters as a failure shows them. */
export function showFilters(filters: Readonly<Record<string, string>>): string {
  return Object.entries(filters)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}
