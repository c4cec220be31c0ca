import type { ProvisionContext } from "@kiln/sdk";
import { fact } from "./build-facts.ts";
import type { Config } from "./config.ts";
import type { Route } from "./route.ts";

export interface Playing {
  readonly inventory: string;
  /** Absolute. */
  readonly playbook: string;
  /** Rendered. */
  readonly extra: readonly string[];
  /** File that holds the password as a variable. */
  readonly passwordFile: string | undefined;
}

/** Ansible's arguments, in Packer's order. */
export function playbookArguments(
  config: Config,
  route: Route,
  playing: Playing,
  ctx: Pick<ProvisionContext, "buildName" | "builderType" | "buildValues" | "machine">,
): readonly string[] {
  const { extra, passwordFile } = playing;
  const http = fact(ctx.buildValues, "PackerHTTPAddr");
  const key = route.privateKeyFile;
  const overSsh = ctx.machine.communicator.kind === "ssh";
  const sshArguments = config.ansible_ssh_extra_args?.join("") || "-o IdentitiesOnly=yes";
  const named = (name: string): boolean => extra.some((argument) => argument.includes(name));
  const withPassword = passwordFile !== undefined || named("ansible_password");
  return [
    ...(ctx.buildName === "" ? [] : ["-e", `packer_build_name=${JSON.stringify(ctx.buildName)}`]),
    "-e",
    `packer_builder_type=${ctx.builderType}`,
    ...(http === "" ? [] : ["-e", `packer_http_addr=${http}`]),
    ...(overSsh && key ? ["--ssh-extra-args", `'${sshArguments}'`] : []),
    ...extra,
    ...(passwordFile !== undefined && !named("ansible_password") ? ["-e", `@${passwordFile}`] : []),
    ...(key && !withPassword ? ["-e", `ansible_ssh_private_key_file=${key}`] : []),
    ...(withPassword && overSsh && !named("ansible_host_key_checking")
      ? ["-e", "ansible_host_key_checking=False"]
      : []),
    "-i",
    playing.inventory,
    playing.playbook,
  ];
}

/** `NAME=value` and `"NAME": "value"` where the name tells that the value is nobody's business. */
const assignments = /([^\s="'{,]*(?:password|secret)[^\s=]*=)("[^"]*"|'[^']*'|\S+)/gi;
const members = /("[^"]*(?:password|secret)[^"]*"\s*:\s*)("(?:[^"\\]|\\.)*"|[^\s,}]+)/gi;

/** The command as it is printed. */
export function shownCommand(command: readonly string[], passwords: readonly string[]): string {
  let text = command.map((word) => word.replace(assignments, "$1*****").replace(members, '$1"*****"')).join(" ");
  for (const password of passwords) if (password !== "") text = text.replaceAll(password, "*****");
  return text;
}
