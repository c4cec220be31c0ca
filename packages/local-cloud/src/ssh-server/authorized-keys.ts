import type { Account } from "./accounts.ts";
import type { TreeView } from "./tree-view.ts";

/** One line of `authorized_keys` that matched: the command it forces, if any. */
export interface AuthorizedKey {
  readonly command?: string;
}

const keyLine =
  /^(?<options>(?:[^\s"]|"(?:[^"\\]|\\.)*")+\s+)?(?<type>(?:ssh|ecdsa|sk)-[\w@.-]+)\s+(?<blob>[A-Za-z0-9+/=]+)/;

/**
 * Whether the user's `~/.ssh/authorized_keys`, as it is in the machine now, lets this public key in. Of the options before
 * a key, `command="…"` is obeyed; the rest restrict what a rehearsal has no reason to restrict, and are passed over.
 */
export function findAuthorizedKey(tree: TreeView, account: Account, blob: Buffer): AuthorizedKey | undefined {
  for (const file of ["authorized_keys", "authorized_keys2"]) {
    const text = tree.text(`${account.home}/.ssh/${file}`) ?? "";
    for (const line of text.split("\n")) {
      const match = keyLine.exec(line.trim())?.groups;
      if (!match?.["blob"] || !Buffer.from(match["blob"], "base64").equals(blob)) continue;
      const forced = /(?:^|,)command="((?:[^"\\]|\\.)*)"/.exec(match["options"] ?? "")?.[1];
      return forced === undefined ? {} : { command: forced.replaceAll('\\"', '"') };
    }
  }
  return undefined;
}
