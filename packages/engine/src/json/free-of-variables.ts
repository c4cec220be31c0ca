import { functionReferences } from "@kiln/go-template";
import type { Diagnostic, SourceRange } from "@kiln/sdk";
import type { JsonTemplate } from "./json-template.ts";
import { textsOf } from "./node.ts";

/** Calls that ask for a variable's value. */
const user = new Set(["user"]);

/**
 * Whether a mistake is in a component that asks for no variable: then it is there whatever the variables hold, and can be told although
 * some of them have no value.
 */
export function freeOfVariables({ parts }: JsonTemplate): (diagnostic: Diagnostic) => boolean {
  const components = [
    ...parts.builders,
    ...parts.provisioners,
    ...(parts.onError ? [parts.onError] : []),
    ...parts.postProcessors.flat(),
  ];
  const free = components
    .filter((component) =>
      [...textsOf(component.parts.node)].every(
        (text) => !text.includes("user") || functionReferences(text, user).length === 0,
      ),
    )
    .map((component) => component.range);
  return ({ subject }) => subject !== undefined && free.some((range) => holds(range, subject));
}

function holds(outer: SourceRange, inner: SourceRange): boolean {
  return outer.file === inner.file && outer.start.byte <= inner.start.byte && inner.end.byte <= outer.end.byte;
}
