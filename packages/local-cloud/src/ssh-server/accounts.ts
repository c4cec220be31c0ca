import type { TreeView } from "./tree-view.ts";

/** A login account of a machine, with the groups it is in. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, the primary one included. */
  readonly groups: readonly number[];
  readonly home: string;
  readonly shell: string;
}

/** Looks a user up in the machine's own `/etc/passwd` and `/etc/group`. Read at each login: provisioners add users. */
export function findAccount(tree: TreeView, name: string): Account | undefined {
  for (const line of (tree.text("/etc/passwd") ?? "").split("\n")) {
    const [login, , uid, gid, , home, shell] = line.split(":");
    if (login !== name || uid === undefined || gid === undefined) continue;
    const groups = new Set([Number(gid), ...groupsOf(tree, name)]);
    return {
      name,
      uid: Number(uid),
      gid: Number(gid),
      groups: [...groups],
      home: home || "/",
      shell: shell || "/bin/sh",
    };
  }
  return undefined;
}

function groupsOf(tree: TreeView, name: string): number[] {
  const found: number[] = [];
  for (const line of (tree.text("/etc/group") ?? "").split("\n")) {
    const [, , gid, members] = line.split(":");
    if (gid !== undefined && members?.split(",").includes(name)) found.push(Number(gid));
  }
  return found;
}
