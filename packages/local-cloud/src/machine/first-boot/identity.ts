import { createHash } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import type { TreeView } from "../../ssh-server/tree-view.ts";

/** Gives a new machine its name and number, over whatever the image's last machine was called. */
export function writeIdentity(tree: TreeView, id: string, hostName: string): void {
  writeFileSync(tree.resolve("/etc/hostname"), `${hostName}\n`);
  const hosts = tree.text("/etc/hosts") ?? "";
  writeFileSync(tree.resolve("/etc/hosts"), hostsFile(hosts, hostName));
  const machineId = tree.resolve("/etc/machine-id");
  chmodSync(machineId, 0o644);
  writeFileSync(machineId, `${createHash("md5").update(id).digest("hex")}\n`);
  chmodSync(machineId, 0o444);
}

/** Loopback lines anew, everything else as it was: a host may know names that no server does. */
export function hostsFile(before: string, hostName: string): string {
  const [short = hostName] = hostName.split(".");
  const names = short === hostName ? hostName : `${hostName} ${short}`;
  const others = before.split("\n").filter((line) => !/^\s*(?:127\.|::1\b)/.test(line) && line.trim() !== "");
  return ["127.0.0.1 localhost", `127.0.1.1 ${names}`, "::1 ip6-localhost ip6-loopback localhost", ...others, ""].join(
    "\n",
  );
}
