import { renderTemplate } from "@kiln/go-template";
import { checked, problem, refused } from "@kiln/sdk";
import type { RenderFactory } from "../engine.ts";
import { interpolation } from "./json-scope.ts";

/** Renders late text (`execute_command`, tags, …) with the functions and values of its component's scope. */
export const lateText: RenderFactory = (scope, functions) => (template, data) => {
  const rendered = renderTemplate(template, interpolation(scope, functions, data));
  if (rendered.ok) return checked(rendered.value);
  const { message, detail } = rendered.problem;
  return refused(problem("template/render", message, { detail }));
};
