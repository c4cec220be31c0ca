import { appendFileSync, chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Account, findAccount } from "../../ssh-server/accounts.ts";
import { quote } from "../../ssh-server/enter.ts";
import type { TreeView } from "../../ssh-server/tree-view.ts";
import { authorizeKeys, ensureAccount } from "./accounts.ts";
import { type CloudConfig, readCloudConfig } from "./cloud-config.ts";
import type { BootScripts } from "./first-boot.ts";

/** What user data comes to: things done before anyone can log in, and a script for afterwards. */
export interface UserDataPlan {
  /** Done at once; throws what the file system throws. */
  readonly prepare: (tree: TreeView, defaultUser: Account) => void;
  /** Run as root once the machine is up, their output on the console. */
  readonly scripts: BootScripts;
  /** Lines for the console about what is not carried out. */
  readonly complaints: readonly string[];
}

const scriptPath = "/var/lib/cloud/instance/user-data.sh";
const everyBootPath = "/var/lib/cloud/instance/bootcmd.sh";

/**
 * Understands user data as cloud-init does, in part: `#!` scripts, and of `#cloud-config` users, keys, files, packages
 * and commands (`cloud-config.ts`). Gzip is undone. Everything else (MIME archives, includes, boot hooks, jinja) is refused
 * on the console, loudly, and nothing of it runs.
 */
export function planUserData(data: Uint8Array): UserDataPlan {
  const bytes = data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : Buffer.from(data);
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  if (text.trim() === "") return nothing();
  if (text.startsWith("#!")) {
    return {
      prepare: (tree) => writeExecutable(tree, scriptPath, bytes),
      scripts: { firstBoot: scriptPath },
      complaints: [],
    };
  }
  if (!/^#cloud-config\b/.test(text)) {
    const [first = ""] = text.split("\n");
    return nothing(
      `user data that starts with "${first.slice(0, 60)}" is not understood here (a "#!" script or "#cloud-config" is): ignored`,
    );
  }
  try {
    return planCloudConfig(readCloudConfig(text));
  } catch (error) {
    return nothing(
      `the cloud-config is not valid and was ignored: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function nothing(...complaints: readonly string[]): UserDataPlan {
  return { prepare: () => undefined, scripts: {}, complaints };
}

function planCloudConfig(config: CloudConfig): UserDataPlan {
  const boot = config.bootCommands.map(shellLine);
  const lines = [
    ...(config.hostName === undefined ? [] : [`hostname ${quote(config.hostName)}`]),
    ...(config.packages.length > 0 || config.packageUpdate ? [installLine(config)] : []),
    ...config.runCommands.map(shellLine),
  ];
  return {
    prepare(tree, defaultUser) {
      authorizeKeys(tree, defaultUser, config.sshAuthorizedKeys);
      for (const user of config.users) {
        const { name, groups, sudo, shell, gecos, home } = user;
        const optional = {
          ...(shell && { shell }),
          ...(gecos && { gecos }),
          ...(home && { homeDirectory: home }),
          ...(sudo.length > 0 && { sudo }),
        };
        authorizeKeys(tree, ensureAccount(tree, { name, groups, ...optional }), user.sshAuthorizedKeys);
      }
      for (const file of config.files) writeCloudFile(tree, file);
      if (config.hostName !== undefined) writeFileSync(tree.resolve("/etc/hostname"), `${config.hostName}\n`);
      if (boot.length > 0) writeExecutable(tree, everyBootPath, shellScript(boot));
      if (lines.length > 0) writeExecutable(tree, scriptPath, shellScript(lines));
    },
    scripts: {
      ...(boot.length > 0 && { everyBoot: everyBootPath }),
      ...(lines.length > 0 && { firstBoot: scriptPath }),
    },
    complaints: config.refused.map((key) => `cloud-config: "${key}" is not carried out on a rehearsal machine`),
  };
}

function installLine(config: CloudConfig): string {
  const names = config.packages.map(quote).join(" ");
  const apt = `export DEBIAN_FRONTEND=noninteractive; apt-get update -q${names && ` && apt-get install -q -y ${names}`}`;
  const others = ["dnf install -y", "yum install -y", "zypper --non-interactive install", "apk add"];
  const rest =
    names === ""
      ? ""
      : others.map((tool) => `elif command -v ${tool.split(" ")[0]} >/dev/null; then ${tool} ${names}\n`).join("");
  return `if command -v apt-get >/dev/null; then ${apt}\n${rest}fi`;
}

function shellLine(command: string | readonly string[]): string {
  return typeof command === "string" ? command : command.map(quote).join(" ");
}

function writeCloudFile(tree: TreeView, file: CloudConfig["files"][number]): void {
  mkdirSync(tree.resolve(dirname(file.path)), { recursive: true });
  const path = tree.resolve(file.path);
  if (file.append) appendFileSync(path, file.content);
  else writeFileSync(path, file.content);
  const [user = "root", group] = file.owner.split(":");
  const owner = findAccount(tree, user);
  const groupOwner = group === undefined ? owner : findAccount(tree, group);
  chownSync(path, owner?.uid ?? 0, groupOwner?.gid ?? owner?.gid ?? 0);
  chmodSync(path, file.mode);
}

function shellScript(lines: readonly string[]): Buffer {
  return Buffer.from(`#!/bin/sh\n${lines.join("\n")}\n`);
}

function writeExecutable(tree: TreeView, path: string, content: Buffer): void {
  mkdirSync(tree.resolve(dirname(path)), { recursive: true });
  const file = tree.resolve(path);
  writeFileSync(file, content);
  chmodSync(file, 0o700);
}
