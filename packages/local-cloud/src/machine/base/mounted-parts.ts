import { readFileSync } from "node:fs";
import { emptyFolders, systemFolders } from "./private-places.ts";

/** A file system that the host's system is made of: the root, and e.g. a separate `/usr` or `/var`. */
export interface Part {
  /** Where it is mounted: `/`, `/var`. */
  readonly mount: string;
  /** A file name for it: `root`, `var`, `var~lib`. */
  readonly key: string;
  readonly type: string;
}

const onDisk = /^(?:ext[234]|xfs|btrfs|zfs|f2fs|jfs|reiserfs|bcachefs|nilfs2|overlay|fuseblk|fuse\.\w*overlayfs)$/;

/** The parts of this host's system, outermost first. Data disks, network shares and memory file systems are not parts. */
export function hostParts(mountInfo = readFileSync("/proc/self/mountinfo", "utf8")): readonly Part[] {
  const parts = new Map<string, Part>();
  for (const line of mountInfo.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const mount = unescape(left.split(" ")[4] ?? "");
    const type = right.split(" ")[0] ?? "";
    const [top = ""] = mount.slice(1).split("/");
    if (mount === "/") parts.set("/", { mount, key: "root", type });
    // Containers bind single files (resolv.conf, hosts) from elsewhere: those are made anew in a machine anyway.
    else if (onDisk.test(type) && systemFolders.includes(top) && !(top in emptyFolders) && isFolder(mount)) {
      parts.set(mount, { mount, key: partKey(mount), type });
    }
  }
  return [...parts.values()].sort((a, b) => a.mount.length - b.mount.length);
}

function partKey(mount: string): string {
  return mount.slice(1).replaceAll("~", "~~").replaceAll("/", "~");
}

function isFolder(mount: string): boolean {
  return !mount.startsWith("/etc/") && !mount.startsWith("/var/lib/docker") && !mount.startsWith("/var/lib/containers");
}

/** mountinfo writes space, tab, newline and backslash in octal. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
