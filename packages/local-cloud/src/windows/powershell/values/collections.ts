import { NetObject, type Value } from "./value.ts";

/** A hashtable: keys without regard to case, in the order in which they came (real ones have an order of their own). */
export class Hashtable extends NetObject {
  readonly isOrdered: boolean;
  readonly #entries = new Map<string, [Value, Value]>();
  constructor(isOrdered = false) {
    super();
    this.isOrdered = isOrdered;
  }
  get typeName(): string {
    return this.isOrdered ? "System.Collections.Specialized.OrderedDictionary" : "System.Collections.Hashtable";
  }
  get size(): number {
    return this.#entries.size;
  }
  entries(): readonly (readonly [Value, Value])[] {
    return [...this.#entries.values()];
  }
  at(key: Value): Value | undefined {
    return this.#entries.get(keyOf(key))?.[1];
  }
  has(key: Value): boolean {
    return this.#entries.has(keyOf(key));
  }
  put(key: Value, value: Value): void {
    const known = this.#entries.get(keyOf(key));
    this.#entries.set(keyOf(key), [known?.[0] ?? key, value]);
  }
  delete(key: Value): void {
    this.#entries.delete(keyOf(key));
  }
  clear(): void {
    this.#entries.clear();
  }
  clone(): Hashtable {
    const copy = new Hashtable(this.isOrdered);
    for (const [key, value] of this.entries()) copy.put(key, value);
    return copy;
  }

  override get(name: string): Value | undefined {
    if (this.has(name)) return this.at(name);
    const wanted = name.toLowerCase();
    if (wanted === "count") return this.size;
    if (wanted === "keys") return this.entries().map(([key]) => key);
    if (wanted === "values") return this.entries().map(([, value]) => value);
    return undefined;
  }
  override lacks(name: string): boolean {
    return /^(?:is(?:readonly|fixedsize|synchronized)|syncroot)$/.test(name);
  }
  override set(name: string, value: Value): boolean {
    this.put(name, value);
    return true;
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const [key = null, value = null] = args;
    switch (name) {
      case "containskey":
      case "contains":
        return this.has(key);
      case "containsvalue":
        return this.entries().some(([, held]) => held === key);
      case "add":
        if (this.has(key))
          throw new RangeError(
            `Item has already been added. Key in dictionary: '${String(key)}'  Key being added: '${String(key)}'`,
          );
        this.put(key, value);
        return null;
      case "remove":
        this.delete(key);
        return null;
      case "clear":
        this.clear();
        return null;
      case "clone":
        return this.clone();
      case "getenumerator":
        return this.entries().map(([held, item]) => new DictionaryEntry(held, item));
      default:
        return undefined;
    }
  }
}

function keyOf(key: Value): string {
  if (typeof key === "string") return `s${key.toLowerCase()}`;
  if (key instanceof NetObject) return `o${key.text()}`;
  return `${typeof key}${String(key)}`;
}

/** One pair of a hashtable. */
export class DictionaryEntry extends NetObject {
  readonly typeName = "System.Collections.DictionaryEntry";
  readonly key: Value;
  readonly value: Value;
  constructor(key: Value, value: Value) {
    super();
    this.key = key;
    this.value = value;
  }
  override properties(): readonly string[] {
    return ["Name", "Value"];
  }
  override get(name: string): Value | undefined {
    const wanted = name.toLowerCase();
    if (wanted === "key" || wanted === "name") return this.key;
    return wanted === "value" ? this.value : undefined;
  }
  override lacks(): boolean {
    return false;
  }
}

const customObject = "System.Management.Automation.PSCustomObject";
/** Objects that are one of their properties in a string. */
const shownAs: Readonly<Record<string, string>> = {
  "System.Management.Automation.PathInfo": "Path",
  "System.Management.Automation.CommandInfo": "Name",
  "System.Management.Automation.ExternalScriptInfo": "Path",
  "System.Management.Automation.FunctionInfo": "Name",
};

/** An object whose properties a script made up; under another type's name, what is known of an object of Windows. */
export class PsObject extends NetObject {
  readonly typeName: string;
  readonly #entries = new Map<string, { name: string; value: Value }>();
  constructor(entries: Iterable<readonly [string, Value]> = [], typeName = customObject) {
    super();
    this.typeName = typeName;
    for (const [name, value] of entries) this.put(name, value);
  }
  put(name: string, value: Value): void {
    const known = this.#entries.get(name.toLowerCase());
    this.#entries.set(name.toLowerCase(), { name: known?.name ?? name, value });
  }
  remove(name: string): void {
    this.#entries.delete(name.toLowerCase());
  }
  override text(): string {
    const property = shownAs[this.typeName];
    return property === undefined ? this.typeName : String(this.get(property));
  }
  override properties(): readonly string[] {
    return [...this.#entries.values()].map(({ name }) => name);
  }
  override get(name: string): Value | undefined {
    return this.#entries.get(name.toLowerCase())?.value;
  }
  override lacks(): boolean {
    return this.typeName !== customObject;
  }
  override set(name: string, value: Value): boolean {
    if (!this.#entries.has(name.toLowerCase())) return false;
    this.put(name, value);
    return true;
  }
}

/** ArrayList and List<T>, Queue and Stack. */
export class NetList extends NetObject {
  readonly typeName: string;
  readonly list: Value[];
  constructor(typeName: string, list: Value[] = []) {
    super();
    this.typeName = typeName;
    this.list = list;
  }
  override items(): readonly Value[] {
    return this.list;
  }
  override get(name: string): Value | undefined {
    return name.toLowerCase() === "count" ? this.list.length : undefined;
  }
  override lacks(name: string): boolean {
    return /^(?:capacity|is(?:readonly|fixedsize|synchronized)|syncroot|comparer)$/.test(name);
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const [first = null, second = null] = args;
    const { list } = this;
    switch (name) {
      case "add":
        list.push(first);
        // Only ArrayList says where.
        return this.typeName === "System.Collections.ArrayList" ? list.length - 1 : null;
      case "addrange":
        list.push(...(Array.isArray(first) ? first : first instanceof NetList ? first.list : [first]));
        return null;
      case "insert":
        list.splice(Number(first), 0, second);
        return null;
      case "remove": {
        const index = list.indexOf(first);
        if (index >= 0) list.splice(index, 1);
        return this.typeName === "System.Collections.ArrayList" ? null : index >= 0;
      }
      case "removeat":
        list.splice(Number(first), 1);
        return null;
      case "contains":
        return list.includes(first);
      case "indexof":
        return list.indexOf(first);
      case "clear":
        list.length = 0;
        return null;
      case "reverse":
        list.reverse();
        return null;
      case "toarray":
        return [...list];
      default:
        return undefined;
    }
  }
}
