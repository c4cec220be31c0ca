import type { ProvisionContext } from "@kiln/sdk";
import { StepError } from "@kiln/sdk";
import { temporaryFile } from "../temporary-file.ts";
import { fact } from "./build-facts.ts";
import type { Config } from "./config.ts";
import { runProgram } from "./local-program.ts";

/** How Ansible gets to the machine. */
export interface Route {
  readonly by: "proxy" | "ssh" | "winrm" | "docker";
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly privateKeyFile?: string;
  /** Not for the command line. */
  readonly password?: string;
}

/** Through a local SSH server, or straight where the template wants it and it can be. */
export async function openRoute(config: Config, ctx: ProvisionContext): Promise<Route> {
  if (config.use_proxy === false) {
    const direct = await directRoute(config, ctx);
    if (direct) return direct;
  }
  return proxyRoute(config, ctx);
}

async function proxyRoute(config: Config, ctx: ProvisionContext): Promise<Route> {
  ctx.ui.say("Setting up proxy adapter for Ansible....");
  const { files } = ctx.host;
  const user = config.user || (await localUser(ctx));
  const { ssh_authorized_key_file: authorized, ssh_host_key_file: hostKey, sftp_command: sftpCommand } = config;
  const server = await ctx.serveSsh({
    user,
    keyType: /^rsa$/i.test(config.ansible_proxy_key_type) ? "rsa" : "ecdsa",
    port: config.local_port ?? 0,
    ...(authorized && { authorizedKey: await files.readText(authorized) }),
    ...(hostKey && { hostKey: await files.readText(hostKey) }),
    ...(sftpCommand && { sftpCommand }),
  });
  const key = server.privateKey && (await temporaryFile(ctx, { prefix: "ansible-key" }, server.privateKey));
  const { host, port } = server;
  return { by: "proxy", host, port: String(port), user, ...(key && { privateKeyFile: key.value }) };
}

/** Undefined, with a warning, where only the proxy can help. */
async function directRoute(config: Config, ctx: ProvisionContext): Promise<Route | undefined> {
  const { ui, buildValues } = ctx;
  const { kind } = ctx.machine.communicator;
  const user = config.user || fact(buildValues, "User");
  const id = fact(buildValues, "ID");
  if (kind === "docker" && id !== "") {
    ui.say("Not using Proxy adapter for Ansible run:");
    ui.say("\tUsing Ansible's docker connection...");
    return { by: "docker", host: id, port: "", user: config.user ?? "" };
  }
  const host = fact(buildValues, "Host");
  if (host === "") {
    ui.error(
      "Warning: use_proxy is false, but instance does not have an IP address to give to Ansible. Falling back to use proxy.",
    );
    return undefined;
  }
  if (kind !== "ssh" && kind !== "winrm") {
    ui.error(
      "Warning: use_proxy is false, but communicator is neither ssh nor winrm, so without the proxy ansible will not function. Falling back to use proxy.",
    );
    return undefined;
  }
  const to = { by: kind, host, port: fact(buildValues, "Port"), user } as const;
  ui.say("Not using Proxy adapter for Ansible run:");
  if (kind === "winrm") {
    ui.say("\tUsing WinRM Password from Packer communicator...");
    return { ...to, password: fact(buildValues, "WinRMPassword") || fact(buildValues, "Password") };
  }
  ui.say("\tUsing ssh keys from Packer communicator...");
  const file = fact(buildValues, "SSHPrivateKeyFile");
  if (file !== "") return { ...to, privateKeyFile: file };
  const text = fact(buildValues, "SSHPrivateKey");
  if (text !== "") return { ...to, privateKeyFile: (await temporaryFile(ctx, { prefix: "ansible-key" }, text)).value };
  const password = fact(buildValues, "Password");
  return { ...to, ...(password !== "" && buildValues.SSHAgentAuth !== true && { password }) };
}

/** Who runs Kiln. */
async function localUser(ctx: ProvisionContext): Promise<string> {
  const { env, platform } = ctx.host;
  const known = platform === "win32" ? env.USERNAME : env.USER || env.LOGNAME;
  if (known) return known;
  const lines: string[] = [];
  await runProgram(ctx, { file: "id", args: ["-un"] }, (line) => lines.push(line)).catch(() => {
    ctx.signal.throwIfAborted();
  });
  const [name] = lines;
  if (name) return name;
  throw new StepError("user: could not determine current user from environment. Set `user`.", {
    code: "ansible/no-user",
  });
}
