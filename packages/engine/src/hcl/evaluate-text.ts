import { parseExpressionText } from "@kiln/hcl";
import { type Checked, checked, type Diagnostic } from "@kiln/sdk";
import { settled, valueIn } from "./evaluation.ts";
import type { HclScope } from "./hcl-scope.ts";
import { printValue } from "./values/print.ts";

/** The value of a text as an HCL2 expression, as `console` shows it. */
export async function evaluateText(text: string, scope: HclScope): Promise<Checked<string>> {
  const { result, diagnostics } = parseExpressionText(text, "<console-input>");
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return settled(() => {
    const found: Diagnostic[] = [];
    const value = valueIn(result, scope.values, found);
    return value ? checked(printValue(value)) : { ok: false, diagnostics: found };
  });
}
