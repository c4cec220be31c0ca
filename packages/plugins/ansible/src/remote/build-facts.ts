/** A value that the build has published, as text; empty for what it never filled. */
export function fact(values: Readonly<Record<string, unknown>>, name: string): string {
  const value = values[name];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && !value.endsWith("_NOT_IMPLEMENTED_BY_BUILDER") ? value : "";
}
