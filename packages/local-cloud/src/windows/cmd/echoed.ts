import type { CmdRedirection, Command } from "./parse.ts";

/** Whether an `@` keeps a line, or what a loop runs, from being echoed. */
export function isSilent(command: Command): boolean {
  if (command.isSilent) return true;
  return "left" in command && isSilent(command.left);
}

/** A command as cmd echoes it: put together again from what was read, with a blank after each part. */
export function echoed(command: Command): string {
  return (command.isSilent ? "@" : "") + plain(command);
}

const signs = { then: "&", and: "&&", or: "||", pipe: "|" } as const;
const modes = { items: "", numbers: "/L ", lines: "/F ", folders: "/D " } as const;

function plain(command: Command): string {
  switch (command.kind) {
    case "simple":
      return `${command.text} ${redirections(command.redirections)}`;
    case "then":
    case "and":
    case "or":
    case "pipe":
      return `${echoed(command.left)}${signs[command.kind]} ${echoed(command.right)}`;
    case "block": {
      const lines = command.body.map(echoed);
      const inner = lines.length > 1 ? `\r\n${lines.join("\r\n ")}\r\n` : lines.join("");
      return `(${inner}) ${redirections(command.redirections)}`;
    }
    case "if": {
      const test = command.test.replace(/\s*==\s*/, " == ");
      return `if ${test} ${echoed(command.yes)}${command.no ? ` else ${echoed(command.no)}` : ""}`;
    }
    case "for": {
      const options = command.options === "" ? "" : `"${command.options}" `;
      return `for ${modes[command.mode]}${options}%${command.variable} in (${command.set}) do ${echoed(command.body)}`;
    }
    default:
      return command satisfies never;
  }
}

function redirections(all: readonly CmdRedirection[]): string {
  const one = ({ from, to }: CmdRedirection): string => {
    if ("stream" in to) return `${from}>&${to.stream} `;
    return `${from}${{ write: ">", append: ">>", read: "<" }[to.how]}${to.file} `;
  };
  return all.map(one).join("");
}
