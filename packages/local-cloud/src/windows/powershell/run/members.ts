import { Refusal } from "../../system/refusal.ts";
import { stringMethod } from "../types/string-methods.ts";
import { Hashtable, NetList, PsObject } from "../values/collections.ts";
import { convert, itemsOf, listOf, text } from "../values/convert.ts";
import { Char, Double } from "../values/double.ts";
import { failure } from "../values/errors.ts";
import { formatValue } from "../values/format.ts";
import { Groups } from "../values/regex.ts";
import { TypeValue } from "../values/script-block.ts";
import { typeOf } from "../values/types.ts";
import { isArray, NetObject, type Value } from "../values/value.ts";

/** `.Name` of a value: null where Windows has none either, as PowerShell has it; of a list, that of its items. */
export function memberOf(target: Value, name: string): Value {
  const wanted = name.toLowerCase();
  const own = ownMember(target, wanted, name);
  if (own !== undefined) return own;
  const refusal = (): Refusal => new Refusal(`the property ${name} of ${typeOf(target)}`);
  if ((isArray(target) || target instanceof NetList) && lacks(target, wanted)) throw refusal();
  const items = listOf(target);
  if (items !== undefined && items.length > 0 && !(target instanceof Uint8Array)) {
    const found = items.flatMap((item) => {
      const value = memberOf(item, name);
      return value === null ? [] : isArray(value) ? value : [value];
    });
    return found.length > 1 ? found : (found[0] ?? null);
  }
  if (target !== null && lacks(target, wanted)) throw refusal();
  return null;
}

/** Whether a property reads as empty here that Windows has. */
function lacks(target: Exclude<Value, null>, wanted: string): boolean {
  // These every object has.
  if (/^ps(?:base|adapted|extended|typenames)$/.test(wanted)) return true;
  if (target instanceof NetObject) return target.lacks(wanted);
  if (typeof target === "string") return wanted === "chars";
  return typeof target === "object" && /^(?:is(?:readonly|fixedsize|synchronized)|syncroot)$/.test(wanted);
}

function ownMember(target: Value, wanted: string, name: string): Value | undefined {
  if (typeof target === "string" && wanted === "length") return target.length;
  if (isArray(target) || target instanceof Uint8Array) {
    if (wanted === "length" || wanted === "count" || wanted === "longlength") return target.length;
    if (wanted === "rank") return 1;
  }
  if (target instanceof NetObject) {
    const found = target.get(name);
    if (found !== undefined) return found;
    if (wanted === "psobject")
      return new PsObject(
        [
          ["Properties", propertyList(target)],
          ["TypeNames", [target.typeName]],
        ],
        "System.Management.Automation.PSMemberSet",
      );
  }
  // Everything that is one thing counts as one.
  if (wanted === "count" || wanted === "length")
    return target === null ? (wanted === "count" ? 0 : 0) : listOf(target) === undefined ? 1 : undefined;
  return undefined;
}

/** `.PSObject.Properties`: one after the other, or by name. */
class PropertyCollection extends NetObject {
  readonly typeName = "System.Management.Automation.PSMemberInfoIntegratingCollection";
  readonly #list: readonly PsObject[];
  constructor(list: readonly PsObject[]) {
    super();
    this.#list = list;
  }
  override items(): readonly Value[] {
    return this.#list;
  }
  override lacks(): boolean {
    return false;
  }
  at(key: string): Value {
    return this.#list.find((one) => text(one.get("Name") ?? null).toLowerCase() === key.toLowerCase()) ?? null;
  }
}

function propertyList(target: NetObject): PropertyCollection {
  const list = target.properties().map(
    (name) =>
      new PsObject(
        [
          ["Name", name],
          ["Value", target.get(name) ?? null],
        ],
        "System.Management.Automation.PSNoteProperty",
      ),
  );
  return new PropertyCollection(list);
}

/** `.Name = …` */
export function setMember(target: Value, name: string, value: Value): void {
  if (target instanceof NetObject) {
    if (target.set(name, value)) return;
    if (target.get(name) !== undefined || target.lacks(name.toLowerCase()))
      throw new Refusal(`setting the property ${name} of ${typeOf(target)}`);
  }
  throw failure(
    "PropertyNotFound",
    `The property '${name}' cannot be found on this object. Verify that the property exists and can be set.`,
  );
}

/** `[…]` */
export function indexInto(target: Value, index: Value): Value {
  if (target === null) throw failure("NullArray", "Cannot index into a null array.");
  if (target instanceof Hashtable) {
    if (isArray(index)) return index.map((key) => target.at(key) ?? null);
    if (target.isOrdered && typeof index === "number" && !target.has(index))
      return target.entries()[index < 0 ? target.size + index : index]?.[1] ?? null;
    return target.at(index) ?? null;
  }
  if (target instanceof Groups) return target.at(index);
  if (target instanceof PropertyCollection && typeof index === "string") return target.at(index);
  if (isArray(index)) return index.map((one) => indexInto(target, one));
  const items =
    typeof target === "string"
      ? undefined
      : target instanceof NetList
        ? target.list
        : isArray(target) || target instanceof Uint8Array
          ? target
          : listOf(target);
  const at = Number(convert(index, "int"));
  if (typeof target === "string") {
    const char = target.at(at);
    return char === undefined ? null : new Char(char);
  }
  if (items === undefined) {
    if (target instanceof NetObject && target.properties().length > 0 && typeof index === "string")
      return target.get(index) ?? null;
    throw failure("CannotIndex", `Unable to index into an object of type ${typeOf(target)}.`);
  }
  return items.at(at) ?? null;
}

export function setIndex(target: Value, index: Value, value: Value): void {
  if (target instanceof Hashtable) {
    target.put(index, value);
    return;
  }
  const items = target instanceof NetList ? target.list : target;
  const at = Number(convert(index, "int"));
  if (items instanceof Uint8Array || isArray(items)) {
    const real = at < 0 ? items.length + at : at;
    if (real < 0 || real >= items.length)
      throw failure("IndexOutOfRange", "Index was outside the bounds of the array.", {
        type: "System.IndexOutOfRangeException",
        category: "OperationStopped: (:)",
      });
    if (isArray(items)) items[real] = value;
    else items[real] = Number(convert(value, "byte"));
    return;
  }
  throw failure("CannotIndex", `Unable to index into an object of type ${target === null ? "null" : typeOf(target)}.`);
}

/** `.Name(…)` */
export async function callMember(target: Value, name: string, args: readonly Value[]): Promise<Value> {
  const wanted = name.toLowerCase();
  if (target === null) throw failure("InvokeMethodOnNull", "You cannot call a method on a null-valued expression.");
  if (target instanceof NetObject) {
    const found = await target.call(wanted, args);
    if (found !== undefined) return found;
  }
  if (typeof target === "string") {
    const found = stringMethod(target, wanted, args);
    if (found !== undefined) return found;
  }
  const common = commonMethod(target, wanted, args);
  if (common !== undefined) return common;
  if (target instanceof Hashtable || target instanceof PsObject) {
    const held = target.get(name);
    if (held instanceof NetObject && held.typeName.endsWith("ScriptBlock"))
      throw new Refusal(`calling the script block in ${name}`);
  }
  const items = listOf(target);
  if (items !== undefined && items.length > 0 && !(target instanceof Uint8Array)) {
    const found: Value[] = [];
    for (const item of items) found.push(...itemsOf(await callMember(item, name, args)));
    return found;
  }
  const isOwn = target instanceof PsObject ? !target.lacks() : !(target instanceof NetObject);
  if (!isOwn || knownMethods.has(wanted)) throw new Refusal(`${typeOf(target)}.${name}()`);
  throw failure(
    "MethodNotFound",
    `Method invocation failed because [${typeOf(target)}] does not contain a method named '${name}'.`,
    {
      category: `InvalidOperation: (${name}:String)`,
    },
  );
}

/** Methods that their types do have, and that are missing here. */
const knownMethods = new Set([
  "clone",
  "copyto",
  "asreadonly",
  "binarysearch",
  "exists",
  "find",
  "findall",
  "sort",
  "foreach",
  "where",
  "getenumerator",
  "gettypecode",
  "isnormalized",
  "normalize",
]);

function commonMethod(target: Exclude<Value, null>, wanted: string, args: readonly Value[]): Value | undefined {
  const [first = null] = args;
  switch (wanted) {
    case "tostring":
      return typeof first === "string" ? formatValue(target, first) : text(target);
    case "gettype":
      return new TypeValue(typeOf(target));
    case "equals":
      return isArray(target)
        ? target === first
        : typeOf(target) === (first === null ? "" : typeOf(first)) && text(target) === text(first);
    case "gethashcode":
      throw new Refusal("GetHashCode()");
    case "compareto":
      if (typeof target === "number" || typeof target === "bigint" || target instanceof Double) {
        const difference = Number(text(target)) - Number(text(first));
        return Math.sign(difference);
      }
      return undefined;
    case "getlength":
      return isArray(target) || target instanceof Uint8Array ? target.length : undefined;
    case "getvalue":
      return isArray(target) ? (target[Number(convert(first, "int"))] ?? null) : undefined;
    case "contains":
      return isArray(target)
        ? target.some((item) => typeOf(item) === typeOf(first) && text(item) === text(first))
        : undefined;
    case "indexof":
      return isArray(target) ? target.findIndex((item) => text(item) === text(first)) : undefined;
    case "getenumerator":
      return isArray(target) ? target : undefined;
    default:
      return undefined;
  }
}
