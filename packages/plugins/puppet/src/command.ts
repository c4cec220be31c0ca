import { type RunContext, renderedOption } from "@kiln/sdk";
import type { GuestOs } from "@kiln/sdk/guest";
import type { PuppetConfig } from "./options.ts";

/** What both commands have in common; also what a template's own `execute_command` may use. */
export interface CommandData {
  readonly WorkingDir: string;
  readonly FacterVars: string;
  readonly Sudo: boolean;
  readonly PuppetBinDir: string;
  readonly Debug: boolean;
  readonly ExtraArguments: string;
}

/** A directory's path joined with a name; both systems take the slash. */
export function under(directory: string, name: string): string {
  return `${directory.replace(/[/\\]+$/, "")}/${name}`;
}

/** The usual command: change directory, set the facts, run `puppet ACTION`. Words that are empty fall away. */
export function puppetCommand(data: CommandData, os: GuestOs, words: readonly string[]): string {
  const program = data.PuppetBinDir ? under(data.PuppetBinDir, "puppet") : "puppet";
  const run = [...(data.Sudo && os === "unix" ? ["sudo -E"] : []), program, ...words].filter((word) => word !== "");
  const facts = os === "windows" ? ["&&", data.FacterVars, "&&"] : ["&&", data.FacterVars];
  return [`cd ${data.WorkingDir}`, ...facts, ...run].join(" ");
}

/** `--name='value'`, or nothing for an empty value. cmd knows double quotes only. */
export function option(name: string, value: string, os: GuestOs): string {
  if (value === "") return "";
  return os === "windows" ? `--${name}="${value}"` : `--${name}='${value}'`;
}

/** Packer's data are a map here; but nobody means `<no value>` as a directory or a user. */
export function buildText(run: Pick<RunContext, "render">, option: string, text: string): string {
  return renderedOption(run, { option, type: "*puppet.BuildValues" }, text, {});
}

export function commandData(
  config: PuppetConfig,
  run: Pick<RunContext, "render" | "debug">,
  staging: string,
  facts: string,
): CommandData {
  return {
    WorkingDir: config.working_directory ? buildText(run, "working_directory", config.working_directory) : staging,
    FacterVars: facts,
    Sudo: !config.prevent_sudo,
    PuppetBinDir: config.puppet_bin_dir ?? "",
    Debug: run.debug,
    ExtraArguments: (config.extra_arguments ?? []).join(" "),
  };
}
