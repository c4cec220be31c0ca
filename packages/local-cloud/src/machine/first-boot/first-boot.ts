import { spawn } from "node:child_process";
import { enterAsRoot } from "../../ssh-server/enter.ts";
import { defaultPath } from "../../ssh-server/login-environment.ts";
import { TreeView } from "../../ssh-server/tree-view.ts";
import type { ConsoleText } from "../console-text.ts";
import type { MachineSpec } from "../contract.ts";
import { authorizeKeys, ensureDefaultUser } from "./accounts.ts";
import { writeIdentity } from "./identity.ts";
import { planUserData } from "./user-data.ts";

/** Paths of scripts inside a machine that its user data asks to be run when it is up. */
export interface BootScripts {
  /** `bootcmd`, before anything else. */
  readonly everyBoot?: string;
  /** The rest, which cloud-init does once per instance. */
  readonly firstBoot?: string;
}

/** What cloud-init does once per instance, before anyone can log in; `warn` hears what of the user data is not done. */
export function firstBoot(spec: MachineSpec, machineProcess: number, warn: (text: string) => void): BootScripts {
  const tree = new TreeView(`/proc/${machineProcess}/root`);
  writeIdentity(tree, spec.id, spec.hostName);
  const account = ensureDefaultUser(tree, spec.defaultUser);
  authorizeKeys(tree, account, spec.authorizedKeys);
  if (!spec.userData) return {};
  const plan = planUserData(spec.userData);
  for (const complaint of plan.complaints) warn(complaint);
  try {
    plan.prepare(tree, account);
  } catch (error) {
    warn(`user data failed: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  }
  return plan.scripts;
}

/** What to start in a machine that is up. */
export interface StartOrder {
  readonly machineProcess: number;
  readonly ownNetwork: boolean;
  readonly services: readonly string[];
  readonly scripts: BootScripts;
}

/** Starts services, and the user data's scripts around them, all on the console. Nobody waits for them: machines are up before. */
export function startInside({ machineProcess, ownNetwork, services, scripts }: StartOrder, console: ConsoleText): void {
  const { everyBoot, firstBoot: script } = scripts;
  const lines = [
    ...(everyBoot === undefined ? [] : [`${everyBoot}; echo "bootcmd ended with exit code $?"`]),
    ...services.map((name) => `systemctl start '${name.replaceAll("'", "")}'`),
    ...(script === undefined ? [] : [`${script}; echo "user data ended with exit code $?"`]),
  ];
  if (lines.length === 0) return;
  const command = [...enterAsRoot(machineProcess, "/", ownNetwork), "sh", "-c", lines.join("\n")];
  const env = { PATH: defaultPath, HOME: "/root", USER: "root", LOGNAME: "root", SHELL: "/bin/sh" };
  const stdio = ["ignore" as const, console.writable, console.writable];
  const started = spawn(command[0] ?? "", command.slice(1), { env, detached: true, stdio });
  started.on("error", () => undefined).unref();
}
