import { checkJsonTemplate, parseJsonTemplate, parsePlainJson, SourceLines } from "@kiln/engine";
import { failureText } from "@kiln/sdk";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { bytesOf } from "../template/read-bytes.ts";
import { packerVersion } from "../version.ts";
import { isObject } from "./draft.ts";
import { fixedJson, fixTemplate } from "./fix-template.ts";

export interface FixOptions {
  /** Path, or `-` for standard input. */
  readonly path: string;
  readonly validate: boolean;
}

/** `fix TEMPLATE`: prints the template with the options of today. Source: core-behaviour §1.9. */
export async function fix(io: Io, options: FixOptions): Promise<number> {
  const printer = new Printer(io);
  const { path } = options;
  if (/\.pkr\.(hcl|json)$/.test(path)) {
    printer.error("packer fix only works with JSON files for now.");
    return 1;
  }
  const bytes = await read(io, path, printer);
  if (!bytes) return 1;
  const file = path === "-" ? "<stdin>" : path;
  const parsed = parsePlainJson(bytes, file);
  if (!parsed.ok) {
    const told = parsed.diagnostics.map((d) => ({
      ...d,
      summary: d.summary.replace("Error parsing JSON", "Error parsing template"),
    }));
    printer.diagnostics(told, () => new TextDecoder().decode(bytes));
    return 1;
  }
  if (!isObject(parsed.value)) {
    printer.error("Error parsing template: a template is a JSON object");
    return 1;
  }
  const text = `${fixedJson(fixTemplate(parsed.value))}\n`;
  printer.say(text);
  return options.validate ? validated(text, printer) : 0;
}

async function read(io: Io, path: string, printer: Printer): Promise<Uint8Array | undefined> {
  if (path === "-") return io.terminal.readAll();
  try {
    return await bytesOf(io, path);
  } catch (error) {
    const reason = failureText(error);
    printer.error(`Error opening template: open ${path}: ${reason}`);
    return undefined;
  }
}

/** The fixed text is read again: what is wrong with it is told at its places there. */
function validated(text: string, printer: Printer): number {
  const sources = new SourceLines();
  sources.remember("<fixed template>", text);
  const advice = "This is usually caused by an error in the input template.\nPlease fix the error and try again.";
  const parsed = parseJsonTemplate(text, "<fixed template>");
  const found = parsed.ok ? checkJsonTemplate(parsed.value, packerVersion) : parsed.diagnostics;
  if (found.length === 0) return 0;
  printer.error(parsed.ok ? "Error! Fixed template failed to validate:\n" : "Error! Fixed template fails to parse:\n");
  printer.diagnostics(found, sources.lineOf);
  printer.error(advice);
  return 1;
}
