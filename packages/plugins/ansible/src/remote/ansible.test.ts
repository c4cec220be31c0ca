import {
  FakeCommunicator,
  FakeHost,
  type FakeProcessResult,
  fakePrepareContext,
  type SpawnedCommand,
} from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { type ProvisionRun, type ProvisionRunOptions, provisionRun } from "../testing/provision-run.ts";
import { problems } from "./check.ts";
import { shownCommand } from "./command-line.ts";
import type { Config } from "./config.ts";
import { provision } from "./provision.ts";

const defaults: Config = {
  command: "ansible-playbook",
  host_alias: "default",
  ansible_proxy_key_type: "ECDSA",
  skip_version_check: false,
  use_sftp: false,
  keep_inventory_file: false,
  galaxy_command: "ansible-galaxy",
  galaxy_force_install: false,
  galaxy_force_with_deps: false,
  ansible_winrm_use_http: false,
  playbook_file: "play.yml",
};

interface Played {
  readonly ctx: ProvisionRun;
  /** Each program with its arguments. */
  readonly commands: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What temporary files held while Ansible ran, by the start of their names. */
  readonly files: Readonly<Record<string, string>>;
}

async function play(settings: Partial<Config> = {}, options: ProvisionRunOptions = {}): Promise<Played> {
  const files: Record<string, string> = {};
  const ctx: ProvisionRun = provisionRun({
    env: { USER: "ann", PATH: "/bin" },
    ...options,
    onSpawn: async (command: SpawnedCommand): Promise<FakeProcessResult> => {
      const answer = await options.onSpawn?.(command);
      if (answer) return answer;
      if (command.args[0] === "--version") return { stdout: "ansible-playbook [core 2.14.18]\n" };
      for (const directory of ["/tmp", "/inv"]) {
        for (const name of await ctx.host.files.list(directory).catch(() => [])) {
          const stem = name.replace(/\d+/, "");
          files[stem] = await ctx.host.files.readText(`${directory}/${name}`);
        }
      }
      return { stdout: "PLAY\n", stderr: "warned\n" };
    },
  });
  await ctx.host.files.makeDirectory("/tmp", { recursive: true });
  await ctx.host.files.makeDirectory("/inv", { recursive: true });
  await provision({ ...defaults, ...settings }, ctx);
  const last = ctx.host.spawned.at(-1);
  return {
    ctx,
    commands: ctx.host.spawned.map(({ file, args }) => [file, ...args].join(" ").replaceAll(/\d{6,}/g, "N")),
    environment: last?.options.env ?? {},
    files,
  };
}

const sshFacts = { Host: "10.0.0.5", Port: 2200, User: "admin" };

describe("through the SSH server", () => {
  it("plays, prints every line, and leaves nothing", async () => {
    const { ctx, commands, environment, files } = await play();
    expect(commands).toEqual([
      "ansible-playbook --version",
      `ansible-playbook -e packer_build_name="web" -e packer_builder_type=null --ssh-extra-args '-o IdentitiesOnly=yes' -e ansible_ssh_private_key_file=/tmp/ansible-keyN -i /tmp/packer-provisioner-ansibleN /project/play.yml`,
    ]);
    expect(environment).toMatchObject({ PATH: "/bin", ANSIBLE_HOST_KEY_CHECKING: "False", ANSIBLE_SCP_IF_SSH: "True" });
    expect(files).toEqual({
      "ansible-key": "-----BEGIN KEY-----",
      "packer-provisioner-ansible": "default ansible_host=127.0.0.1 ansible_user=ann ansible_port=2222\n",
    });
    expect(ctx.ui.lines.map((line) => line.replaceAll(/\d{6,}/g, "N"))).toEqual([
      "==> Provisioning with Ansible...",
      "==> Setting up proxy adapter for Ansible....",
      `==> Executing Ansible: ${commands[1]}`,
      "==> PLAY",
      "==> warned",
    ]);
    expect(ctx.asked).toEqual([{ user: "ann", keyType: "ecdsa", port: 0 }]);
    await ctx.undo();
    expect(await ctx.host.files.list("/tmp")).toEqual([]);
  });

  it("hands on what the template says", async () => {
    const { ctx, commands, environment, files } = await play(
      {
        user: "me",
        local_port: 7000,
        ansible_proxy_key_type: "rsa",
        sftp_command: "/usr/libexec/sftp",
        ssh_host_key_file: "host.key",
        host_alias: "box",
        groups: ["a", "b"],
        empty_groups: ["c"],
        inventory_directory: "/inv",
        keep_inventory_file: true,
        use_sftp: true,
        ansible_ssh_extra_args: ["-o ForwardAgent=yes"],
        extra_arguments: ["-v", "-e", "ip={{ .Host }}"],
        ansible_env_vars: ["A=1", "P={{ .WinRMPassword }}"],
        command: "/opt/play",
      },
      { files: { "host.key": "HOST" }, buildValues: { ...sshFacts, PackerHTTPAddr: "10.0.0.1:8500" } },
    );
    expect(ctx.asked).toEqual([
      { user: "me", keyType: "rsa", port: 7000, hostKey: "HOST", sftpCommand: "/usr/libexec/sftp" },
    ]);
    expect(commands.at(-1)).toBe(
      `/opt/play -e packer_build_name="web" -e packer_builder_type=null -e packer_http_addr=10.0.0.1:8500 --ssh-extra-args '-o ForwardAgent=yes' -v -e ip=10.0.0.5 -e ansible_ssh_private_key_file=/tmp/ansible-keyN -i /inv/packer-provisioner-ansibleN /project/play.yml`,
    );
    const line = "box ansible_host=127.0.0.1 ansible_user=me ansible_port=2222\n";
    expect(files["packer-provisioner-ansible"]).toBe(`${line}[a]\n${line}[b]\n${line}[c]\n`);
    expect(environment).toMatchObject({ A: "1", P: "" });
    expect(environment).not.toHaveProperty("ANSIBLE_HOST_KEY_CHECKING");
    expect(environment).not.toHaveProperty("ANSIBLE_SCP_IF_SSH");
    await ctx.undo();
    expect(await ctx.host.files.list("/inv")).toHaveLength(1);
    expect(await ctx.host.files.list("/tmp")).toEqual([]);
  });

  it("lets the template bring inventory, inventory line and key", async () => {
    const own = await play({ inventory_file: "hosts" });
    expect(own.commands.at(-1)).toMatch(/ -i hosts \/project\/play.yml$/);
    expect(own.files).not.toHaveProperty("packer-provisioner-ansible");
    const line = await play({ inventory_file_template: "{{ .HostAlias }} at={{ .Host }}:{{ .Port }} as={{ .User }}" });
    expect(line.files["packer-provisioner-ansible"]).toBe("default at=127.0.0.1:2222 as=ann\n");
    const key = await play({ ssh_authorized_key_file: "key.pub" }, { files: { "key.pub": "ssh-ed25519 AAAA" } });
    expect(key.ctx.asked[0]).toMatchObject({ authorizedKey: "ssh-ed25519 AAAA" });
    expect(key.commands.at(-1)).not.toMatch(/private_key|ssh-extra-args/);
  });

  it("speaks Ansible 1's names to Ansible 1, and asks no version where it shall not", async () => {
    const old = await play(
      {},
      {
        onSpawn: ({ args }) =>
          ({ stdout: args[0] === "--version" ? "ansible-playbook 1.9.6" : "" }) as FakeProcessResult,
      },
    );
    expect(
      await old.ctx.host.files.readText(
        `/tmp/${(await old.ctx.host.files.list("/tmp")).find((n) => n.startsWith("packer"))}`,
      ),
    ).toBe("default ansible_ssh_host=127.0.0.1 ansible_ssh_user=ann ansible_ssh_port=2222\n");
    expect((await play({ skip_version_check: true })).commands).toHaveLength(1);
  });

  it("asks the system who runs it where the environment does not say", async () => {
    const { ctx } = await play(
      {},
      { env: {}, onSpawn: ({ file }) => (file === "id" ? { stdout: "bob\n" } : undefined) as FakeProcessResult },
    );
    expect(ctx.asked[0]?.user).toBe("bob");
  });
});

describe("without it", () => {
  it("uses the communicator's key file, user and address", async () => {
    const { ctx, commands, files } = await play(
      { use_proxy: false },
      { buildValues: { ...sshFacts, SSHPrivateKeyFile: "/keys/id" } },
    );
    expect(commands.at(-1)).toContain("-e ansible_ssh_private_key_file=/keys/id");
    expect(files).toEqual({
      "packer-provisioner-ansible": "default ansible_host=10.0.0.5 ansible_user=admin ansible_port=2200\n",
    });
    expect(ctx.ui.lines.slice(1, 3)).toEqual([
      "==> Not using Proxy adapter for Ansible run:",
      "==> \tUsing ssh keys from Packer communicator...",
    ]);
    expect(ctx.asked).toEqual([]);
  });

  it("writes the key it was given, and a password, to private files", async () => {
    const key = await play({ use_proxy: false, user: "root" }, { buildValues: { ...sshFacts, SSHPrivateKey: "KEY" } });
    expect(key.files["ansible-key"]).toBe("KEY");
    expect(key.files["packer-provisioner-ansible"]).toContain("ansible_user=root");
    const password = await play({ use_proxy: false }, { buildValues: { ...sshFacts, Password: "hunter2" } });
    expect(password.files["ansible-vars.json"]).toBe('{"ansible_password":"hunter2"}');
    expect(password.commands.at(-1)).toContain("-e @/tmp/ansible-varsN.json -e ansible_host_key_checking=False -i");
    expect(password.commands.join()).not.toContain("hunter2");
    expect(password.ctx.masked).toEqual(["hunter2"]);
    const agent = await play({ use_proxy: false }, { buildValues: { ...sshFacts, SSHAgentAuth: true, Password: "x" } });
    expect(agent.files).not.toHaveProperty("ansible-vars.json");
  });

  it("speaks WinRM, the password in a file and masked where the template repeats it", async () => {
    const winrm = {
      communicator: new FakeCommunicator({ kind: "winrm" }),
      buildValues: { ...sshFacts, WinRMPassword: "S3cret!" },
    };
    const { ctx, commands, files } = await play(
      { use_proxy: false, ansible_winrm_use_http: true, extra_arguments: ["-e", "x={{ .WinRMPassword }}"] },
      winrm,
    );
    expect(files).toEqual({
      "ansible-vars.json": '{"ansible_password":"S3cret!"}',
      "packer-provisioner-ansible":
        "default ansible_host=10.0.0.5 ansible_connection=winrm ansible_winrm_transport=basic ansible_shell_type=powershell ansible_user=admin ansible_port=2200 ansible_winrm_scheme=http\n",
    });
    expect(commands.at(-1)).not.toContain("ssh-extra-args");
    expect(ctx.ui.lines).toContain("==> \tUsing WinRM Password from Packer communicator...");
    expect(ctx.ui.lines.join("\n")).toContain("-e x=*****");
    expect(ctx.ui.lines.join("\n")).not.toContain("S3cret!");
    const own = await play({ use_proxy: false, extra_arguments: ["-e", "ansible_password=mine"] }, winrm);
    expect(own.commands.at(-1)).not.toContain("@/tmp");
    expect(own.ctx.ui.lines.join("\n")).toContain("-e ansible_password=*****");
  });

  it("enters a container by Ansible's own connection", async () => {
    const docker = { communicator: new FakeCommunicator({ kind: "docker" }), buildValues: { ID: "0abc" } };
    const { commands, files } = await play({ use_proxy: false }, docker);
    expect(files).toEqual({ "packer-provisioner-ansible": "default ansible_connection=docker ansible_host=0abc\n" });
    expect(commands.at(-1)).not.toContain("private_key");
    const asUser = await play({ use_proxy: false, user: "app" }, docker);
    expect(asUser.files["packer-provisioner-ansible"]).toContain("ansible_host=0abc ansible_user=app");
  });

  it("falls back to it where nothing else works, and says why", async () => {
    const nowhere = await play({ use_proxy: false });
    expect(nowhere.ctx.ui.lines[1]).toBe(
      "!!> Warning: use_proxy is false, but instance does not have an IP address to give to Ansible. Falling back to use proxy.",
    );
    expect(nowhere.ctx.asked).toHaveLength(1);
    const odd = await play(
      { use_proxy: false },
      { communicator: new FakeCommunicator({ kind: "lxc" }), buildValues: sshFacts },
    );
    expect(odd.ctx.ui.lines[1]).toMatch(/^!!> Warning: use_proxy is false, but communicator is neither ssh nor winrm/);
    expect(odd.ctx.asked).toHaveLength(1);
  });
});

describe("requirements", () => {
  it.each([
    ["- src: geerlingguy.apache\n", ["install"]],
    ["roles:\n  - name: x\n", ["install"]],
    ["---\ncollections:\n  - name: x\n", ["collection install"]],
    ["roles:\n  - a\ncollections:\n  - b\n", ["install", "collection install"]],
  ])("of %j", async (text, verbs) => {
    const { commands, ctx } = await play({ galaxy_file: "req.yml" }, { files: { "req.yml": text } });
    expect(commands.slice(1, -1)).toEqual(verbs.map((verb) => `ansible-galaxy ${verb} -r req.yml`));
    expect(ctx.ui.lines.filter((line) => line === "==> Executing Ansible Galaxy")).toHaveLength(verbs.length);
  });
  it("go where the template says, by force", async () => {
    const { commands } = await play(
      {
        galaxy_file: "r",
        galaxy_command: "gal",
        galaxy_force_install: true,
        galaxy_force_with_deps: true,
        roles_path: "ro",
        collections_path: "co",
      },
      { files: { r: "roles:\ncollections:\n" } },
    );
    expect(commands.slice(1, -1)).toEqual([
      "gal install -r r -f --force-with-deps -p ro",
      "gal collection install -r r -f --force-with-deps -p co",
    ]);
  });
});

describe("failures", () => {
  const ended = (when: (args: readonly string[]) => boolean, result: FakeProcessResult) => ({
    files: { "req.yml": "roles:" },
    onSpawn: ({ args }: SpawnedCommand) => (when(args) ? result : undefined) as FakeProcessResult,
  });
  it.each<[string, Partial<Config>, ProvisionRunOptions]>([
    [
      "Error executing Ansible: Non-zero exit status: exit status 2",
      {},
      ended((args) => args.includes("-i"), { exit: { by: "code", code: 2 } }),
    ],
    [
      "Error executing Ansible Galaxy: Non-zero exit status: exit status 1",
      { galaxy_file: "req.yml" },
      ended((args) => args[0] === "install", { exit: { by: "code", code: 1 } }),
    ],
    [
      'Error running "ansible-playbook --version": exit status 127',
      {},
      ended((args) => args[0] === "--version", { exit: { by: "code", code: 127 } }),
    ],
    [
      "Could not find ansible-playbook version in output:\nhello",
      {},
      ended((args) => args[0] === "--version", { stdout: "hello\n" }),
    ],
  ])("%s", async (message, settings, options) => {
    await expect(play(settings, options)).rejects.toThrow(message);
  });
});

describe("checks", () => {
  const found = async (
    settings: Partial<Config>,
    files: Readonly<Record<string, string>> = {},
  ): Promise<readonly string[]> => {
    const host = new FakeHost({ files: { "play.yml": "", ...files }, env: { PATH: "/nowhere:/usr/bin" } });
    return (await problems({ ...defaults, skip_version_check: true, ...settings }, fakePrepareContext({ host }))).map(
      (d) => d.summary,
    );
  };
  it("finds everything at once", async () => {
    const { playbook_file: _, ...rest } = defaults;
    const host = new FakeHost({ env: { PATH: "/usr/bin" } });
    expect((await problems(rest, fakePrepareContext({ host }))).map((d) => d.summary)).toEqual([
      "playbook_file must be specified.",
      'Error running "ansible-playbook --version": exec: "ansible-playbook": executable file not found in $PATH',
    ]);
    expect(
      await found({
        playbook_file: "nope.yml",
        inventory_directory: "play.yml",
        local_port: 70_000,
        ansible_proxy_key_type: "DSA",
        galaxy_file: "g",
        ssh_host_key_file: "h",
        ssh_authorized_key_file: "a",
        ansible_env_vars: ["x"],
      }),
    ).toEqual([
      "playbook_file: nope.yml is invalid: stat nope.yml: no such file or directory",
      "galaxy_file: g is invalid: stat g: no such file or directory",
      "ssh_authorized_key_file: a is invalid: stat a: no such file or directory",
      "ssh_host_key_file: h is invalid: stat h: no such file or directory",
      "inventory_directory: play.yml must point to a directory",
      "local_port: 70000 must be a valid port",
      'Invalid value for ansible_proxy_key_type: "DSA"',
      'ansible_env_vars: "x" is not NAME=value',
    ]);
    expect(await found({})).toEqual([]);
  });
});

it.each([
  ["my_password=abc", "my_password=*****"],
  ["a=1 DB_SECRET='x y' b=2", "a=1 DB_SECRET=***** b=2"],
  ['{"api_secret": "x", "n": 1}', '{"api_secret": "*****", "n": 1}'],
  ["plain=abc", "plain=abc"],
])("prints %s as %s", (word, shown) => {
  expect(shownCommand(["ansible", word], [])).toBe(`ansible ${shown}`);
});
