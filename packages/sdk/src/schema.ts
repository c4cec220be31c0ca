export type FieldType = "string" | "number" | "bool" | "duration" | "list" | "map" | "object" | "any";

/**
 * One option of a component, as data: the TypeScript type, both decoders, the docs and the JSON Schema are folds over it.
 * `duration` values are milliseconds after decoding; templates write Go duration strings (`1h5m`).
 */
export interface Field<T = unknown, Required extends boolean = boolean> {
  readonly type: FieldType;
  /** A block in HCL2 (`name { … }`); in JSON an object, or a list of objects. */
  readonly nesting: "attribute" | "block";
  readonly required: Required;
  readonly doc: string;
  readonly fallback?: T;
  /** Element of a list or map. */
  readonly element?: Field;
  /** Members of an object; also of each element where `type` is a list of blocks. */
  readonly fields?: Schema;
  /** The value is masked in every output. */
  readonly sensitive?: true;
  readonly deprecated?: { readonly use?: string; readonly note?: string };
  /** `{{ }}` text that the component renders during the run; checked for syntax only when the template is checked. */
  readonly lateTemplate?: true;
  /** The only values allowed, where the set is closed. For docs and editors; the component says the refusal in its own words. */
  readonly choices?: readonly string[];
  /** Accepted but not shown in docs. */
  readonly hidden?: true;
  /** Phantom: carries `T` for `ConfigOf`, absent at run time. */
  readonly "~type"?: T;
}
export type Schema = Readonly<Record<string, Field>>;

type Simplify<T> = { [K in keyof T]: T[K] } & {};
type ValueOf<F> = F extends Field<infer T> ? T : never;
type Present = { readonly required: true } | { readonly fallback: {} };
/** The decoded configuration of a schema: required and defaulted options are present, the others may be absent. */
export type ConfigOf<S extends Schema> = Simplify<
  { readonly [K in keyof S as S[K] extends Present ? K : never]: ValueOf<S[K]> } & {
    readonly [K in keyof S as S[K] extends Present ? never : K]?: ValueOf<S[K]>;
  }
>;

/** What every field constructor takes. */
export interface FieldOptions<T> {
  readonly doc: string;
  readonly fallback?: T;
  readonly sensitive?: true;
  readonly deprecated?: Field["deprecated"];
  readonly lateTemplate?: true;
  readonly choices?: readonly string[];
  readonly hidden?: true;
}
type Made<T, O> = Field<T, false> & (O extends { readonly fallback: T } ? { readonly fallback: T } : unknown);

function attribute<T, O extends FieldOptions<T>>(type: FieldType, options: O, more: Partial<Field> = {}): Made<T, O> {
  return { type, nesting: "attribute", required: false, ...options, ...more } as unknown as Made<T, O>;
}

export function text<const O extends FieldOptions<string>>(options: O): Made<string, O> {
  return attribute<string, O>("string", options);
}
export function num<const O extends FieldOptions<number>>(options: O): Made<number, O> {
  return attribute<number, O>("number", options);
}
/** A boolean; without a fallback it is tri-state: absent means that the template did not say. */
export function flag<const O extends FieldOptions<boolean>>(options: O): Made<boolean, O> {
  return attribute<boolean, O>("bool", options);
}
/** A Go duration string in the template, milliseconds after decoding. */
export function duration<const O extends FieldOptions<number>>(options: O): Made<number, O> {
  return attribute<number, O>("duration", options);
}
/** Any value, passed through as decoded from the template. */
export function anything<const O extends FieldOptions<unknown>>(options: O): Made<unknown, O> {
  return attribute<unknown, O>("any", options);
}
export function list<T, const O extends FieldOptions<readonly T[]>>(
  element: Field<T>,
  options: O,
): Made<readonly T[], O> {
  return attribute<readonly T[], O>("list", options, { element });
}
export function map<T, const O extends FieldOptions<Readonly<Record<string, T>>>>(
  element: Field<T>,
  options: O,
): Made<Readonly<Record<string, T>>, O> {
  return attribute<Readonly<Record<string, T>>, O>("map", options, { element });
}
/** One nested block at most. */
export function block<S extends Schema>(fields: S, options: FieldOptions<ConfigOf<S>>): Field<ConfigOf<S>, false> {
  return { type: "object", nesting: "block", required: false, ...options, fields } as Field<ConfigOf<S>, false>;
}
/** A block that may be repeated. */
export function blocks<S extends Schema>(
  fields: S,
  options: FieldOptions<readonly ConfigOf<S>[]>,
): Field<readonly ConfigOf<S>[], false> {
  return { type: "list", nesting: "block", required: false, ...options, fields } as Field<
    readonly ConfigOf<S>[],
    false
  >;
}
/** The same field, demanded: its absence is reported by the decoder. */
export function required<T>(field: Field<T>): Field<T, true> {
  return { ...field, required: true };
}

/** Element fields for lists and maps of plain values. */
export const ofText: Field<string, false> = text({ doc: "" });
export const ofNumber: Field<number, false> = num({ doc: "" });
