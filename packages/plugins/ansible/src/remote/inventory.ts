import type { ProvisionContext } from "@kiln/sdk";
import { renderText } from "../render-text.ts";
import { temporaryFile } from "../temporary-file.ts";
import type { Config } from "./config.ts";
import type { Route } from "./route.ts";

/** The inventory to give to Ansible: the template's own, or a temporary one that goes with the provisioner unless it is to be kept. */
export async function inventoryFile(
  config: Config,
  route: Route,
  ansibleVersion: number | undefined,
  ctx: ProvisionContext,
): Promise<string> {
  if (config.inventory_file) return config.inventory_file;
  const host = renderText(
    ctx,
    config.inventory_file_template || hostTemplate(config, route, ansibleVersion),
    { HostAlias: config.host_alias, Host: route.host, User: route.user, Port: route.port },
    "inventory template",
  );
  const line = host.endsWith("\n") ? host : `${host}\n`;
  const text = [
    line,
    ...(config.groups ?? []).map((group) => `[${group}]\n${line}`),
    ...(config.empty_groups ?? []).map((group) => `[${group}]\n`),
  ].join("");
  const directory = config.inventory_directory;
  const held = await temporaryFile(
    ctx,
    { prefix: "packer-provisioner-ansible", ...(directory && { directory }) },
    text,
  );
  if (config.keep_inventory_file) await held.keep();
  return held.value;
}

function hostTemplate(config: Config, route: Route, ansibleVersion: number | undefined): string {
  const alias = "{{ .HostAlias }}";
  switch (route.by) {
    case "docker":
      return `${alias} ansible_connection=docker ansible_host={{ .Host }}${route.user === "" ? "" : " ansible_user={{ .User }}"}\n`;
    case "winrm": {
      const scheme = config.ansible_winrm_use_http ? " ansible_winrm_scheme=http" : "";
      return `${alias} ansible_host={{ .Host }} ansible_connection=winrm ansible_winrm_transport=basic ansible_shell_type=powershell ansible_user={{ .User }} ansible_port={{ .Port }}${scheme}\n`;
    }
    case "proxy":
    case "ssh":
      return ansibleVersion === 1
        ? `${alias} ansible_ssh_host={{ .Host }} ansible_ssh_user={{ .User }} ansible_ssh_port={{ .Port }}\n`
        : `${alias} ansible_host={{ .Host }} ansible_user={{ .User }} ansible_port={{ .Port }}\n`;
    default:
      return route.by satisfies never;
  }
}
