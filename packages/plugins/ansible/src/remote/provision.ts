import { posix, win32 } from "node:path";
import { messageOf, type ProvisionContext, StepError } from "@kiln/sdk";
import { renderText } from "../render-text.ts";
import { temporaryFile } from "../temporary-file.ts";
import { fact } from "./build-facts.ts";
import { playbookArguments, shownCommand } from "./command-line.ts";
import type { Config } from "./config.ts";
import { installRequirements } from "./galaxy.ts";
import { inventoryFile } from "./inventory.ts";
import { exitText, runProgram } from "./local-program.ts";
import { openRoute } from "./route.ts";
import { majorVersion } from "./version.ts";

/** Runs the playbook on this host, against the machine. */
export async function provision(config: Config, ctx: ProvisionContext): Promise<void> {
  const { ui, host, buildValues } = ctx;
  ui.say("Provisioning with Ansible...");
  const data = { ...buildValues, WinRMPassword: fact(buildValues, "WinRMPassword") };
  const render = (texts: readonly string[] | undefined, what: string): readonly string[] =>
    (texts ?? []).map((text) => renderText(ctx, text, data, what));
  const extra = render(config.extra_arguments, "ansible extra arguments");
  const env = environmentOf(config, render(config.ansible_env_vars, "ansible env vars"), host.env);
  const asked = config.skip_version_check ? undefined : majorVersion(config.command, ctx);
  // Its failure is met below; until then it must not count as one that nobody handles.
  asked?.catch(() => {});
  const route = await openRoute(config, ctx);
  const version = await asked;
  const { password } = route;
  if (password) ctx.secrets.add(password);
  const secret =
    password && (await temporaryFile(ctx, { prefix: "ansible-vars", extension: ".json" }, passwordVariables(password)));
  const inventory = await inventoryFile(config, route, version, ctx);
  await installRequirements(config, env, ctx);
  const path = host.platform === "win32" ? win32 : posix;
  const playbook = path.resolve(host.cwd, config.playbook_file ?? "");
  const args = playbookArguments(
    config,
    route,
    { inventory, playbook, extra, passwordFile: secret ? secret.value : undefined },
    ctx,
  );
  const passwords = [password ?? "", data.WinRMPassword, fact(buildValues, "Password")];
  ui.say(`Executing Ansible: ${shownCommand([config.command, ...args], passwords)}`);
  await play(config.command, args, env, ctx);
}

async function play(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ctx: ProvisionContext,
): Promise<void> {
  const failed = (why: string, cause?: unknown): StepError =>
    new StepError(`Error executing Ansible: ${why}`, { code: "ansible/failed", cause });
  const exit = await runProgram(ctx, { file: command, args, env }, (line) => ctx.ui.say(line)).catch(
    (error: unknown) => {
      ctx.signal.throwIfAborted();
      throw failed(messageOf(error), error);
    },
  );
  if (exit.by !== "code" || exit.code !== 0) throw failed(`Non-zero exit status: ${exitText(exit)}`);
}

/** What Ansible needs to know of this connection, then what the template says. */
function environmentOf(
  config: Config,
  entries: readonly string[],
  outside: ProvisionContext["host"]["env"],
): Readonly<Record<string, string>> {
  return {
    ...(config.ssh_host_key_file ? {} : { ANSIBLE_HOST_KEY_CHECKING: "False" }),
    ...(config.use_sftp ? {} : { ANSIBLE_SCP_IF_SSH: "True" }),
    // Without an inventory that it can read, Ansible would do nothing and call it success.
    ANSIBLE_INVENTORY_UNPARSED_FAILED: outside.ANSIBLE_INVENTORY_UNPARSED_FAILED ?? "True",
    ...Object.fromEntries(
      entries.map((entry): [string, string] => {
        const at = entry.indexOf("=");
        return [entry.slice(0, at), entry.slice(at + 1)];
      }),
    ),
  };
}

/** Packer passes the password as an argument, which every process of this host can read; a file keeps it private. */
function passwordVariables(password: string): string {
  return JSON.stringify({ ansible_password: password });
}
