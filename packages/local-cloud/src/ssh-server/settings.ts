/** What a machine's SSH server is told on its first line of standard input, as JSON. */
export interface SshServerSettings {
  /** The machine's first process, as this host numbers it: the way into its namespaces. */
  readonly machineProcess: number;
  /** What the machine is reached by, for `SSH_CONNECTION`. */
  readonly address: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Private host keys in OpenSSH's own format. */
  readonly hostKeys: readonly string[];
  /** A private directory on this host for named pipes. */
  readonly pipes: string;
  /** Variables every session starts with, e.g. the host's proxies. A client or `/etc/environment` may override them. */
  readonly environment: Readonly<Record<string, string>>;
}
