import { posix } from "node:path";
import type { ProvisionContext } from "@kiln/sdk";
import { renderText } from "../render-text.ts";
import type { Config } from "./config.ts";
import { quoted, runCommand } from "./machine-command.ts";
import { deliver, planStaging, type Staging } from "./staging.ts";

/** Uploads that go on at once. */
const together = 4;

/** Sends playbooks and what belongs to them, and runs them on the machine. */
export async function provision(config: Config, ctx: ProvisionContext): Promise<void> {
  const { ui } = ctx;
  ui.say("Provisioning with Ansible...");
  const directory = config.staging_directory || `/tmp/packer-provisioner-ansible-local/${uuid(ctx)}`;
  const staging = await planStaging(config, directory, ctx);
  await send(config, staging, ctx);
  const galaxyEnv = await installRequirements(config, staging, ctx);
  const extra = (config.extra_arguments ?? []).map((text) =>
    renderText(ctx, text, ctx.buildValues, "ansible extra arguments"),
  );
  for (const playbook of staging.playbooks) {
    const variables = `packer_build_name=${ctx.buildName} packer_builder_type=${ctx.builderType} packer_http_addr=${String(ctx.buildValues.PackerHTTPAddr ?? "")} -o IdentitiesOnly=yes`;
    const command = `cd ${directory} && ${galaxyEnv} ${config.command} ${playbook} --extra-vars "${variables}" ${extra.join(" ")} -c local -i ${staging.inventory}`;
    ui.say(`Executing Ansible: ${command}`);
    await runCommand(ctx, command, { start: "Error executing Ansible", program: programOf(config.command) });
  }
  if (!config.clean_staging_directory) return;
  ui.say("Removing staging directory...");
  ui.say(`Removing directory: ${directory}`);
  await runCommand(ctx, `rm -rf ${quoted(directory)}`, { start: "Error removing staging directory" });
}

/** All directories in one command, then the files, several at a time. */
async function send(config: Config, staging: Staging, ctx: ProvisionContext): Promise<void> {
  const { ui } = ctx;
  ui.say(
    config.playbook_dir
      ? "Uploading Playbook directory to Ansible staging directory..."
      : "Creating Ansible staging directory...",
  );
  for (const path of staging.directories) ui.say(`Creating directory: ${path}`);
  const words = staging.directories.map(quoted).join(" ");
  await runCommand(ctx, `mkdir -p ${words}`, { start: "Error creating staging directory" });
  // The playbook directory comes first: what follows may replace parts of it.
  const [first, ...rest] = staging.deliveries;
  const whole = config.playbook_dir ? first : undefined;
  if (whole) await deliver(whole, ctx);
  const queue = whole ? rest : [...staging.deliveries];
  const stop = new AbortController();
  const within = { ...ctx, signal: AbortSignal.any([ctx.signal, stop.signal]) };
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (next.line !== undefined) ui.say(next.line);
      await deliver(next, within);
    }
  };
  const workers = Array.from({ length: together }, work);
  try {
    await Promise.all(workers);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(workers);
    throw error;
  }
}

/** Installs required roles and collections on the machine. Returns what tells Ansible where they are. */
async function installRequirements(
  config: Config,
  { galaxy, directory }: Staging,
  ctx: ProvisionContext,
): Promise<string> {
  if (!galaxy) return "";
  const roles = config.galaxy_roles_path || posix.join(directory, "galaxy_roles");
  const collections = config.galaxy_collections_path || posix.join(directory, "galaxy_collections");
  const force = config.galaxy_force_install ? " -f" : "";
  const run = async (args: string): Promise<void> => {
    const command = `cd ${directory} && ${config.galaxy_command} ${args}${force}`;
    ctx.ui.say(`Executing Ansible Galaxy: ${command}`);
    const program = programOf(config.galaxy_command);
    await runCommand(ctx, command, { start: "Error executing Ansible Galaxy", program });
  };
  if (galaxy.roles) await run(`install -r ${galaxy.file} -p ${roles}`);
  if (galaxy.collections) await run(`collection install -r ${galaxy.file} -p ${collections}`);
  return [
    ...(galaxy.roles ? [`ANSIBLE_ROLES_PATH=${roles}:${posix.join(directory, "roles")}`] : []),
    ...(galaxy.collections ? [`ANSIBLE_COLLECTIONS_PATH=${collections}`] : []),
  ].join(" ");
}

/** The program in a command that may begin with assignments. */
function programOf(command: string): string {
  return command.split(/\s+/).find((word) => !/^\w+=/.test(word)) ?? command;
}

function uuid(ctx: ProvisionContext): string {
  const hex = Array.from(ctx.host.random.bytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
