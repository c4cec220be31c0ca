import { expect } from "vitest";
import { connectsWith, type Row, refuses, says, sends, spares } from "./option-rows.ts";
import { type Options, plain, runEbs } from "./run-ebs.ts";
import { testKey } from "./test-key.ts";

async function addressWith(options: Options): Promise<unknown> {
  const { ctx, error } = await runEbs({ ...plain, ...options });
  expect(error).toBeUndefined();
  return ctx.targets[0]?.address(new AbortController().signal);
}
const at =
  (options: Options, host: string, port = 22): Row =>
  async () =>
    expect(await addressWith(options)).toEqual({ host, port });

const tunnelled = {
  ...plain,
  ssh_interface: "session_manager",
  iam_instance_profile: "ssm",
  session_manager_port: 8111,
};
const plugin = { host: { onSpawn: () => ({ stdout: "1.2.553.0\n" }) } };
const winrm = { ...plain, communicator: "winrm", winrm_password: "p" };
const keyFile = { host: { files: { "/key": testKey() } } };

/** Options that the connection itself acts on: SSH and WinRM prove what they do, here they must arrive. */
const passed: Options = {
  pause_before_connecting: 1000,
  ssh_username: "admin",
  ssh_ciphers: ["aes128-gcm@openssh.com"],
  ssh_clear_authorized_keys: true,
  ssh_key_exchange_algorithms: ["curve25519-sha256"],
  ssh_certificate_file: "/k",
  ssh_pty: true,
  ssh_timeout: 60_000,
  ssh_wait_timeout: 60_000,
  ssh_disable_agent_forwarding: true,
  ssh_handshake_attempts: 3,
  ssh_bastion_host: "b",
  ssh_bastion_port: 2222,
  ssh_bastion_agent_auth: true,
  ssh_bastion_username: "u",
  ssh_bastion_password: "p",
  ssh_bastion_interactive: true,
  ssh_bastion_private_key_file: "/k",
  ssh_bastion_certificate_file: "/k",
  ssh_file_transfer_method: "sftp",
  ssh_proxy_host: "proxy",
  ssh_proxy_port: 1081,
  ssh_proxy_username: "u",
  ssh_proxy_password: "p",
  ssh_keep_alive_interval: 10_000,
  ssh_read_write_timeout: 10_000,
  ssh_remote_tunnels: ["1:h:2"],
  ssh_local_tunnels: ["1:h:2"],
  ssh_public_key: "ssh-ed25519 AAAA",
  ssh_private_key: "PRIVATE",
  winrm_username: "Administrator",
  winrm_no_proxy: true,
  winrm_timeout: 60_000,
  winrm_insecure: true,
  winrm_use_ntlm: true,
};

export const connectionRows: Readonly<Record<string, Row>> = {
  ...Object.fromEntries(Object.entries(passed).map(([name, value]) => [name, connectsWith(name, value)])),
  communicator: sends({ communicator: "winrm", winrm_password: "p" }, "AuthorizeSecurityGroupIngress", {
    IpPermissions: [{ FromPort: 5985, ToPort: 5985 }],
  }),
  ssh_host: at({ ssh_host: "192.0.2.1" }, "192.0.2.1"),
  ssh_port: sends({ ssh_port: 2222 }, "AuthorizeSecurityGroupIngress", {
    IpPermissions: [{ FromPort: 2222, ToPort: 2222 }],
  }),
  ssh_password: spares({ ssh_password: "p" }, "CreateKeyPair"),
  ssh_keypair_name: sends({ ssh_keypair_name: "mine" }, "RunInstances", { KeyName: "mine" }),
  temporary_key_pair_name: sends({ temporary_key_pair_name: "tmp" }, "CreateKeyPair", { KeyName: "tmp" }),
  temporary_key_pair_type: sends({ temporary_key_pair_type: "ed25519" }, "CreateKeyPair", { KeyType: "ed25519" }),
  temporary_key_pair_bits: refuses({ temporary_key_pair_bits: 4096 }, "temporary_key_pair_bits has no effect"),
  ssh_private_key_file: says({ ssh_private_key_file: "/key" }, "Using existing SSH private key", plain, keyFile),
  ssh_agent_auth: says({ ssh_agent_auth: true }, "Using SSH Agent with key pair in Source AMI"),
  ssh_interface: async () => {
    expect(await addressWith({})).toEqual({ host: "203.0.113.7", port: 22 });
    await at({ ssh_interface: "private_ip" }, "10.0.0.7")();
    await at({ ssh_interface: "public_dns" }, "ec2-203-0-113-7.compute-1.amazonaws.com")();
    await at({ ssh_interface: "private_dns" }, "ip-10-0-0-7.ec2.internal")();
    await at({ ssh_interface: "ipv6" }, "2001:db8::7")();
  },
  pause_before_ssm: says(
    { pause_before_ssm: 90_000 },
    "Waiting 1m30s before establishing the SSM session...",
    tunnelled,
    plugin,
  ),
  session_manager_port: sends(
    { session_manager_port: 8222 },
    "StartSession",
    { Parameters: { portNumber: ["22"], localPortNumber: ["8222"] } },
    tunnelled,
    plugin,
  ),
  winrm_password: says({ winrm_password: "p" }, "Skipping waiting for password since WinRM password set...", {
    ...plain,
    communicator: "winrm",
    windows_password_timeout: 1,
  }),
  winrm_host: at({ ...winrm, winrm_host: "192.0.2.2" }, "192.0.2.2", 5985),
  winrm_port: sends(
    { winrm_port: 6000 },
    "AuthorizeSecurityGroupIngress",
    { IpPermissions: [{ FromPort: 6000 }] },
    winrm,
  ),
  winrm_use_ssl: sends(
    { winrm_use_ssl: true },
    "AuthorizeSecurityGroupIngress",
    { IpPermissions: [{ FromPort: 5986 }] },
    winrm,
  ),
};
