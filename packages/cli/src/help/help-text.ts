import type { Command } from "../flags/command.ts";

const textWidth = 76;

/** The help of one command: usage line, what it is about, options; in the form of Packer's. */
export function commandHelp(program: string, command: Command): string {
  const usage = `Usage: ${program} ${command.name} ${command.usage}`.trimEnd();
  const about = command.about.flatMap((paragraph) => ["", ...wrap(paragraph, textWidth).map((line) => `  ${line}`)]);
  const list = command.list ? ["", ...command.list.map((line) => `  ${line}`)] : [];
  const options = optionLines(command);
  const section = options.length > 0 ? ["", "Options:", "", ...options] : [];
  return [usage, ...about, ...list, ...section].join("\n");
}

/** The general help: what `kiln` alone, or with an unknown command, prints. */
export function generalHelp(program: string, commands: readonly Pick<Command, "name" | "synopsis">[]): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const lines = commands.map(({ name, synopsis }) => `    ${name.padEnd(width)}    ${synopsis}`);
  return [
    `Usage: ${program} [--version] [--help] <command> [<args>]`,
    "",
    "Available commands are:",
    ...lines,
    "",
  ].join("\n");
}

function optionLines(command: Command): readonly string[] {
  const shown = Object.entries(command.flags)
    .filter(([, flag]) => !flag.hidden)
    .map(([name, flag]) => ({ left: `-${name}${flag.shown}`, doc: flag.doc }));
  const usual = shown.map(({ left }) => left.length).filter((length) => length <= 24);
  const width = Math.max(0, ...usual);
  const indent = " ".repeat(width + 4);
  return shown.flatMap(({ left, doc }) => {
    const lines = wrap(doc, 100 - indent.length);
    const [first = "", ...rest] = lines;
    if (left.length > width) return [`  ${left}`, ...lines.map((line) => indent + line)];
    return [`  ${left.padEnd(width)}  ${first}`, ...rest.map((line) => indent + line)];
  });
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
