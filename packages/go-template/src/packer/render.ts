import { parseTemplate } from "../parse-template.ts";
import type { TemplateProblem, TemplateResult } from "../problem.ts";
import { positionOf } from "../problem.ts";
import type { InterpolationContext } from "./functions.ts";
import { packerFunctions } from "./functions.ts";

/**
 * - `once`: one rendering; what comes out is not looked at again. Component configuration is rendered so.
 * - `until-stable`: again and again until nothing changes, so that variables may hold templates. Builder names are.
 * - `validate`: only whether it parses and its functions exist; the output is empty. For what is rendered later.
 */
export type RenderMode = "once" | "until-stable" | "validate";

/** Packer goes on for ever; templates that grow with every round are stopped here. */
const maxRounds = 100;

type Round = (text: string) => TemplateResult<string>;

/** Renders a text with Packer's functions, none of which may have to wait (no secret stores). */
export function renderTemplate(
  text: string,
  context: InterpolationContext,
  mode: RenderMode = "once",
): TemplateResult<string> {
  const round: Round = (current) => {
    const parsed = parseTemplate(current, { functions: packerFunctions(context) });
    if (!parsed.ok) return parsed;
    return mode === "validate" ? { ok: true, value: "" } : parsed.value.execute(context.dot ?? context.data);
  };
  if (mode !== "until-stable") return round(text);
  const rounds = stableRounds(text);
  let step = rounds.next();
  while (!step.done) step = rounds.next(round(step.value));
  return step.value;
}

/** As `renderTemplate`, waiting for the secret stores. */
export async function renderTemplateAsync(
  text: string,
  context: InterpolationContext,
  mode: RenderMode = "once",
): Promise<TemplateResult<string>> {
  const round = async (current: string): Promise<TemplateResult<string>> => {
    const parsed = parseTemplate(current, { functions: packerFunctions(context) });
    if (!parsed.ok) return parsed;
    return mode === "validate" ? { ok: true, value: "" } : parsed.value.executeAsync(context.dot ?? context.data);
  };
  if (mode !== "until-stable") return round(text);
  const rounds = stableRounds(text);
  let step = rounds.next();
  while (!step.done) step = rounds.next(await round(step.value));
  return step.value;
}

/** Asks for one rendering after the other; a mistake in a later one is shown at the whole text. */
function* stableRounds(text: string): Generator<string, TemplateResult<string>, TemplateResult<string>> {
  let current = text;
  for (let count = 0; count < maxRounds; count++) {
    const result = yield current;
    if (!result.ok) return count === 0 ? result : { ok: false, problem: elsewhere(result.problem, text) };
    if (result.value === current) return result;
    current = result.value;
  }
  const reason = `the text still changes after ${maxRounds} renderings; does a variable contain itself?`;
  const problem: TemplateProblem = {
    phase: "execute",
    code: "template/never-stable",
    message: `template: root: ${reason}`,
    reason,
    span: { start: 0, end: text.length },
    line: 1,
    column: 1,
  };
  return { ok: false, problem };
}

/** The text with the mistake is not the one in the file, so its places say nothing there. */
function elsewhere(problem: TemplateProblem, text: string): TemplateProblem {
  const { suggestion: _, ...rest } = problem;
  return { ...rest, phase: "execute", span: { start: 0, end: text.length }, ...positionOf(text, 0) };
}
