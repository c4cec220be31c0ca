import {
  buildPlaceholder,
  type GoInput,
  type GoValue,
  goStruct,
  goValue,
  type InterpolationContext,
  pointerValue,
} from "@kiln/go-template";
import { type EvalScope, type Host, pending, type TemplateFunctions } from "@kiln/sdk";
import { componentFunctions } from "./component-functions.ts";

/** What template functions take from outside. */
export interface Surroundings {
  readonly host: Pick<Host, "env" | "cwd" | "clock" | "random">;
  /** The one instant that `timestamp` and `isotime` speak of. */
  readonly startedAt: Date;
  /** Absolute; absent where the template came from standard input. */
  readonly templateDir?: string;
  readonly packerVersion: string;
  readonly lookups?: SecretLookUps;
}
/** Secret stores, for the variables section. They reject with a message for the user. */
export interface SecretLookUps {
  consulKey?(key: string): Promise<string>;
  vault?(path: string, key: string): Promise<string>;
  /** All members of a Vault secret. */
  vaultMembers?(path: string): Promise<Readonly<Record<string, unknown>>>;
  awsSecret?(name: string, key: string | undefined): Promise<string>;
  awsSecretText?(name: string): Promise<string>;
}

/** A scope that knows the outside world: what `{{ }}` text is rendered with, in either syntax. */
export abstract class SurroundedScope implements EvalScope {
  readonly names: ReadonlyMap<string, unknown>;
  readonly surroundings: Surroundings;

  constructor(names: ReadonlyMap<string, unknown>, surroundings: Surroundings) {
    this.names = names;
    this.surroundings = surroundings;
  }

  abstract child(names: Readonly<Record<string, unknown>>): SurroundedScope;
  /** Whether `{{ build `X` }}` finds values while the template is checked; HCL2 reads them as `build.X` instead. */
  get buildInText(): boolean {
    return true;
  }
}

/**
 * The names that a JSON template's `{{ }}` may use: `var`, `source`, `build`, `path`, `packer`; and the outside world behind its
 * functions.
 */
export class JsonScope extends SurroundedScope {
  child(names: Readonly<Record<string, unknown>>): JsonScope {
    return new JsonScope(new Map([...this.names, ...Object.entries(names)]), this.surroundings);
  }
}

/**
 * What `{{ }}` sees in this scope. `data` are the `.Names` of text rendered during the run; the build's values lie below them. With
 * `type` they are fields of that Go type, so that any other name is an error.
 */
export function interpolation(
  scope: EvalScope,
  functions: TemplateFunctions = {},
  data?: Readonly<Record<string, unknown>>,
  type?: string,
): InterpolationContext {
  if (!(scope instanceof SurroundedScope)) throw new TypeError("a template was given a scope without surroundings");
  const { surroundings } = scope;
  const { host, lookups } = surroundings;
  const source = scope.names.get("source") as { readonly type?: string; readonly name?: string } | undefined;
  // A build can give a source another name; PACKER_BUILD_NAME and build_name mean that of the source itself.
  const buildName = (scope.names.get("buildName") as string | undefined) ?? source?.name;
  return {
    ...outside(surroundings),
    environment: (name) => host.env[name],
    ...(scope instanceof JsonScope && scope.names.has("var") && { user: userVariables(scope) }),
    ...(buildName !== undefined && { buildName }),
    ...(source?.type !== undefined && { buildType: source.type }),
    ...dataOf(scope, data, type),
    functions: componentFunctions(functions),
    ...(lookups?.consulKey && { consul: lookups.consulKey.bind(lookups) }),
    ...(lookups?.vault && { vault: lookups.vault.bind(lookups) }),
    ...(lookups?.awsSecret && { awsSecret: lookups.awsSecret.bind(lookups) }),
    ...(lookups?.awsSecretText && { awsSecretText: lookups.awsSecretText.bind(lookups) }),
  };
}

function outside(from: Surroundings) {
  const { host } = from;
  return {
    packerVersion: from.packerVersion,
    ...(from.templateDir !== undefined && { templateDirectory: from.templateDir }),
    workingDirectory: host.cwd,
    startedAt: nanoseconds(from.startedAt),
    now: () => nanoseconds(host.clock.now()),
    randomBytes: (count: number) => host.random.bytes(count),
  };
}

function nanoseconds(instant: Date): bigint {
  return BigInt(instant.getTime()) * 1_000_000n;
}

/** Every text of a template asks for the same variables. */
const textsOf = new WeakMap<object, ReadonlyMap<string, string>>();

/** The user variables of a scope. */
export function userVariables(scope: EvalScope): ReadonlyMap<string, string> {
  const variables = scope.names.get("var");
  if (typeof variables !== "object" || variables === null) return new Map();
  let texts = textsOf.get(variables);
  if (!texts) {
    texts = new Map(Object.entries(variables).map(([name, value]) => [name, String(value)]));
    textsOf.set(variables, texts);
  }
  return texts;
}

/** Builders have no build values: `build` is an error there. */
function dataOf(
  scope: SurroundedScope,
  data: Readonly<Record<string, unknown>> | undefined,
  type: string | undefined,
): { data?: GoValue; dot?: GoValue } {
  const values = scope.names.get("build") as Readonly<Record<string, unknown>> | undefined;
  const build = scope.buildInText || !values ? values : known(values);
  if (!build && !data) return {};
  const texts = Object.entries(build ?? {}).map(([name, value]): [string, unknown] => [
    name,
    value === pending ? `Build_${name}. ${buildPlaceholder}` : asText(value),
  ]);
  const names = { ...Object.fromEntries(texts), ...data } as Readonly<Record<string, GoInput>>;
  const value = goValue(names);
  return {
    ...(value && { data: value }),
    ...(type !== undefined && { dot: asType(type, names) }),
  };
}

/** `type` as Go writes it: `*shell.ExecuteCommandTemplate`. */
function asType(type: string, fields: Readonly<Record<string, GoInput>>): GoValue {
  return type.startsWith("*") ? pointerValue(goStruct(type.slice(1), fields)) : goStruct(type, fields);
}

/** The build function gives text: a port, too, is to be had with it. */
function asText(value: unknown): unknown {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

function known(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== pending));
}

/** Build values that only the run will know. */
export function pendingNames(scope: EvalScope): ReadonlySet<string> {
  const build = (scope.names.get("build") ?? {}) as Readonly<Record<string, unknown>>;
  return new Set(Object.keys(build).filter((name) => build[name] === pending));
}
