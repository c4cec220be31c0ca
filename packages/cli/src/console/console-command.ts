import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { isHcl, type TemplateInput } from "../template/load-template.ts";
import { type Answer, hclSession, jsonSession, type Session } from "./sessions.ts";

const help = `The Packer console allows you to experiment with Packer interpolations.
You may access variables in the Packer config you called the console with.

Type in the interpolation to test and hit <enter> to see the result.

"variables" will dump all available variables and their values.

To exit the console, type "exit" and hit <enter>, or use Control-C or
Control-D.`;

/** `console [TEMPLATE]`: evaluates lines. Source: core-behaviour §1.7. */
export async function console(io: Io, input: TemplateInput): Promise<number> {
  const printer = new Printer(io);
  const hcl = input.path === "" ? input.configType.toLowerCase() === "hcl2" : await isHcl(io, input);
  const session = await (hcl ? hclSession(io, input, printer) : jsonSession(io, input, printer));
  if (!session) return 1;
  const lines = io.terminal.converse("> ", io.interrupts.first);
  if (!lines) return piped(io, session, printer);
  for await (const line of lines) {
    if (line.trim() === "exit") break;
    const given = await answer(session, line);
    if ("text" in given) printer.say(given.text);
    else printer.diagnostics(given.diagnostics, () => line);
  }
  return 0;
}

async function answer(session: Session, line: string): Promise<Answer> {
  const asked = line.trim();
  if (asked === "") return { text: "" };
  if (asked === "help") return { text: help };
  if (asked === "variables") return { text: session.variables() };
  return session.evaluate(line);
}

/** Lines that come from another program: all are evaluated, every mistake is told, and the last result is the output. */
async function piped(io: Io, session: Session, printer: Printer): Promise<number> {
  const lines = new TextDecoder().decode(await io.terminal.readAll()).split("\n");
  // What follows the last line end is not a line.
  if (lines.at(-1) === "") lines.pop();
  let last: string | undefined;
  let code = 0;
  for (const line of lines.map((l) => l.trim())) {
    // `exit` is none here: the end of the input is, and what `exit` gives is empty.
    const given = line === "exit" ? { text: "" } : await answer(session, line);
    last = "text" in given ? given.text : "";
    if ("text" in given) continue;
    code = 1;
    printer.diagnostics(given.diagnostics, () => line);
  }
  if (last !== undefined) printer.say(last);
  return code;
}
