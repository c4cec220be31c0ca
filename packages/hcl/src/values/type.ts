export interface PrimitiveType {
  readonly kind: "string" | "number" | "bool" | "dynamic";
}
export interface CollectionType {
  readonly kind: "list" | "set" | "map";
  readonly element: Type;
}
export interface ObjectType {
  readonly kind: "object";
  readonly attributes: ReadonlyMap<string, Type>;
  /** Attributes that a value converted to this type may lack; they become null, or their default. */
  readonly optional: ReadonlySet<string>;
}
export interface TupleType {
  readonly kind: "tuple";
  readonly elements: readonly Type[];
}
/** A type whose values only particular functions can make or read, such as a type constraint. */
export interface CapsuleType {
  readonly kind: "capsule";
  readonly name: string;
}

/** The type of a value, or a type constraint: `dynamic` stands for any type, or one not known yet. */
export type Type = PrimitiveType | CollectionType | ObjectType | TupleType | CapsuleType;

export const STRING: PrimitiveType = { kind: "string" };
export const NUMBER: PrimitiveType = { kind: "number" };
export const BOOL: PrimitiveType = { kind: "bool" };
export const DYNAMIC: PrimitiveType = { kind: "dynamic" };
const NONE: ReadonlySet<string> = new Set();

export const listOf = (element: Type): CollectionType => ({ kind: "list", element });
export const setOf = (element: Type): CollectionType => ({ kind: "set", element });
export const mapOf = (element: Type): CollectionType => ({ kind: "map", element });
export const tupleOf = (elements: readonly Type[]): TupleType => ({ kind: "tuple", elements });
export const EMPTY_TUPLE = tupleOf([]);

export function objectOf(
  attributes: ReadonlyMap<string, Type> | Readonly<Record<string, Type>>,
  optional: ReadonlySet<string> = NONE,
): ObjectType {
  return {
    kind: "object",
    attributes: attributes instanceof Map ? attributes : new Map(Object.entries(attributes)),
    optional,
  };
}

export const EMPTY_OBJECT = objectOf({});

export function isPrimitive(type: Type): boolean {
  return type.kind === "string" || type.kind === "number" || type.kind === "bool";
}

export function isCollection(type: Type): type is CollectionType {
  return type.kind === "list" || type.kind === "set" || type.kind === "map";
}

/** The same type exactly, optional markers included. */
export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (isCollection(a)) return sameType(a.element, (b as CollectionType).element);
  if (a.kind === "tuple") {
    const others = (b as TupleType).elements;
    return a.elements.length === others.length && a.elements.every((e, i) => sameType(e, others[i] ?? DYNAMIC));
  }
  if (a.kind === "object") {
    const other = b as ObjectType;
    if (a.attributes.size !== other.attributes.size || a.optional.size !== other.optional.size) return false;
    for (const [name, type] of a.attributes) {
      const theirs = other.attributes.get(name);
      if (!theirs || !sameType(type, theirs) || a.optional.has(name) !== other.optional.has(name)) return false;
    }
    return true;
  }
  return a.kind !== "capsule" || a.name === (b as CapsuleType).name;
}

/** Whether `dynamic` occurs anywhere in the type. */
export function hasDynamic(type: Type): boolean {
  if (type.kind === "dynamic") return true;
  if (isCollection(type)) return hasDynamic(type.element);
  if (type.kind === "tuple") return type.elements.some(hasDynamic);
  if (type.kind === "object") return [...type.attributes.values()].some(hasDynamic);
  return false;
}

/** The type of actual values of an object constraint: every attribute present. */
export function withoutOptional(type: Type): Type {
  if (isCollection(type)) {
    const element = withoutOptional(type.element);
    return element === type.element ? type : { kind: type.kind, element };
  }
  if (type.kind === "tuple") {
    const elements = type.elements.map(withoutOptional);
    return elements.every((e, i) => e === type.elements[i]) ? type : tupleOf(elements);
  }
  if (type.kind === "object") {
    let changed = type.optional.size > 0;
    const attributes = new Map<string, Type>();
    for (const [name, attribute] of type.attributes) {
      const plain = withoutOptional(attribute);
      changed ||= plain !== attribute;
      attributes.set(name, plain);
    }
    return changed ? objectOf(attributes) : type;
  }
  return type;
}

/** What an error message calls values of this type: `list of string`, `object`. */
export function typeName(type: Type): string {
  if (isCollection(type)) return `${type.kind} of ${typeName(type.element)}`;
  return type.kind === "capsule" ? type.name : type.kind;
}

/** What an error message calls this type where it is demanded rather than found. */
export function constraintName(type: Type): string {
  if (type.kind === "dynamic") return "any type";
  if (isCollection(type)) {
    return type.element.kind === "dynamic"
      ? `${type.kind} of any single type`
      : `${type.kind} of ${constraintName(type.element)}`;
  }
  return typeName(type);
}

/** How a type is written in a template: `map(list(string))`, `object({a=string})`. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case "dynamic":
      return "any";
    case "list":
    case "set":
    case "map":
      return `${type.kind}(${typeText(type.element)})`;
    case "tuple":
      return `tuple([${type.elements.map(typeText).join(",")}])`;
    case "object": {
      const parts = [...type.attributes].sort(([a], [b]) => (a < b ? -1 : 1));
      const shown = parts.map(([n, t]) => `${n}=${type.optional.has(n) ? `optional(${typeText(t)})` : typeText(t)}`);
      return `object({${shown.join(",")}})`;
    }
    case "capsule":
      return type.name;
    default:
      return type.kind;
  }
}
