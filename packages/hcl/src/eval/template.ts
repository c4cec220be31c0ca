import { convert } from "../convert/convert.ts";
import type { Template, TemplateJoin } from "../syntax/ast.ts";
import { graphemes } from "../syntax/source-text.ts";
import { Fault } from "../values/arithmetic.ts";
import { unmark, withMarks } from "../values/marks.ts";
import { STRING } from "../values/type.ts";
import { stringValue, unknownValue, type Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Scope } from "./scope.ts";

const BAD = "Invalid template interpolation value";

/** The parts of a template as one string; unknown, but with its known beginning, if any part is. */
export function template(expression: Template, scope: Scope, evaluator: Evaluator): Value {
  const texts: string[] = [];
  const marks = new Set<string>();
  let known = true;
  let prefix: string | undefined;
  for (const part of expression.parts) {
    const value = evaluator.value(part, scope);
    if (value.isNull) {
      const detail = "The expression result is null. Cannot include a null value in a string template.";
      evaluator.error("hcl/null-value", BAD, detail, part, expression);
      continue;
    }
    for (const mark of value.marks ?? []) marks.add(mark);
    if (!value.isKnown) {
      prefix ??= texts.join("");
      known = false;
      continue;
    }
    const text = convert(unmark(value), STRING);
    if (text instanceof Fault) {
      const detail = `Cannot include the given value in a string template: ${text.message}.`;
      evaluator.error("hcl/template-value", BAD, detail, part, expression);
    } else texts.push(text.text);
  }
  const result = known
    ? stringValue(texts.join(""))
    : unknownValue(STRING, { notNull: true, ...refinedPrefix(prefix ?? "") });
  return withMarks(result, marks);
}

/**
 * What follows could combine with the last grapheme of a prefix, so that one is not certain, unless it is punctuation. Where
 * the last character combines with nothing at all, cty is certain only of what stands before the first line break.
 */
function refinedPrefix(text: string): { readonly prefix?: string } {
  const whole = text.normalize("NFC");
  const kept = /[\t !-/:;?@[-_{-~]$/.test(whole) ? whole : graphemes(whole).slice(0, -1).join("");
  const combines = /[A-PR-Za-pr-z<=>\x80-\uffff]$/.test(whole);
  const certain = combines ? kept : kept.replace(/(?<!\r)\n[\s\S]*/, "");
  return certain === "" ? {} : { prefix: certain };
}

/** The texts of a `%{ for }` one after another. */
export function join(expression: TemplateJoin, scope: Scope, evaluator: Evaluator): Value {
  const tuple = evaluator.value(expression.tuple, scope);
  // Like cty, a text that is not known yet does not tell which of its parts are marked.
  if (!tuple.isKnown || tuple.isNull) return unknownValue(STRING);
  const texts: string[] = [];
  const marks = new Set<string>(tuple.marks);
  for (const item of tuple.items) {
    for (const mark of item.marks ?? []) marks.add(mark);
    if (item.isNull) {
      const detail = "An iteration result is null. Cannot include a null value in a string template.";
      evaluator.error("hcl/null-value", BAD, detail, expression);
      continue;
    }
    const text = convert(unmark(item), STRING);
    if (text instanceof Fault) {
      const detail = `Cannot include one of the interpolation results into the string template: ${text.message}.`;
      evaluator.error("hcl/template-value", BAD, detail, expression);
      continue;
    }
    if (!text.isKnown) return withMarks(unknownValue(STRING), tuple.marks);
    texts.push(text.text);
  }
  return withMarks(stringValue(texts.join("")), marks);
}
