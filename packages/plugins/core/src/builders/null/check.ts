import { type Diagnostic, type PrepareContext, problem } from "@kiln/sdk";
import type { Config } from "./config.ts";

/** Where and as whom to connect, as the null builder itself demands it: no platform tells it anything. Wording: Packer's. */
export function connectionProblems(config: Config, ctx: PrepareContext): readonly Diagnostic[] {
  if (config.communicator === "none") return [];
  const winrm = config.communicator === "winrm";
  const user = winrm ? config.winrm_username : config.ssh_username;
  const password = winrm ? config.winrm_password : config.ssh_password;
  const found: Diagnostic[] = [];
  if (!hostOf(config))
    found.push(
      problem("null/no-host", "a Host must be specified, please reference your communicator documentation", {
        subject: ctx.at(),
      }),
    );
  if (!user)
    found.push(
      problem("null/no-user", "a Username must be specified, please reference your communicator documentation", {
        subject: ctx.at(),
      }),
    );
  if (!config.ssh_agent_auth && !password && !config.ssh_private_key_file)
    found.push(
      problem(
        "null/no-authentication",
        "one authentication method must be specified, please reference your communicator documentation",
        { subject: ctx.at() },
      ),
    );
  const ways = [config.ssh_agent_auth, config.ssh_password, config.ssh_private_key_file].filter(Boolean);
  if (ways.length > 1)
    found.push(
      problem(
        "null/authentication-conflict",
        "only one of ssh_agent_auth, ssh_password, and ssh_private_key_file must be specified",
        { subject: ctx.at(config.ssh_private_key_file ? "ssh_private_key_file" : "ssh_password") },
      ),
    );
  return found;
}

/** The address that the template gives for its communicator. */
export function hostOf(config: Config): string | undefined {
  return config.communicator === "winrm" ? config.winrm_host : config.ssh_host;
}
