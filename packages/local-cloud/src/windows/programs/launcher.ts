import { batchFile, cmd } from "../cmd/cmd.ts";
import { powershell } from "../powershell/powershell.ts";
import type { Executable, Launcher, WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import { absolutePath, extensionOf, PathError } from "../system/windows-path.ts";
import { accountPrograms } from "./accounts.ts";
import { netsh } from "./netsh.ts";
import type { Program } from "./program.ts";
import { reg } from "./reg.ts";
import { systemPrograms } from "./system.ts";
import { textPrograms } from "./text.ts";
import { winrm } from "./winrm.ts";

const programs: ReadonlyMap<string, Program> = new Map<string, Program>([
  ["cmd", cmd],
  ["powershell", powershell],
  ["netsh", netsh],
  ["reg", reg],
  ["winrm", winrm],
  ...Object.entries(accountPrograms),
  ...Object.entries(systemPrograms),
  ...Object.entries(textPrograms),
]);

/** Where each program lies on a new machine's drive. */
export const programFiles: readonly (readonly [name: string, path: string])[] = [...programs.keys()].map((name) => {
  if (name === "powershell") return [name, "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"];
  if (name === "wmic") return [name, "C:\\Windows\\System32\\wbem\\WMIC.exe"];
  return [name, `C:\\Windows\\System32\\${name}.exe`];
});

/** Starts programs, batch files and PowerShell; what the machine has no code for is refused. */
export const launcher: Launcher = {
  find: (process, name, here) => find(process, name, here),
  async run(process, executable, args) {
    const { system } = process;
    system.running.add(process);
    try {
      switch (executable.kind) {
        case "program": {
          const program = programs.get(executable.name);
          if (program) return await program(process, args);
          throw new Refusal(`the program ${executable.path}`);
        }
        case "batch":
          return await batchFile(process, executable.path, args);
        case "powershell":
          return await powershell(process, `-File "${executable.path}" ${args}`);
        case "foreign":
          throw new Refusal(`the program ${executable.path} (it runs no machine code)`);
        default:
          return executable satisfies never;
      }
    } finally {
      system.running.delete(process);
    }
  },
};

function find(process: WindowsProcess, name: string, here: boolean): Executable | undefined {
  const bare = name.replaceAll('"', "");
  if (bare === "") return undefined;
  const extensions = ["", ...(process.environment.get("PATHEXT") ?? ".EXE;.BAT;.CMD").split(";"), ".PS1"];
  const path = process.environment.get("PATH") ?? "";
  const folders = /[\\/:]/.test(bare)
    ? [process.directory]
    : [...(here ? [process.directory] : []), ...path.split(";").filter((one) => one.trim() !== "")];
  for (const folder of folders) {
    for (const extension of extensions) {
      if (extension === "" && extensionOf(bare) === "") continue;
      const found = executableAt(process, `${bare}${extension}`, folder);
      if (found) return found;
    }
  }
  return undefined;
}

function executableAt(process: WindowsProcess, name: string, folder: string): Executable | undefined {
  let path: string;
  try {
    path = absolutePath(name, absolutePath(folder.replaceAll('"', ""), "C:\\"));
  } catch (error) {
    if (error instanceof PathError) return undefined;
    throw error;
  }
  const facts = process.system.drive.facts(path);
  if (!facts || facts.isFolder) return undefined;
  const extension = extensionOf(facts.path).toLowerCase();
  if (extension === ".bat" || extension === ".cmd") return { kind: "batch", path: facts.path };
  if (extension === ".ps1") return { kind: "powershell", path: facts.path };
  if (extension !== ".exe" && extension !== ".com") return undefined;
  const known = programFiles.find(([, file]) => file.toLowerCase() === facts.path.toLowerCase());
  return known ? { kind: "program", name: known[0], path: facts.path } : { kind: "foreign", path: facts.path };
}
