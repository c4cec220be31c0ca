import { renderTemplate } from "@kiln/go-template";
import { type Checked, checked, type EvalScope, problem, refused } from "@kiln/sdk";
import type { RenderFactory } from "../engine.ts";
import { interpolation } from "./json-scope.ts";

/** Renders late text (`execute_command`, tags, …) with the functions and values of its component's scope. */
export const lateText: RenderFactory = (scope, functions) => (template, data, type) => {
  const rendered = renderTemplate(template, interpolation(scope, functions, data, type));
  if (rendered.ok) return checked(rendered.value);
  const { message, detail } = rendered.problem;
  return refused(problem("template/render", message, { detail }));
};

/** A text rendered with the names of a scope, as `console` shows it. */
export function renderText(text: string, scope: EvalScope): Checked<string> {
  return lateText(scope, {})(text, {});
}
