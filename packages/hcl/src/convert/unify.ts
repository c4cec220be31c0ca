import { append } from "@kiln/sdk";
import {
  DYNAMIC,
  isCollection,
  isPrimitive,
  listOf,
  mapOf,
  type ObjectType,
  objectOf,
  sameType,
  type TupleType,
  type Type,
  tupleOf,
} from "../values/type.ts";
import type { Convertible } from "./mismatch.ts";

export interface Unified {
  readonly type: Type;
}

/**
 * One type that all of these convert to; undefined when there is none. Objects with the same attributes and tuples of one
 * length unify part by part, others as maps and lists; beyond that the most general of the given types is taken.
 * Follows cty's `convert.Unify`; `unsafe` also allows conversions that some values fail.
 */
export function unifyTypes(types: readonly Type[], unsafe: boolean, convertible: Convertible): Unified | undefined {
  const first = types[0];
  if (!first) return undefined;
  if (types.every((t) => t === first)) return { type: first };
  const structural = unifyByKind(types, unsafe, convertible);
  if (structural !== "general") return structural;
  return general(types, unsafe, convertible);
}

function unifyByKind(
  types: readonly Type[],
  unsafe: boolean,
  convertible: Convertible,
): Unified | undefined | "general" {
  const count = { map: 0, list: 0, set: 0, object: 0, tuple: 0, dynamic: 0 };
  for (const t of types) if (t.kind in count) count[t.kind as keyof typeof count]++;
  const all = (n: number): boolean => n + count.dynamic === types.length;
  const open = count.dynamic > 0;
  if (count.map > 0 && all(count.map)) return collections("map", types, unsafe, convertible, open);
  if (count.map > 0 && all(count.map + count.object))
    return mixed("map", "object", types, unsafe, convertible) ?? "general";
  if (count.list > 0 && all(count.list)) return collections("list", types, unsafe, convertible, open);
  if (count.list > 0 && all(count.list + count.tuple))
    return mixed("list", "tuple", types, unsafe, convertible) ?? "general";
  if (count.set > 0 && all(count.set)) return collections("set", types, unsafe, convertible, open);
  if (count.object > 0 && all(count.object))
    return open ? { type: DYNAMIC } : objects(types as ObjectType[], unsafe, convertible);
  if (count.tuple > 0 && all(count.tuple))
    return open ? { type: DYNAMIC } : tuples(types as TupleType[], unsafe, convertible);
  if (count.object > 0 && count.tuple > 0) return undefined;
  return "general";
}

function collections(
  kind: "list" | "set" | "map",
  types: readonly Type[],
  unsafe: boolean,
  convertible: Convertible,
  open: boolean,
): Unified | undefined {
  if (open) return { type: DYNAMIC };
  const element = unifyTypes(
    types.map((t) => (isCollection(t) ? t.element : DYNAMIC)),
    unsafe,
    convertible,
  );
  return element && { type: { kind, element: element.type } };
}

/** Objects beside maps become maps first, tuples beside lists become lists. */
function mixed(
  collection: "map" | "list",
  structure: "object" | "tuple",
  types: readonly Type[],
  unsafe: boolean,
  convertible: Convertible,
): Unified | undefined {
  if (types.some((t) => t.kind === "dynamic")) return { type: DYNAMIC };
  const elements: Type[] = [];
  for (const type of types) {
    if (type.kind === collection && isCollection(type)) elements.push(type.element);
    else if (type.kind === "object") append(elements, type.attributes.values());
    else if (type.kind === "tuple") append(elements, type.elements);
  }
  const element = unifyTypes(elements, unsafe, convertible);
  if (!element) return undefined;
  const target: Type = { kind: collection, element: element.type };
  const structures = types.filter((t) => t.kind === structure);
  return reachable(structures, target, unsafe, convertible);
}

function reachable(
  types: readonly Type[],
  target: Type,
  unsafe: boolean,
  convertible: Convertible,
): Unified | undefined {
  return types.every((t) => convertible(t, target, unsafe)) ? { type: target } : undefined;
}

function objects(types: readonly ObjectType[], unsafe: boolean, convertible: Convertible): Unified | undefined {
  const [first, ...rest] = types;
  if (!first) return undefined;
  const alike = rest.every(
    (t) =>
      t.attributes.size === first.attributes.size && [...t.attributes.keys()].every((k) => first.attributes.has(k)),
  );
  if (!alike) {
    const element = unifyTypes(
      types.flatMap((t) => [...t.attributes.values()]),
      unsafe,
      convertible,
    );
    return element && reachable(types, mapOf(element.type), unsafe, convertible);
  }
  const attributes = new Map<string, Type>();
  for (const name of first.attributes.keys()) {
    const one = unifyTypes(
      types.map((t) => t.attributes.get(name) ?? DYNAMIC),
      unsafe,
      convertible,
    );
    if (!one) return undefined;
    attributes.set(name, one.type);
  }
  return { type: objectOf(attributes) };
}

function tuples(types: readonly TupleType[], unsafe: boolean, convertible: Convertible): Unified | undefined {
  const [first, ...rest] = types;
  if (!first) return undefined;
  if (rest.some((t) => t.elements.length !== first.elements.length)) {
    const element = unifyTypes(
      types.flatMap((t) => t.elements),
      unsafe,
      convertible,
    );
    return element && reachable(types, listOf(element.type), unsafe, convertible);
  }
  const elements: Type[] = [];
  for (const i of first.elements.keys()) {
    const one = unifyTypes(
      types.map((t) => t.elements[i] ?? DYNAMIC),
      unsafe,
      convertible,
    );
    if (!one) return undefined;
    elements.push(one.type);
  }
  return { type: tupleOf(elements) };
}

function general(given: readonly Type[], unsafe: boolean, convertible: Convertible): Unified | undefined {
  const types: Type[] = [];
  for (const type of given) if (!types.some((t) => sameType(t, type))) types.push(type);
  for (const index of byPreference(types)) {
    const want = types[index];
    if (want && types.every((t) => sameType(t, want) || convertible(t, want, unsafe))) return { type: want };
  }
  return undefined;
}

/** Below zero if `a` is the better result type of the two. */
function preference(a: Type, b: Type): number {
  if (a.kind === "dynamic" || b.kind === "dynamic") return Number(a.kind === "dynamic") - Number(b.kind === "dynamic");
  if (isPrimitive(a) && isPrimitive(b)) return Number(b.kind === "string") - Number(a.kind === "string");
  if (a.kind === b.kind && isCollection(a) && isCollection(b)) return preference(a.element, b.element);
  const rank = (t: Type): number => (t.kind === "list" || t.kind === "map" ? 0 : t.kind === "set" ? 1 : 2);
  const families = [new Set(["list", "set", "tuple"]), new Set(["map", "object"])];
  return families.some((f) => f.has(a.kind) && f.has(b.kind)) ? rank(a) - rank(b) : 0;
}

/** Indexes so that each type comes after every better one, and otherwise as given. */
function byPreference(types: readonly Type[]): number[] {
  const left = new Set(types.keys());
  const order: number[] = [];
  while (left.size > 0) {
    let best: number | undefined;
    for (const i of left) {
      const beaten = [...left].some((j) => j !== i && preference(types[j] ?? DYNAMIC, types[i] ?? DYNAMIC) < 0);
      if (!beaten) {
        best = i;
        break;
      }
    }
    const next = best ?? left.values().next().value ?? 0;
    left.delete(next);
    order.push(next);
  }
  return order;
}
