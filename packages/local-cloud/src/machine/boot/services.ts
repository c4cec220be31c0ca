import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The services to start at boot: those that were enabled in the machine or in a layer of its image, by the links that enabling
 * leaves. What the base itself has enabled is the host's business, and stays down. `trees` are changes, oldest first.
 */
export function enabledServices(trees: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const tree of trees) {
    for (const { folder, pattern } of places(tree)) {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const name = pattern.exec(entry.name)?.[1];
        if (name === undefined) continue;
        // A whiteout in a later layer: disabled again.
        if (entry.isCharacterDevice()) found.delete(name);
        else if (entry.isSymbolicLink()) found.add(name);
      }
    }
  }
  return [...found].filter((name) => !passedOver.includes(name));
}

/** Not services of a machine that lives in namespaces: its SSH server is the cloud's, its hardware the host's. */
const passedOver = [
  "ssh",
  "sshd",
  "hwclock.sh",
  "udev",
  "procps",
  "networking",
  "systemd-resolved",
  "apparmor",
  "rc.local",
];

function places(tree: string): readonly { readonly folder: string; readonly pattern: RegExp }[] {
  const wanted = join(tree, "etc/systemd/system/multi-user.target.wants");
  const runlevel = join(tree, "etc/rc2.d");
  return [
    ...(existsSync(wanted) ? [{ folder: wanted, pattern: /^(.+)\.service$/ }] : []),
    ...(existsSync(runlevel) ? [{ folder: runlevel, pattern: /^S\d\d(.+)$/ }] : []),
  ];
}
