import type { SourceOf } from "@kiln/engine";
import { codeOf } from "@kiln/sdk";
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
  const tell = (answer: Answer, sourceOf: SourceOf): number => {
    if ("text" in answer) {
      printer.say(answer.text);
      return 0;
    }
    printer.diagnostics(answer.diagnostics, sourceOf);
    return 1;
  };
  let line: string | undefined;
  try {
    line = await io.terminal.ask("> ", io.interrupts.first);
  } catch (error) {
    if (codeOf(error) !== "ui/no-terminal") return 0;
    return piped(io, session, tell);
  }
  for (;;) {
    const asked = line.trim();
    if (asked === "exit") return 0;
    if (asked !== "") tell(await answer(session, asked), () => asked);
    try {
      line = await io.terminal.ask("> ", io.interrupts.first);
    } catch {
      return 0;
    }
  }
}

async function answer(session: Session, line: string): Promise<Answer> {
  if (line === "help") return { text: help };
  if (line === "variables") return { text: session.variables() };
  return session.evaluate(line);
}

/** Lines that come from another program: the last result counts, a mistake ends it. */
async function piped(io: Io, session: Session, tell: (answer: Answer, sourceOf: SourceOf) => number): Promise<number> {
  const lines = new TextDecoder().decode(await io.terminal.readAll()).split("\n");
  let last: Answer | undefined;
  for (const line of lines.map((l) => l.trim())) {
    if (line === "") continue;
    if (line === "exit") break;
    last = await answer(session, line);
    if (!("text" in last)) return tell(last, () => line);
  }
  return last ? tell(last, () => undefined) : 0;
}
