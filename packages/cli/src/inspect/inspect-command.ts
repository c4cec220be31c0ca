import { parseJsonTemplate } from "@kiln/engine";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { parseInput, type TemplateInput } from "../template/load-template.ts";
import { inspectJson } from "./inspect-json.ts";

/** `inspect [TEMPLATE]`: lists what a template defines. Without a template there is nothing to list, which is no mistake. */
export async function inspect(io: Io, input: TemplateInput): Promise<number> {
  const printer = new Printer(io);
  const parsed =
    input.path === "" ? { ...parseJsonTemplate("{}", ""), sourceOf: () => undefined } : await parseInput(io, input);
  if (!parsed.ok) {
    printer.diagnostics(parsed.diagnostics, parsed.sourceOf);
    return 1;
  }
  printer.diagnostics(parsed.warnings, parsed.sourceOf);
  const template = "template" in parsed.value ? parsed.value.template : parsed.value;
  for (const line of inspectJson(template)) {
    if ("say" in line) printer.say(line.say);
    else {
      const [category = "", ...args] = line.record;
      printer.record("", category, ...args);
    }
  }
  return 0;
}
