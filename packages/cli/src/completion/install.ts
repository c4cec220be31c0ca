import { dirname, join } from "node:path";
import { codeOf, messageOf } from "@kiln/sdk";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";

interface StartFile {
  readonly shell: string;
  readonly path: string;
  /** Lines that switch completion on. */
  readonly lines: readonly string[];
  /** Made where it does not exist; else only an existing file is changed. */
  readonly create: boolean;
}

function startFiles(io: Io): readonly StartFile[] {
  const home = io.host.env["HOME"] ?? "";
  const name = io.invokedAs;
  const config = io.host.env["XDG_CONFIG_HOME"] || join(home, ".config");
  // Where nothing is predicted, the shell offers files: templates and files of variables.
  const bash = `complete -o default -C ${name} ${name}`;
  return [
    { shell: "bash", path: join(home, ".bashrc"), lines: [bash], create: true },
    {
      shell: "zsh",
      path: join(home, ".zshrc"),
      lines: ["autoload -U +X bashcompinit && bashcompinit", `complete -o nospace -o default -C ${name} ${name}`],
      create: false,
    },
    {
      shell: "fish",
      path: join(config, "fish", "completions", `${name}.fish`),
      lines: [
        `function __complete_${name}`,
        "    set -lx COMP_LINE (commandline -cp)",
        '    test -z (commandline -ct); and set COMP_LINE "$COMP_LINE "',
        `    ${name}`,
        "end",
        `complete -f -c ${name} -a "(__complete_${name})"`,
      ],
      create: false,
    },
  ];
}

async function textOf(io: Io, path: string): Promise<string | undefined> {
  try {
    return await io.host.files.readText(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** `-autocomplete-install` and `-autocomplete-uninstall`: adds to, or takes from, the start-up files of shells. */
export async function changeCompletion(io: Io, install: boolean): Promise<number> {
  const printer = new Printer(io);
  let code = 0;
  for (const file of startFiles(io)) {
    try {
      const text = await textOf(io, file.path);
      // What other programs need too stays when ours goes.
      const ours = file.lines.filter((line) => install || !line.startsWith("autoload"));
      const kept = (text ?? "").split("\n").filter((line) => !ours.includes(line));
      const fishIsUsed = file.shell === "fish" && (await io.host.files.stat(dirname(dirname(file.path)))) !== undefined;
      if (text === undefined && !(install && (file.create || fishIsUsed))) continue;
      const rest = kept.join("\n").replace(/\n*$/, kept.join("") === "" ? "" : "\n");
      const after = install ? `${rest}${file.lines.join("\n")}\n` : rest;
      if (after === text) continue;
      if (!install && after === "" && file.shell === "fish") await io.host.files.remove(file.path);
      else {
        await io.host.files.makeDirectory(dirname(file.path), { recursive: true });
        await io.host.files.write(file.path, after);
      }
      printer.say(`${install ? "Added completion to" : "Removed completion from"} ${file.path}`);
    } catch (error) {
      printer.error(`Error: ${file.path}: ${messageOf(error)}`);
      code = 1;
    }
  }
  return code;
}
