import type { Account } from "./accounts.ts";
import type { TreeView } from "./tree-view.ts";

/** Ubuntu's `PATH` from `/etc/environment`; other distributions' differ in order only. */
export const defaultPath =
  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin";

/** The two ends of a connection, as `SSH_CONNECTION` names them. */
export interface Ends {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
}

/**
 * What sshd with PAM gives a session: the account, the connection, `/etc/environment`, the system's locale, and of what
 * the client sends only what Debian's and Red Hat's `AcceptEnv` let through (`LANG`, `LC_*`).
 */
export function loginEnvironment(
  tree: TreeView,
  account: Account,
  ends: Ends,
  given: Readonly<Record<string, string>>,
  sent: ReadonlyMap<string, string>,
): Record<string, string> {
  const client = `${ends.clientAddress} ${ends.clientPort}`;
  const accepted = [...sent].filter(([name]) => /^(?:LANG|LC_\w+)$/.test(name));
  return {
    PATH: defaultPath,
    ...given,
    ...assignments(tree.text("/etc/default/locale") ?? tree.text("/etc/locale.conf") ?? ""),
    ...assignments(tree.text("/etc/environment") ?? ""),
    ...Object.fromEntries(accepted),
    HOME: account.home,
    USER: account.name,
    LOGNAME: account.name,
    SHELL: account.shell,
    MAIL: `/var/mail/${account.name}`,
    SSH_CLIENT: `${client} ${ends.serverPort}`,
    SSH_CONNECTION: `${client} ${ends.serverAddress} ${ends.serverPort}`,
  };
}

/** `NAME=value` and `export NAME="value"` lines, as pam_env reads `/etc/environment`. */
export function assignments(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*?)\s*$/.exec(line);
    if (match?.[1]) found[match[1]] = (match[2] ?? "").replace(/^(["'])(.*)\1$/, "$2");
  }
  return found;
}
