/**
 * What a clone of this host shows of it. A stand-in for a public image holds the operating system and nothing of the
 * host's own life: no people, no secrets, no data. Of the top level only the names of an operating system pass; within
 * them, the places listed here do not.
 */

/** Directories of `/` that are the operating system. Everything else at the top is left out. */
export const systemFolders: readonly string[] =
  "bin boot etc gnu lib lib32 lib64 libexec libx32 nix opt sbin usr var".split(" ");

/** Directories of `/` that every system has, with the mode they start with, empty. */
export const emptyFolders: Readonly<Record<string, number>> = {
  dev: 0o755,
  home: 0o755,
  media: 0o755,
  mnt: 0o755,
  proc: 0o555,
  root: 0o700,
  run: 0o755,
  srv: 0o755,
  sys: 0o555,
  tmp: 0o1777,
};

/** Kept, but empty: other people's containers, databases, mail, clouds, networks, backups. */
export const emptied: readonly string[] = [
  ...under("/etc", ["letsencrypt", "wireguard", "NetworkManager/system-connections", "netplan", "wpa_supplicant"]),
  ...under("/etc", ["kubernetes", "rancher", "docker", "openvpn", "ipsec.d/private", "pki/tls/private", "pki/private"]),
  ...under("/etc", ["apt/auth.conf.d", "sudoers.d", "sss", "sssd", "cups/ssl", "iscsi", "ceph", "vault.d", "consul.d"]),
  ...under("/var", ["tmp", "backups", "crash", "mail", "snap", "www", "local"]),
  ...under("/var/lib", ["docker", "containers", "containerd", "kubelet", "etcd", "rancher", "libvirt", "lxc", "lxd"]),
  ...under("/var/lib", [
    "incus",
    "machines",
    "portables",
    "private",
    "vz",
    "snapd",
    "flatpak",
    "docker-engine",
    "buildkit",
  ]),
  ...under("/var/lib", ["cloud", "amazon", "waagent", "google", "mysql", "mariadb", "postgresql", "mongodb", "redis"]),
  ...under("/var/lib", ["elasticsearch", "influxdb", "grafana", "jenkins", "gitlab", "vault", "consul", "nomad"]),
  ...under("/var/lib", ["samba/private", "sss", "ipa", "bluetooth", "NetworkManager", "dhcp", "AccountsService"]),
  ...under("/var/lib", ["systemd/coredump", "systemd/linger", "sudo", "fwupd", "jellyfin", "plexmediaserver", "tor"]),
  ...under("/var/lib", [
    "kiln",
    "tailscale",
    "zerotier-one",
    "acme",
    "krb5kdc",
    "ldap",
    "pgsql",
    "clickhouse",
    "rabbitmq",
  ]),
  ...under("/var/cache", ["sss", "ldconfig.private"]),
];

/** Directories stay, with their owners, because programs expect them; the files in them are left out. */
export const hollowed: readonly string[] = ["/var/log", "/var/spool", "/etc/ssl/private"];

/** Left out: keys, tickets, tokens, histories, what tells one host from another. `*` stands for the rest of a name. */
export const removed: readonly string[] = [
  ...under("/etc", [
    "ssh/ssh_host_*",
    "krb5.keytab",
    "crypttab",
    "exports",
    "ipsec.secrets",
    "boto.cfg",
    "apt/auth.conf",
  ]),
  ...under("/etc", [
    "ppp/chap-secrets",
    "ppp/pap-secrets",
    "passwd-",
    "shadow-",
    "group-",
    "gshadow-",
    "subuid-",
    "subgid-",
  ]),
  ...under("/etc", ["security/opasswd", "cifs-credentials", "davfs2/secrets", "msmtprc", "exim4/passwd.client"]),
  ...under("/etc", ["postfix/sasl_passwd", "postfix/sasl_passwd.db", "nslcd.conf", "pam_ldap.secret", "ldap.secret"]),
  ...under("/etc", ["samba/smbpasswd", "default/cachefilesd", "machine-info", "hostid", "netrc"]),
  ...under("/var/lib", ["systemd/random-seed", "systemd/credential.secret", "dbus/machine-id", "urandom/random-seed"]),
  // Debian's container images forbid services to start; a machine is no container.
  "/usr/sbin/policy-rc.d",
];

function under(folder: string, names: readonly string[]): string[] {
  return names.map((name) => `${folder}/${name}`);
}
