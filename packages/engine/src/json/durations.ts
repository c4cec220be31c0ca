import { caution, type Diagnostic, formatGoDuration } from "@kiln/sdk";
import { problemAt } from "./diagnose.ts";
import type { JsonNode } from "./node.ts";
import type { SourceText } from "./source-text.ts";
import { goFloat } from "./weak.ts";

/** A bad duration with how one is written. */
export function badDuration(source: SourceText, node: JsonNode, summary: string): Diagnostic {
  return problemAt(source, node, "config/bad-duration", summary, {
    detail: 'A duration is numbers with units, such as "90s", "1h5m" or "250ms".',
  });
}

/** Legal, and hardly ever meant. */
export function nanoseconds(source: SourceText, node: JsonNode & { kind: "number" }, name: string): Diagnostic {
  const range = source.range(node.start, node.end);
  return caution("config/bare-duration", `${name}: a number without a unit counts nanoseconds`, {
    detail: `${goFloat(node.value)} is ${formatGoDuration(BigInt(Math.trunc(node.value)))}. Write "${goFloat(node.value)}s" for seconds.`,
    subject: range,
    suggestion: { replace: range, with: `"${goFloat(node.value)}s"` },
  });
}
