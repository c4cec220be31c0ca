import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TreeView } from "../../ssh-server/tree-view.ts";
import { powerShim, runlevelShim } from "../guest/power-shim.ts";
import { becomePath, sudoShim } from "../guest/sudo-shim.ts";
import { systemctlShim } from "../guest/systemctl-shim.ts";
import type { AccountFiles } from "./account-files.ts";
import { withoutPeople } from "./account-files.ts";
import { type BorrowedFile, exists, hasRealTool, hostTool } from "./borrowed-tools.ts";
import type { Cover } from "./cover.ts";

/** What the machines' base needs to know of the network they will live in. */
export interface GuestNetwork {
  readonly nameServers: readonly string[];
  readonly searchDomains: readonly string[];
  /** Proxy variables as they hold inside, by name. */
  readonly proxies: Readonly<Record<string, string>>;
}

/** A file to lay over the base: path as in the base (its own links resolved), content, mode, and the group that owns it. */
export interface KitFile {
  readonly path: string;
  readonly content: string | Buffer;
  readonly mode: number;
  readonly group?: number;
}

/**
 * The files that make a base system a machine: name resolution, stand-ins for what talks to systemd, `sudo` where there is
 * none, and no file systems to mount. They lie over the base, so they are never captured into an image.
 */
export function guestKit(base: string, network: GuestNetwork, borrowed: readonly BorrowedFile[]): readonly KitFile[] {
  const tree = new TreeView(base);
  const at = (path: string): string =>
    `${tree.real(path.slice(0, path.lastIndexOf("/")) || "/")}/${path.slice(path.lastIndexOf("/") + 1)}`;
  const stand = (path: string, content: string): KitFile => ({ path: at(path), content, mode: 0o755 });
  const shims = [
    ...["shutdown", "poweroff", "halt", "reboot", "init", "telinit"].map((name) => stand(`/sbin/${name}`, powerShim)),
    stand("/sbin/runlevel", runlevelShim),
    ...(tree.text("/etc/alpine-release") === undefined ? [stand("/usr/bin/systemctl", systemctlShim)] : []),
  ];
  return [
    ...shims,
    ...sudoFiles(tree, at),
    ...borrowed.map(({ path, content }) => ({ path: at(path), content, mode: 0o755 })),
    ...diversions(
      tree,
      shims.map(({ path }) => path),
    ),
    ...proxyFiles(tree, network.proxies),
    { path: "/etc/resolv.conf", content: resolvConf(network), mode: 0o644 },
    { path: "/etc/fstab", content: "# A rehearsal machine mounts nothing at boot.\n", mode: 0o644 },
    { path: "/etc/machine-id", content: "", mode: 0o444 },
  ];
}

/** Accounts and `sudo` rules of this host, cleaned: only for a clone of the host. */
export function cleanedAccounts(base: string): readonly KitFile[] {
  const tree = new TreeView(base);
  const text = (name: string): string => tree.text(`/etc/${name}`) ?? "";
  const before: AccountFiles = {
    passwd: text("passwd"),
    group: text("group"),
    shadow: text("shadow"),
    gshadow: text("gshadow"),
  };
  const after = withoutPeople(before);
  const shadowGroup = groupNumber(after.group, ["shadow"]) ?? 0;
  return [
    { path: "/etc/passwd", content: after.passwd, mode: 0o644 },
    { path: "/etc/group", content: after.group, mode: 0o644 },
    { path: "/etc/shadow", content: after.shadow, mode: 0o640, group: shadowGroup },
    { path: "/etc/gshadow", content: after.gshadow, mode: 0o640, group: shadowGroup },
    { path: "/etc/subuid", content: "", mode: 0o644 },
    { path: "/etc/subgid", content: "", mode: 0o644 },
    ...(tree.text("/etc/sudoers") === undefined ? [] : [{ path: "/etc/sudoers", content: sudoers, mode: 0o440 }]),
  ];
}

/** The number of the first of these groups that exists. */
export function groupNumber(groupFile: string, names: readonly string[]): number | undefined {
  for (const name of names) {
    const found = new RegExp(`^${name}:[^:]*:(\\d+):`, "m").exec(groupFile)?.[1];
    if (found !== undefined) return Number(found);
  }
  return undefined;
}

/** Debian's administrators are `sudo`, Red Hat's and Alpine's `wheel`; a system with neither gets `sudo`, number 27. */
export const administrators = { names: ["sudo", "wheel"], fallback: { name: "sudo", gid: 27 } } as const;

const sudoers = `Defaults env_reset, mail_badpass
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin"
root ALL=(ALL:ALL) ALL
%sudo ALL=(ALL:ALL) ALL
%wheel ALL=(ALL:ALL) ALL
#includedir /etc/sudoers.d
`;

function sudoFiles(tree: TreeView, at: (path: string) => string): readonly KitFile[] {
  if (exists(tree, "/usr/bin/sudo")) return [];
  const group = groupNumber(tree.text("/etc/group") ?? "", administrators.names) ?? administrators.fallback.gid;
  const own = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => hasRealTool(tree, path));
  const setpriv = own === undefined ? hostTool("setpriv") : tree.resolve(own);
  return [
    { path: at("/usr/bin/sudo"), content: sudoShim, mode: 0o755 },
    { path: becomePath, content: readFileSync(setpriv), mode: 0o4750, group },
  ];
}

/** Tells dpkg that the stand-ins' names are taken, so that a package which brings the real ones puts them beside. */
function diversions(tree: TreeView, paths: readonly string[]): readonly KitFile[] {
  const known = tree.text("/var/lib/dpkg/diversions");
  if (known === undefined) return [];
  const taken = paths.flatMap((path) => [path, path.startsWith("/usr/") ? path.slice(4) : `/usr${path}`]);
  const fresh = taken.filter((path) => !known.split("\n").includes(path));
  const lines = fresh.map((path) => `${path}\n${path}.distrib\n:\n`);
  return [{ path: tree.real("/var/lib/dpkg/diversions"), content: known + lines.join(""), mode: 0o644 }];
}

function proxyFiles(tree: TreeView, proxies: Readonly<Record<string, string>>): readonly KitFile[] {
  const path =
    'PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin"\n';
  const lines = Object.entries(proxies).map(([name, value]) => `${name}="${value}"\n`);
  const apt = Object.entries(proxies).flatMap(([name, value]) => {
    const scheme = /^(https?)_proxy$/.exec(name)?.[1];
    return scheme ? [`Acquire::${scheme}::Proxy "${value}";\n`] : [];
  });
  return [
    { path: "/etc/environment", content: path + lines.join(""), mode: 0o644 },
    ...(apt.length > 0 && exists(tree, "/etc/apt")
      ? [{ path: "/etc/apt/apt.conf.d/95proxies", content: apt.join(""), mode: 0o644 }]
      : []),
  ];
}

function resolvConf({ nameServers, searchDomains }: GuestNetwork): string {
  const search = searchDomains.length > 0 ? `search ${searchDomains.join(" ")}\n` : "";
  return search + nameServers.map((address) => `nameserver ${address}\n`).join("");
}

/** Lays kit files over the base through its cover. */
export function layKit(cover: Cover, files: readonly (KitFile & { readonly path: string })[]): void {
  for (const { path, content, mode, group } of files) cover.write(join("/", path), content, mode, group);
}
