/** JSON as Go writes it: members sorted by their bytes, two spaces of indentation, no line break at the end. */
export function sortedJson(value: unknown): string {
  return written(value, "\n").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/** `newline` is a line break with the indentation of the value. Not JSON.stringify, which puts names like "10" first. */
function written(value: unknown, newline: string): string {
  const inner = `${newline}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => inner + written(item, inner));
    return items.length === 0 ? "[]" : `[${items.join(",")}${newline}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([key, member]) => `${inner}${JSON.stringify(key)}: ${written(member, inner)}`);
  return members.length === 0 ? "{}" : `{${members.join(",")}${newline}}`;
}
