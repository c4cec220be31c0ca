import type { PrepareContext } from "../component.ts";
import { type Diagnostic, problem } from "../diagnostics.ts";
import { encodedCommand, powershellLiteral } from "../windows/powershell-text.ts";

/** What `guest_os_type` knows: it decides paths, quoting and commands. */
export type GuestOs = "unix" | "windows";

/** The value of `guest_os_type`, unix where it is not set. Letters count in any case. */
export function guestOs(value: string | undefined): GuestOs | undefined {
  const name = (value || "unix").toLowerCase();
  return name === "unix" || name === "windows" ? name : undefined;
}

/** Refuses what is neither. Wording: Packer's. */
export function guestOsProblems(value: string | undefined, ctx: PrepareContext): readonly Diagnostic[] {
  if (guestOs(value)) return [];
  return [
    problem("guest/os-type", `Invalid guest_os_type: ${JSON.stringify(value)}`, {
      subject: ctx.at("guest_os_type"),
      detail: "It is unix or windows.",
    }),
  ];
}

/** A word for a POSIX shell that means exactly this text. */
export function posixWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Commands for directories on the machine. */
export interface GuestCommands {
  /** Makes them, also those above, and lets every user write there: the transfer may log in as another one than the program. */
  makeDirectories(paths: readonly string[]): string;
  removeDirectory(path: string): string;
}

export function guestCommands(os: GuestOs, options: { readonly sudo: boolean }): GuestCommands {
  return os === "windows" ? windowsCommands : unixCommands(options.sudo ? "sudo " : "");
}

function unixCommands(sudo: string): GuestCommands {
  const shell = (command: string): string => `${sudo}sh -c ${posixWord(command)}`;
  return {
    makeDirectories(paths) {
      const words = paths.map(posixWord).join(" ");
      return shell(`mkdir -p ${words} && chmod 0777 ${words}`);
    },
    removeDirectory: (path) => shell(`rm -rf ${posixWord(path)}`),
  };
}

const powershell = (script: string): string =>
  `powershell -executionpolicy bypass -encodedcommand ${encodedCommand(
    `$ProgressPreference = 'SilentlyContinue'; $ErrorActionPreference = 'Stop'; ${script}`,
  )}`;
const windowsCommands: GuestCommands = {
  makeDirectories: (paths) =>
    powershell(`[void](New-Item -ItemType Directory -Force -Path ${paths.map(powershellLiteral).join(", ")})`),
  removeDirectory: (path) => powershell(`Remove-Item -Recurse -Force -LiteralPath ${powershellLiteral(path)}`),
};
