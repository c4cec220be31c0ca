import { readFileSync } from "node:fs";

/** A JSON file of test-data. */
export function testData<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../test-data/${name}`, import.meta.url), "utf8")) as T;
}

/** The same JSON with the members of all objects in order, so that texts can be compared. */
export function ordered(code: unknown): unknown {
  if (Array.isArray(code)) return code.map(ordered);
  if (code === null || typeof code !== "object") return code;
  return Object.fromEntries(
    Object.entries(code)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, ordered(v)]),
  );
}
