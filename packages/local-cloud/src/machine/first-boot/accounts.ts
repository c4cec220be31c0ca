import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Account, findAccount } from "../../ssh-server/accounts.ts";
import type { TreeView } from "../../ssh-server/tree-view.ts";
import { administrators, groupNumber } from "../base/guest-kit.ts";

/** What an account should be like. */
export interface AccountWish {
  readonly name: string;
  readonly shell?: string;
  readonly gecos?: string;
  readonly groups?: readonly string[];
  readonly homeDirectory?: string;
  /** Lines for `/etc/sudoers.d`, without the name. */
  readonly sudo?: readonly string[];
}

/** Groups that cloud images put their default user in, where they exist. */
const usualGroups = ["adm", "dialout", "cdrom", "floppy", "audio", "dip", "video", "plugdev", "netdev"];

/**
 * Makes an account, or completes one that exists: home from `/etc/skel`, a group of its own, no password. The files are
 * edited directly: `useradd` is not on every system, and none of them is faster.
 */
export function ensureAccount(tree: TreeView, wish: AccountWish): Account {
  const { name } = wish;
  const passwd = tree.text("/etc/passwd") ?? "";
  const group = tree.text("/etc/group") ?? "";
  if (!new RegExp(`^${escape(name)}:`, "m").test(passwd)) {
    const uid = freeNumber(`${passwd}\n${group}`);
    const gid = groupNumber(group, [escape(name)]) ?? uid;
    const home = wish.homeDirectory ?? `/home/${name}`;
    const shell = wish.shell ?? ["/bin/bash", "/bin/sh"].find((path) => existsSync(tree.resolve(path))) ?? "/bin/sh";
    append(tree, "/etc/passwd", `${name}:x:${uid}:${gid}:${wish.gecos ?? ""}:${home}:${shell}`);
    if (gid === uid) append(tree, "/etc/group", `${name}:x:${gid}:`);
    if (tree.text("/etc/shadow") !== undefined) append(tree, "/etc/shadow", `${name}:!:19000:0:99999:7:::`);
    if (tree.text("/etc/gshadow") !== undefined) append(tree, "/etc/gshadow", `${name}:!::`);
  }
  for (const member of wish.groups ?? []) joinGroup(tree, member, name);
  if (wish.sudo) {
    const rules = wish.sudo.map((rule) => `${name} ${rule}\n`).join("");
    writeSudoRules(tree, name, rules);
  }
  const account = findAccount(tree, name);
  if (!account) throw new Error(`the account ${name} could not be made`);
  ensureHome(tree, account);
  return account;
}

/** The image's login user: an administrator without a password, as cloud-init's `default_user` is. */
export function ensureDefaultUser(tree: TreeView, name: string): Account {
  if (name === "root") return ensureAccount(tree, { name });
  const group = tree.text("/etc/group") ?? "";
  const known = administrators.names.filter((each) => groupNumber(group, [each]) !== undefined);
  if (known.length === 0)
    append(tree, "/etc/group", `${administrators.fallback.name}:x:${administrators.fallback.gid}:`);
  const groups = [...(known.length > 0 ? known.slice(0, 1) : [administrators.fallback.name]), ...usualGroups];
  return ensureAccount(tree, { name, gecos: name, groups, sudo: ["ALL=(ALL) NOPASSWD:ALL"] });
}

/** Adds public keys to the account's `authorized_keys`, each once. */
export function authorizeKeys(tree: TreeView, account: Account, keys: readonly string[]): void {
  if (keys.length === 0) return;
  const folder = tree.resolve(`${account.home}/.ssh`);
  mkdirSync(folder, { recursive: true });
  own(folder, account, 0o700);
  const before = tree.text(`${account.home}/.ssh/authorized_keys`) ?? "";
  const fresh = keys.map((key) => key.trim()).filter((key) => key !== "" && !before.split("\n").includes(key));
  const file = tree.resolve(`${account.home}/.ssh/authorized_keys`);
  const start = before === "" || before.endsWith("\n") ? before : `${before}\n`;
  writeFileSync(file, start + fresh.map((key) => `${key}\n`).join(""));
  own(file, account, 0o600);
}

function ensureHome(tree: TreeView, account: Account): void {
  const home = tree.resolve(account.home);
  if (existsSync(home)) return;
  mkdirSync(home, { recursive: true });
  const skeleton = tree.resolve("/etc/skel");
  if (existsSync(skeleton)) copySkeleton(skeleton, home, account);
  own(home, account, 0o750);
}

function copySkeleton(from: string, to: string, account: Account): void {
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const found = lstatSync(source);
    if (found.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (found.isDirectory()) {
      mkdirSync(target);
      copySkeleton(source, target, account);
      own(target, account, found.mode & 0o7777);
    } else {
      copyFileSync(source, target);
      own(target, account, found.mode & 0o7777);
    }
  }
}

function own(path: string, account: Account, mode: number): void {
  chownSync(path, account.uid, account.gid);
  chmodSync(path, mode);
}

function joinGroup(tree: TreeView, group: string, user: string): void {
  for (const file of ["/etc/group", "/etc/gshadow"]) {
    const lines = (tree.text(file) ?? "").split("\n").map((line) => {
      const parts = line.split(":");
      if (parts[0] !== group || parts.length < 4) return line;
      const members = (parts[3] ?? "").split(",").filter(Boolean);
      return members.includes(user) ? line : [...parts.slice(0, 3), [...members, user].join(",")].join(":");
    });
    if (tree.text(file) !== undefined) writeFileSync(tree.resolve(file), lines.join("\n"));
  }
}

function writeSudoRules(tree: TreeView, name: string, rules: string): void {
  const folder = tree.resolve("/etc/sudoers.d");
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  // sudo passes over files with a dot in their name.
  const file = join(folder, `90-cloud-init-users-${name.replaceAll(".", "_")}`);
  writeFileSync(file, rules, { mode: 0o440 });
  chmodSync(file, 0o440);
}

function append(tree: TreeView, path: string, line: string): void {
  const before = tree.text(path) ?? "";
  const start = before === "" || before.endsWith("\n") ? before : `${before}\n`;
  writeFileSync(tree.resolve(path), `${start}${line}\n`);
}

/** The first number from 1000 that neither a user nor a group has. */
function freeNumber(text: string): number {
  const taken = new Set([...text.matchAll(/^[^:\n]*:[^:\n]*:(\d+):/gm)].map((match) => Number(match[1])));
  let number = 1000;
  while (taken.has(number)) number++;
  return number;
}

function escape(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
