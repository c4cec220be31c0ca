import { objectValue, type Reference, rangeOf, UNKNOWN, type Value } from "@kiln/hcl";
import { append, type Diagnostic, nearestName, problem } from "@kiln/sdk";
import { settled, valueIn } from "../evaluation.ts";
import type { HclScope } from "../hcl-scope.ts";
import type { HclParts } from "../hcl-template.ts";
import { attributeOf, referencesIn, referencesInBody } from "../references.ts";
import { textsOf } from "../values/to-plain.ts";
import { cycle, type Dependent, dataKey, dependents, localKey } from "./dependencies.ts";
import { inOrder } from "./order.ts";
import { type DataAccess, dataValue } from "./run-data-source.ts";

export interface EvaluatedNames {
  readonly locals: ReadonlyMap<string, Value>;
  /** By type, then by name. */
  readonly data: ReadonlyMap<string, ReadonlyMap<string, Value>>;
}

/**
 * Evaluates locals and asks data sources, each after what it needs; circles are reported. A failed one is unknown to those that need
 * it, so that one mistake is told once. Source: core-behaviour §3.3, phase 9.
 */
export async function evaluateNames(
  parts: HclParts,
  scope: HclScope,
  access: DataAccess,
  found: Diagnostic[],
): Promise<EvaluatedNames> {
  const { sorted, circles } = inOrder(dependents(parts));
  append(found, circles.map(cycle));
  const inCircle = new Set(circles.flat().map(({ key }) => key));
  const values = new Map<string, Value>();
  const dataKeys = new Set(parts.data.map(({ type, name }) => dataKey(type, name)));
  for (const node of sorted) {
    if (inCircle.has(node.key)) {
      values.set(node.key, UNKNOWN);
      continue;
    }
    const missing = undeclared(node, parts, dataKeys);
    if (missing.length > 0) {
      append(found, missing);
      values.set(node.key, UNKNOWN);
      continue;
    }
    const inner = scopeFor(node, scope, values);
    values.set(node.key, (await valueOfNode(node, inner, access, found)) ?? UNKNOWN);
  }
  return gathered(parts, values);
}

async function valueOfNode(
  node: Dependent,
  scope: HclScope,
  access: DataAccess,
  found: Diagnostic[],
): Promise<Value | undefined> {
  if (node.kind === "data") return dataValue(node.data, scope, access, found);
  const { value, diagnostics } = await settled(() => {
    const diagnostics: Diagnostic[] = [];
    return { value: valueIn(node.local.expression, scope.values, diagnostics), diagnostics };
  });
  append(found, diagnostics);
  if (value && node.local.sensitive) for (const text of textsOf(value)) access.secrets.declare(text);
  return value;
}

function referencesOf(node: Dependent): Iterable<Reference> {
  return node.kind === "local" ? referencesIn(node.local.expression) : referencesInBody(node.data.block.body);
}

/** Only what a node needs: making all names known to all would take the square of their number. */
function scopeFor(node: Dependent, scope: HclScope, values: ReadonlyMap<string, Value>): HclScope {
  const locals = new Map<string, Value>();
  const data = new Map<string, Map<string, Value>>();
  for (const key of node.needs) {
    const value = values.get(key);
    if (!value) continue;
    const [kind = "", first = "", ...rest] = key.split(".");
    if (kind === "local") locals.set([first, ...rest].join("."), value);
    else data.set(first, (data.get(first) ?? new Map<string, Value>()).set(rest.join("."), value));
  }
  return scope.with({ local: locals, data: dataMembers(data) });
}

function dataMembers(data: ReadonlyMap<string, ReadonlyMap<string, Value>>): ReadonlyMap<string, Value> {
  return new Map([...data].map(([type, members]) => [type, objectValue(members)]));
}

function undeclared(node: Dependent, parts: HclParts, dataKeys: ReadonlySet<string>): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const reference of referencesOf(node)) {
    const name = attributeOf(reference, 0);
    const second = attributeOf(reference, 1);
    if (name === undefined) continue;
    const subject = rangeOf(reference);
    const say = (what: string, near: string | undefined): void => {
      const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
      found.push(
        problem("template/undefined-name", "Unsupported attribute", {
          detail: `There is no ${what}.${hint}`,
          subject,
        }),
      );
    };
    if (reference.root === "local" && !parts.locals.has(name))
      say(`local called "${name}"`, nearestName(name, parts.locals.keys()));
    else if (reference.root === "data" && second !== undefined && !dataKeys.has(dataKey(name, second)))
      say(`data source data.${name}.${second}`, nearestName(dataKey(name, second), dataKeys));
  }
  return found;
}

function gathered(parts: HclParts, values: ReadonlyMap<string, Value>): EvaluatedNames {
  const locals = new Map<string, Value>();
  for (const name of parts.locals.keys()) locals.set(name, values.get(localKey(name)) ?? UNKNOWN);
  const data = new Map<string, Map<string, Value>>();
  for (const { type, name } of parts.data) {
    const value = values.get(dataKey(type, name)) ?? UNKNOWN;
    data.set(type, (data.get(type) ?? new Map<string, Value>()).set(name, value));
  }
  return { locals, data };
}
