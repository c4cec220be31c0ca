/**
 * What variables hold. A `number` is an Int32, a `bigint` an Int64; other numbers are `Double`. Byte arrays are `Uint8Array`,
 * other arrays are arrays; everything else that .NET has is a `NetObject`.
 */
export type Value = null | boolean | string | number | bigint | Value[] | Uint8Array | NetObject;

/** An object of .NET, as far as scripts can see it. */
export abstract class NetObject {
  /** Full name of its type. */
  abstract readonly typeName: string;
  /** What `ToString()` says. */
  text(): string {
    return this.typeName;
  }
  /** Names of its properties, in the order in which they are shown. */
  properties(): readonly string[] {
    return [];
  }
  /** A property's value; undefined where there is none of that name (names are compared without case). */
  get(_name: string): Value | undefined {
    return undefined;
  }
  /** Whether the real type has, or may have, a property of that name that is missing here: then nobody may read it as empty. */
  lacks(_name: string): boolean {
    return true;
  }
  /** Sets a property; false where there is none of that name. */
  set(_name: string, _value: Value): boolean {
    return false;
  }
  /** Calls a method (its name in lower case); undefined where there is none of that name. */
  call(_name: string, _args: readonly Value[]): Value | Promise<Value> | undefined {
    return undefined;
  }
  /** What a pipeline or `foreach` takes from it one by one; undefined: itself. */
  items(): readonly Value[] | undefined {
    return undefined;
  }
}

export const isArray = (value: Value): value is Value[] => Array.isArray(value);

/** Looks a property up without regard to case. */
export function lower(name: string): string {
  return name.toLowerCase();
}
