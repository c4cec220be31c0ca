/** Test support: the typed Go values of the oracle's cases. Not part of the package's API. */
import { formatGoDuration, parseGoDuration } from "@kiln/sdk";
import type { GoBasicType, GoFuncType, GoMethod, GoStructType, GoType } from "./go/type.ts";
import * as t from "./go/type.ts";
import type { GoOutcome, GoValue } from "./go/value.ts";
import * as v from "./go/value.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Typed = { readonly $go: string; readonly v: Json };

const isTyped = (json: Json): json is Typed => typeof json === "object" && json !== null && "$go" in json;
const text = (value: GoValue | undefined): string => (value?.kind === "string" ? value.value : "");
const whole = (value: GoValue | undefined): bigint => (value?.kind === "int" ? value.value : 0n);

function method(
  type: GoFuncType,
  call: (self: GoValue, args: readonly GoValue[]) => GoOutcome,
  onPointer = false,
): GoMethod {
  return { type, call, onPointer };
}
const stringMethod = (call: (self: GoValue) => string, onPointer = false): GoMethod =>
  method(t.funcOf([], t.goString), (self) => v.gave(v.stringValue(call(self))), onPointer);

function field(self: GoValue, name: string): GoValue | undefined {
  const struct = self.kind === "pointer" ? self.target : self;
  if (struct?.kind !== "struct") return undefined;
  return struct.fields[struct.type.fields.findIndex((candidate) => candidate.name === name)];
}
const fieldText = (self: GoValue, name: string): string => text(field(self, name));

const stringMap = t.mapOf(t.goString, t.goString);
const nested: { -readonly [K in keyof GoStructType]: GoStructType[K] } = {
  kind: "struct",
  name: "main.Nested",
  fields: [],
};
nested.fields = [
  { name: "Name", type: t.goString },
  { name: "Deep", type: stringMap },
  { name: "Inner", type: t.pointerTo(nested) },
];
const command: GoStructType = {
  kind: "struct",
  name: "main.Command",
  fields: [
    { name: "Path", type: t.goString },
    { name: "Vars", type: t.goString },
    { name: "Count", type: t.goInt },
    { name: "Enabled", type: t.goBool },
    { name: "Ratio", type: t.goFloat64 },
    { name: "Tags", type: stringMap },
    { name: "List", type: t.sliceOf(t.goString) },
    { name: "Nested", type: t.pointerTo(nested) },
    { name: "Any", type: t.goAny },
    { name: "hidden", type: t.goString },
  ],
  methods: new Map([
    [
      "Hello",
      method(t.funcOf([t.goString], t.goString), (self, [name]) =>
        v.gave(v.stringValue(`hello ${text(name)} from ${fieldText(self, "Path")}`)),
      ),
    ],
    ["Upper", stringMethod((self) => fieldText(self, "Path").toUpperCase())],
    [
      "PtrMethod",
      method(
        t.funcOf([], t.goString),
        (self) =>
          v.isNil(self)
            ? v.failed("runtime error: invalid memory address or nil pointer dereference")
            : v.gave(v.stringValue(`ptr:${fieldText(self, "Path")}`)),
        true,
      ),
    ],
    ["Fail", method(t.funcOf([], [t.goString, t.goErrorType]), () => v.failed("command failed"))],
    [
      "Sum",
      method(t.funcOf([t.sliceOf(t.goInt)], t.goInt, { variadic: true }), (_, args) =>
        v.gave(v.intValue(args.reduce((sum, arg) => sum + whole(arg), 0n))),
      ),
    ],
  ]),
};
const str: GoStructType = {
  kind: "struct",
  name: "main.Str",
  fields: [{ name: "S", type: t.goString }],
  methods: new Map([["String", stringMethod((self) => `<${fieldText(self, "S")}>`)]]),
};
const errorString: GoStructType = {
  kind: "struct",
  name: "errors.errorString",
  fields: [{ name: "s", type: t.goString }],
  methods: new Map([["Error", stringMethod((self) => fieldText(self, "s"), true)]]),
};
const inUnit = (unit: number): GoMethod =>
  method(t.funcOf([], t.goFloat64), (self) => v.gave(v.floatValue(Number(whole(self)) / unit)));
const duration: GoBasicType = {
  kind: "int",
  name: "time.Duration",
  bits: 64,
  methods: new Map([
    ["String", stringMethod((self) => formatGoDuration(whole(self)))],
    ["Hours", inUnit(3.6e12)],
    ["Minutes", inUnit(6e10)],
    ["Seconds", inUnit(1e9)],
    ["Nanoseconds", method(t.funcOf([], t.goInt64), (self) => v.gave(v.intValue(whole(self), t.goInt64)))],
  ]),
};

const ints = (params: number, results: GoType | readonly GoType[]): GoFuncType =>
  t.funcOf(
    Array.from({ length: params }, () => t.goInt),
    results,
  );
const functions: Readonly<Record<string, GoValue>> = {
  add: v.funcValue(ints(2, t.goInt), ([a, b]) => v.gave(v.intValue(whole(a) + whole(b)))),
  concat: v.funcValue(t.funcOf([t.sliceOf(t.goString)], t.goString, { variadic: true }), (args) =>
    v.gave(v.stringValue(args.map(text).join(""))),
  ),
  fail: v.funcValue(t.funcOf([], [t.goString, t.goErrorType]), () => v.failed("func failed")),
  nilary: v.funcValue(t.funcOf([], t.goString), () => v.gave(v.stringValue("nilary!"))),
  div: v.funcValue(ints(2, [t.goInt, t.goErrorType]), ([a, b]) =>
    whole(b) === 0n ? v.failed("division by zero") : v.gave(v.intValue(whole(a) / whole(b))),
  ),
};

const basics: Readonly<Record<string, GoBasicType>> = Object.fromEntries([
  ...[8, 16, 32, 64].flatMap((bits): [string, GoBasicType][] => [
    [`int${bits}`, { kind: "int", name: `int${bits}`, bits }],
    [`uint${bits}`, { kind: "uint", name: `uint${bits}`, bits }],
  ]),
  ...[t.goBool, t.goString, t.goInt, t.goInt64, t.goUint8, t.goUint64, t.goFloat32, t.goFloat64, t.goComplex128].map(
    (type): [string, GoBasicType] => [type.name, type],
  ),
  ["uint", { kind: "uint", name: "uint", bits: 64 }],
  ["byte", t.goUint8],
  ["rune", { kind: "int", name: "int32", bits: 32 }],
  ["time.Duration", duration],
]);
const structs: Readonly<Record<string, GoStructType>> = {
  "main.Command": command,
  "main.Nested": nested,
  "main.Str": str,
};

/** A type from the name Go prints. */
function typeNamed(name: string): GoType {
  const known = basics[name] ?? structs[name];
  if (known) return known;
  if (name === "interface {}" || name === "any") return t.goAny;
  if (name.startsWith("[]")) return t.sliceOf(typeNamed(name.slice(2)));
  if (name.startsWith("*")) return t.pointerTo(typeNamed(name.slice(1)));
  const map = /^map\[([^\]]+)\](.+)$/.exec(name);
  if (map) return t.mapOf(typeNamed(map[1] ?? ""), typeNamed(map[2] ?? ""));
  const array = /^\[(\d+)\](.+)$/.exec(name);
  if (array) return t.arrayOf(Number(array[1]), typeNamed(array[2] ?? ""));
  throw new Error(`the oracle has no type ${name}`);
}

/** The value of a case's JSON. */
export function oracleValue(json: Json | undefined): GoValue | undefined {
  if (json === undefined || json === null) return undefined;
  if (isTyped(json)) return typedValue(json);
  if (typeof json === "string") return v.stringValue(json);
  if (typeof json === "boolean") return v.boolValue(json);
  if (typeof json === "number") return Number.isInteger(json) ? v.intValue(json) : v.floatValue(json);
  if (Array.isArray(json)) return of(t.sliceOf(t.goAny), json as readonly Json[]);
  return of(t.mapOf(t.goString, t.goAny), json);
}

function typedValue({ $go, v: json }: Typed): GoValue | undefined {
  if ($go === "func") return functions[String(json)];
  if ($go === "error") {
    return v.pointerValue({ kind: "struct", type: errorString, fields: [v.stringValue(String(json))] });
  }
  return of(typeNamed($go), json);
}

function of(type: GoType, json: Json): GoValue {
  if (json !== null && isTyped(json)) return v.stored(typedValue(json), type);
  switch (type.kind) {
    case "string":
      return v.stringValue(String(json), type);
    case "bool":
      return v.boolValue(json === true);
    case "int":
    case "uint":
      return v.intValue(
        type === duration ? (parseGoDuration(String(json)) ?? 0n) : BigInt(json as string | number),
        type,
      );
    case "float":
      return v.floatValue(type.bits === 32 ? Math.fround(Number(json)) : Number(json), type);
    case "complex": {
      const [, re, im] = /^\(([+-]?[0-9.e]+)([+-][0-9.e]+)i\)$/.exec(String(json)) ?? [];
      return v.complexValue({ re: Number(re), im: Number(im) });
    }
    case "interface":
      return v.interfaceValue(oracleValue(json));
    case "pointer":
      return json === null ? v.zeroValue(type) : v.pointerValue(of(type.element, json));
    case "slice":
      if (json === null) return v.zeroValue(type);
      if (typeof json === "string") {
        return v.sliceValue(
          type.element,
          Array.from(new TextEncoder().encode(json), (b) => v.intValue(b, t.goUint8)),
        );
      }
      return v.sliceValue(
        type.element,
        (json as readonly Json[]).map((item) => of(type.element, item)),
      );
    case "array":
      return { kind: "array", type, items: (json as readonly Json[]).map((item) => of(type.element, item)) };
    case "map": {
      if (json === null) return v.zeroValue(type);
      const keyType = type.key.kind === "interface" ? t.goString : type.key;
      const entries = Object.entries(json as Readonly<Record<string, Json>>);
      return v.mapValue(
        type.key,
        type.element,
        entries.map(([k, item]) => [of(keyType, k), of(type.element, item)] as const),
      );
    }
    case "struct": {
      const given = json as Readonly<Record<string, Json>>;
      if (type === str && typeof json === "string") return { kind: "struct", type, fields: [v.stringValue(json)] };
      const fields = type.fields.map((f) =>
        given[f.name] === undefined ? v.zeroValue(f.type) : of(f.type, given[f.name] ?? null),
      );
      return { kind: "struct", type, fields };
    }
    default:
      throw new Error(`no value of type ${t.typeName(type)}`);
  }
}
