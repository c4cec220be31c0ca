/** One text for one value, whatever the order of members: what is hashed. Members that are undefined count as absent. */
export function canonical(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol" || typeof value === "function") throw new TypeError(`${typeof value} cannot be hashed`);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString("hex")}`;
  if (value instanceof Date) return `date:${value.toISOString()}`;
  if (value instanceof Map) return `map:${canonical(Object.fromEntries(value))}`;
  if (value instanceof Set) return `set:${canonical([...value])}`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}
