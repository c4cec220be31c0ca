import { renderTemplateAsync, type TemplateProblem, userReferences } from "@kiln/go-template";
import { type Diagnostic, nearestName, problem, type SourceRange } from "@kiln/sdk";
import { interpolation, JsonScope, type Surroundings } from "./json-scope.ts";
import type { JsonTemplate } from "./json-template.ts";
import { spanInString, templateFailure } from "./render.ts";
import type { Assigned } from "./var-files.ts";

export interface Variables {
  readonly values: ReadonlyMap<string, string>;
  readonly found: readonly Diagnostic[];
}

/** Waiting to be rendered, or refused because of `missing` variables. */
interface Waiting extends Assigned {
  readonly name: string;
  readonly sensitive: boolean;
  readonly range?: SourceRange;
  failure?: { readonly missing: ReadonlySet<string>; readonly problem: TemplateProblem };
}

/** `{{ .Name … }}` in a variable belongs to whoever uses the variable: it is taken out while the rest is rendered. */
const laterNames = /\{\{-?\s*\.[^}]*\}\}/g;

/**
 * Gives every variable its value: those of `-var` and files over the defaults, then rendered, each after the ones it speaks
 * of. Environment and secret stores are open here and nowhere else.
 */
export async function evaluateVariables(
  template: JsonTemplate,
  assigned: ReadonlyMap<string, Assigned>,
  surroundings: Surroundings,
): Promise<Variables> {
  const found: Diagnostic[] = [];
  const values = new Map<string, string>();
  const queue = [...startingValues(template, assigned)];
  /** Variables that were refused for want of the one they are filed under: they are rendered again once it is there. */
  const waiting = new Map<string, Waiting[]>();
  for (let variable = queue.shift(); variable; variable = queue.shift()) {
    const outcome = await render(variable, values, surroundings);
    if ("text" in outcome) {
      values.set(variable.name, outcome.text);
      queue.push(...(waiting.get(variable.name) ?? []));
      waiting.delete(variable.name);
      continue;
    }
    const [first] = outcome.missing;
    if (first === undefined) found.push(badVariable(variable, outcome.problem));
    else waiting.set(first, [...(waiting.get(first) ?? []), { ...variable, failure: outcome }]);
  }
  const left = [...waiting.values()].flat().toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return { values, found: [...found, ...stuck(left, values, found)] };
}

function startingValues(template: JsonTemplate, assigned: ReadonlyMap<string, Assigned>): readonly Waiting[] {
  const all = new Map<string, Waiting>();
  const sensitive = new Set(template.sensitiveNames);
  for (const [name, { fallback, node, range }] of template.rawVariables)
    if (fallback !== undefined && node.kind === "string")
      all.set(name, {
        name,
        sensitive: sensitive.has(name),
        text: fallback,
        place: { source: template.source, node },
        range,
      });
  for (const [name, given] of assigned) all.set(name, { name, sensitive: sensitive.has(name), ...given });
  return [...all.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function render(
  variable: Waiting,
  known: ReadonlyMap<string, string>,
  surroundings: Surroundings,
): Promise<{ readonly text: string } | { readonly missing: ReadonlySet<string>; readonly problem: TemplateProblem }> {
  const { text } = variable;
  if (!text.includes("{{")) return { text };
  const kept: string[] = [];
  // The stand-in has the length of what it stands for, so that places in messages stay right.
  const masked = text.replace(laterNames, (part) => {
    kept.push(part);
    return "\u0001".repeat(part.length);
  });
  const missing = new Set<string>();
  const context = interpolation(new JsonScope(new Map(), surroundings));
  const result = await renderTemplateAsync(masked, {
    ...context,
    user: known,
    inVariables: true,
    onMissingUser: (name) => missing.add(name),
  });
  if (!result.ok) return { missing, problem: result.problem };
  return { text: result.value.replace(/\u0001+/g, (run) => putBack(run, kept)) };
}

/** Neighbouring parts make one run of stand-ins. */
function putBack(run: string, kept: string[]): string {
  let text = "";
  for (let left = run.length; left > 0; ) {
    const part = kept.shift() ?? "";
    if (part === "") break;
    text += part;
    left -= part.length;
  }
  return text;
}

function badVariable(variable: Waiting, found: TemplateProblem): Diagnostic {
  // What Go says of a template quotes it.
  if (variable.sensitive)
    return problem(found.code, `error interpolating default value for '${variable.name}'`, {
      detail: `What is wrong there is not shown: "${variable.name}" is sensitive. {{ opens a template.`,
      subject: variable.range ?? placeOf(variable),
    });
  const prefix = found.phase === "parse" ? `error interpolating default value for '${variable.name}': ` : "";
  return told(variable, found, `${prefix}${found.message}`);
}

function told(variable: Waiting, found: TemplateProblem, summary: string): Diagnostic {
  const { place, range } = variable;
  if (place) return templateFailure(found, place.node, place.source, summary);
  return problem(found.code, summary, { detail: `in: ${variable.text}`, subject: range });
}

/** Variables that wait for others: those in a circle, and those that ask for what nobody declares. The rest only follow from these. */
function stuck(
  waiting: readonly Waiting[],
  known: ReadonlyMap<string, string>,
  failed: readonly Diagnostic[],
): readonly Diagnostic[] {
  const byName = new Map(waiting.map((variable) => [variable.name, variable]));
  const found: Diagnostic[] = [];
  const told = new Set<string>();
  for (const variable of waiting) {
    const circle = circleFrom(variable.name, byName);
    if (circle) {
      if (circle.some((name) => told.has(name))) continue;
      for (const name of circle) told.add(name);
      found.push(cycle(variable, circle));
      continue;
    }
    const absent = [...(variable.failure?.missing ?? [])].filter((name) => !byName.has(name));
    if (absent.length > 0 && (failed.length === 0 || !absent.every((name) => known.has(name))))
      found.push(undeclared(variable, absent, [...known.keys(), ...byName.keys()]));
  }
  return found;
}

/** The way from a variable back to itself. */
function circleFrom(start: string, waiting: ReadonlyMap<string, Waiting>): readonly string[] | undefined {
  const paths: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (let path = paths.pop(); path; path = paths.pop()) {
    for (const next of userReferences(waiting.get(path.at(-1) ?? "")?.text ?? "")) {
      if (next.name === start) return [...path];
      if (!waiting.has(next.name) || seen.has(next.name)) continue;
      seen.add(next.name);
      paths.push([...path, next.name]);
    }
  }
  return undefined;
}

function cycle(variable: Waiting, circle: readonly string[]): Diagnostic {
  const way = [...circle, circle[0]].join(" -> ");
  return problem("variables/cycle", `variables refer to each other in a circle: ${way}`, {
    detail: failedText(variable),
    subject: variable.range ?? placeOf(variable),
  });
}

function undeclared(variable: Waiting, absent: readonly string[], known: readonly string[]): Diagnostic {
  const [first = ""] = absent;
  const near = nearestName(
    first,
    known.filter((name) => name !== variable.name),
  );
  const reference = userReferences(variable.text).find((r) => r.name === first);
  const { place } = variable;
  const subject = place && reference ? spanInString(place.source, place.node, reference.span) : placeOf(variable);
  return problem("variables/undefined", failedText(variable), {
    detail: near === undefined ? undefined : `Did you mean "${near}"?`,
    subject,
    ...(subject && near !== undefined && place && { suggestion: { replace: subject, with: `\`${near}\`` } }),
  });
}

function failedText(variable: Waiting): string {
  const cause = variable.failure?.problem.message ?? "";
  const text = variable.sensitive ? "<sensitive>" : variable.text;
  return `Failed to interpolate "${variable.name}": "${text}"; error: ${cause}: Please make sure that the variable you're referencing has been defined; Packer treats all variables used to interpolate other user variables as required.`;
}

function placeOf(variable: Waiting): SourceRange | undefined {
  const { place } = variable;
  return place?.source.range(place.node.start, place.node.end);
}
