import { posix } from "node:path";
import { type Diagnostic, type PrepareContext, problem } from "@kiln/sdk";
import { allPathProblems } from "../check-path.ts";
import type { Config } from "./config.ts";

/** Wording: Packer's. */
export async function problems(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const { playbook_file, local_port, ansible_proxy_key_type: keyType } = config;
  return [
    ...(playbook_file
      ? await allPathProblems(playbook_file, "file", "playbook_file", ctx)
      : [problem("ansible/no-playbook", "playbook_file must be specified.", { subject: ctx.at() })]),
    ...(await allPathProblems(config.galaxy_file, "file", "galaxy_file", ctx)),
    ...(await allPathProblems(config.ssh_authorized_key_file, "file", "ssh_authorized_key_file", ctx)),
    ...(await allPathProblems(config.ssh_host_key_file, "file", "ssh_host_key_file", ctx)),
    ...(await allPathProblems(config.inventory_directory, "directory", "inventory_directory", ctx)),
    ...(local_port !== undefined && (local_port < 0 || local_port > 65_535 || !Number.isInteger(local_port))
      ? [
          problem("ansible/port", `local_port: ${local_port} must be a valid port`, {
            subject: ctx.at("local_port"),
          }),
        ]
      : []),
    ...(/^(ecdsa|rsa)$/i.test(keyType)
      ? []
      : [
          problem("ansible/key-type", `Invalid value for ansible_proxy_key_type: ${JSON.stringify(keyType)}`, {
            subject: ctx.at("ansible_proxy_key_type"),
            detail: "Use ECDSA or RSA.",
          }),
        ]),
    ...environmentProblems(config, ctx),
    ...(config.skip_version_check ? [] : await programProblems(config.command, ctx)),
  ];
}

function environmentProblems(config: Config, ctx: PrepareContext): readonly Diagnostic[] {
  return (config.ansible_env_vars ?? []).flatMap((entry, i) =>
    entry.indexOf("=") > 0
      ? []
      : [
          problem("ansible/environment-format", `ansible_env_vars: ${JSON.stringify(entry)} is not NAME=value`, {
            subject: ctx.at("ansible_env_vars", i),
          }),
        ],
  );
}

/** Looks for the program the way it will be started; asking it for its version is left to the run. */
async function programProblems(command: string, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  if (ctx.platform === "win32") return [];
  const places = command.includes("/")
    ? [command]
    : (ctx.env.PATH ?? "").split(":").map((dir) => posix.join(dir, command));
  for (const place of places) {
    const found = await ctx.files.stat(place).catch(() => undefined);
    if (found?.kind === "file" && (found.mode & 0o111) !== 0) return [];
  }
  const why = command.includes("/")
    ? `fork/exec ${command}: no such file or directory`
    : `exec: "${command}": executable file not found in $PATH`;
  return [
    problem("ansible/no-ansible", `Error running "${command} --version": ${why}`, {
      subject: ctx.at("command"),
      detail: "Install Ansible on this host, or set skip_version_check if the build installs it.",
    }),
  ];
}
