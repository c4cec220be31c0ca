import type { ProvisionContext } from "@kiln/sdk";
import { FakeCommunicator, type FakeExecResult, FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { puppetMasterless } from "./masterless/index.ts";
import { puppetServer } from "./server/index.ts";

const shared = { clean_staging_directory: false, ignore_exit_codes: false, prevent_sudo: false } as const;
const newHost = (): FakeHost =>
  new FakeHost({
    files: {
      "site.pp": "notify { 'x': }",
      "many/1.pp": "",
      "modules/a/init.pp": "class a {}",
      "hiera.yaml": "---",
      "certs/web.pem": "CERT",
      "keys/web.pem": "KEY",
    },
  });

type Settings = Readonly<Record<string, unknown>>;
interface Options {
  readonly answers?: readonly FakeExecResult[];
  readonly buildValues?: Settings;
  readonly debug?: boolean;
}
async function run(which: "masterless" | "server", settings: Settings, options: Options = {}) {
  const host = newHost();
  const component = which === "masterless" ? puppetMasterless : puppetServer;
  const checked = await component.prepare({ ...shared, ...settings } as never, fakePrepareContext({ host }));
  if (!checked.ok) throw new Error(checked.diagnostics.map((d) => d.summary).join("\n"));
  const answers = [...(options.answers ?? [])];
  const commands: string[] = [];
  const moved: string[] = [];
  const communicator = new FakeCommunicator({
    onExec: ({ command }) => {
      commands.push(command);
      return answers.shift() ?? {};
    },
  });
  communicator.upload = async (source, path, { size, mode }) => {
    const bytes = Buffer.concat(await Array.fromAsync(source));
    expect(bytes).toHaveLength(size ?? -1);
    moved.push(`${path} ${mode?.toString(8) ?? ""} ${bytes.toString().slice(0, 20)}`.trim());
  };
  communicator.uploadDirectory = async (local, remote) => void moved.push(`${local} to ${remote}`);
  const fake = new FakeRun({
    host,
    buildName: "web",
    debug: options.debug ?? false,
    ...(options.buildValues && { buildValues: options.buildValues }),
  });
  const ctx = Object.assign(fake, { machine: { communicator, facts: {} } }) as unknown as ProvisionContext;
  const message = await checked.value.run(ctx).then(
    () => "",
    (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
  );
  return { commands, moved, lines: fake.ui.lines, message, masked: fake.masked };
}
function decoded(command = ""): string {
  return Buffer.from(/-encodedcommand (\S+)/.exec(command)?.[1] ?? "", "base64").toString("utf16le");
}

it("says everything that is wrong with puppet-masterless", async () => {
  await expect(
    run("masterless", {
      guest_os_type: "vms",
      elevated_password: "p",
      hiera_config_path: "nope",
      manifest_dir: "site.pp",
      module_paths: ["modules", "gone"],
    }),
  ).rejects.toThrow(
    [
      'Invalid guest_os_type: "vms"',
      "Must supply an 'elevated_user' if 'elevated_password' provided",
      "hiera_config_path is invalid: stat nope: no such file or directory",
      "manifest_dir must point to a directory",
      "A manifest_file must be specified.",
      "module_path[1] is invalid: stat gone: no such file or directory",
    ].join("\n"),
  );
  await expect(run("masterless", { manifest_file: "none.pp" })).rejects.toThrow(
    "manifest_file is invalid: stat none.pp: no such file or directory",
  );
});

it("makes all directories at once and sends what the template names", async () => {
  const { commands, moved } = await run(
    "masterless",
    {
      manifest_file: "site.pp",
      manifest_dir: "many",
      module_paths: ["modules", "many/"],
      hiera_config_path: "hiera.yaml",
      extra_arguments: ["--verbose", "--noop"],
      puppet_bin_dir: "/opt/puppet/bin/",
      working_directory: "/srv/{{.ID}}",
      facter: { packer_build_name: "mine" },
      clean_staging_directory: true,
    },
    { buildValues: { ID: "i-1", PackerHTTPAddr: "10.0.2.2:8080" }, answers: [{}, { exit: 2 }], debug: true },
  );
  const s = "/tmp/packer-puppet-masterless";
  const all = [s, `${s}/module-0`, `${s}/module-1`, `${s}/manifests`].map((path) => `'\\''${path}'\\''`).join(" ");
  expect(commands).toEqual([
    `sudo sh -c 'mkdir -p ${all} && chmod 0777 ${all}'`,
    "cd /srv/i-1 && FACTER_packer_build_name='mine' FACTER_packer_builder_type='null' FACTER_packer_http_addr='10.0.2.2:8080' " +
      `sudo -E /opt/puppet/bin/puppet apply --detailed-exitcodes --debug --modulepath='${s}/module-0:${s}/module-1' ` +
      `--hiera_config='${s}/hiera.yaml' --manifestdir='${s}/manifests' --verbose --noop ${s}/manifests/site.pp`,
    `sudo sh -c 'rm -rf '\\''${s}'\\'''`,
  ]);
  expect(moved).toEqual([
    `${s}/hiera.yaml 644 ---`,
    `many/ to ${s}/manifests`,
    `modules/ to ${s}/module-0`,
    `many/ to ${s}/module-1`,
    `${s}/manifests/site.pp 644 notify { 'x': }`,
  ]);
});

it("speaks cmd and PowerShell to Windows, elevated where told", async () => {
  const plain = await run("masterless", {
    manifest_file: "site.pp",
    guest_os_type: "Windows",
    module_paths: ["modules", "many"],
    clean_staging_directory: true,
  });
  const s = "C:/Windows/Temp/packer-puppet-masterless";
  expect(decoded(plain.commands[0])).toContain(
    `New-Item -ItemType Directory -Force -Path '${s}', '${s}/module-0', '${s}/module-1', '${s}/manifests'`,
  );
  expect(plain.commands[1]).toBe(
    `cd ${s} && SET "FACTER_packer_build_name=web" & SET "FACTER_packer_builder_type=null" && puppet apply ` +
      `--detailed-exitcodes --modulepath="${s}/module-0;${s}/module-1" ${s}/manifests/site.pp`,
  );
  expect(decoded(plain.commands[2])).toContain(`Remove-Item -Recurse -Force -LiteralPath '${s}'`);
  const elevated = await run(
    "masterless",
    {
      manifest_file: "site.pp",
      guest_os_type: "windows",
      elevated_user: "Administrator",
      elevated_password: "{{.WinRMPassword}}",
    },
    { buildValues: { WinRMPassword: "secret-1" } },
  );
  expect(elevated.commands[1]).toMatch(/^powershell -executionpolicy bypass -file "C:\/Windows\/Temp\/packer-elevated/);
  expect(elevated.masked).toEqual(["secret-1"]);
  expect(elevated.lines.join("\n")).not.toContain("secret-1");
});

it("runs the agent with what the template has", async () => {
  const { commands, moved, lines } = await run("server", {
    puppet_server: "puppet.example",
    puppet_node: "web",
    client_cert_path: "certs",
    client_private_key_path: "keys/",
    prevent_sudo: true,
    facter: { role: "web server" },
  });
  const s = "/tmp/packer-puppet-server";
  expect(commands[1]).toBe(
    `cd ${s} && FACTER_packer_build_name='web' FACTER_packer_builder_type='null' FACTER_role='web server' puppet agent ` +
      "--onetime --no-daemonize --detailed-exitcodes --server='puppet.example' --certname='web' " +
      `--certdir='${s}/certs' --privatekeydir='${s}/private_keys'`,
  );
  expect(moved).toEqual([`certs/ to ${s}/certs`, `keys/ to ${s}/private_keys`]);
  expect(lines.slice(0, 7)).toEqual([
    "==> Provisioning with Puppet...",
    "    Creating Puppet staging directory...",
    `    Creating directory: ${s}`,
    "    Uploading client cert from: certs",
    `    Creating directory: ${s}/certs`,
    "    Uploading client private keys from: keys/",
    `    Creating directory: ${s}/private_keys`,
  ]);
  expect((await run("server", {})).commands[1]).toMatch(
    /sudo -E puppet agent --onetime --no-daemonize --detailed-exitcodes$/,
  );
  await expect(run("server", { client_cert_path: "site.pp", client_private_key_path: "x" })).rejects.toThrow(
    "client_cert_path must point to a directory\nclient_private_key_path is invalid: stat x: no such file or directory",
  );
});

it("uses the template's own command with the same names", async () => {
  const { commands } = await run("server", {
    puppet_server: "s",
    client_cert_path: "certs",
    execute_command:
      "{{.WorkingDir}}|{{.FacterVars}}|{{.Sudo}}|{{.PuppetBinDir}}|{{.PuppetServer}}|{{.PuppetNode}}|{{.ClientCertPath}}|{{.Debug}}",
  });
  const s = "/tmp/packer-puppet-server";
  expect(commands[1]).toBe(
    `${s}|FACTER_packer_build_name='web' FACTER_packer_builder_type='null'|true||s||${s}/certs|false`,
  );
});

it.each<readonly [FakeExecResult, string]>([
  [{ exit: 1 }, "Puppet exited with a non-zero exit status: 1 (the run failed or was not attempted"],
  [{ exit: 6 }, "(some resources were changed and some failed)"],
  [{ exit: 42 }, "status: 42. Puppet printed nothing: add --logdest=console to extra_arguments to see why"],
  [{ exit: 4, stderr: "Error: x\n" }, "status: 4 (resources failed)"],
  [{ exit: 127, stderr: "sh: 1: puppet: not found\n" }, "The machine has no puppet in its PATH"],
  [{ exit: 1, stderr: "sudo: puppet: command not found\n" }, "The machine has no puppet in its PATH"],
  [{ exit: "disconnected" }, "The connection was lost while Puppet ran."],
])("refuses %j", async (answer, text) => {
  expect((await run("server", {}, { answers: [{}, answer] })).message).toContain(text);
});

it("goes on where the exit code is to be ignored, and stops where a directory cannot be made", async () => {
  expect((await run("server", { ignore_exit_codes: true }, { answers: [{}, { exit: 4 }] })).message).toBe("");
  const denied = await run("server", {}, { answers: [{ exit: 1, stderr: "mkdir: Permission denied\n" }] });
  expect(denied.message).toMatch(/^Error creating directory: \/tmp\/packer-puppet-server: Non-zero exit status: 1/);
  expect(denied.lines).toContain("!!> mkdir: Permission denied");
});

it("tells a template's own command how module paths are joined", async () => {
  const execute_command = "run {{.ModulePath}} {{.ModulePathJoiner}}";
  const { commands } = await run("masterless", {
    manifest_file: "site.pp",
    module_paths: ["modules", "modules"],
    execute_command,
  });
  expect(commands.at(-1)).toMatch(/^run \S+module-0:\S+module-1 :$/);
});

it("refuses names that there are not in a template's own command", async () => {
  const { message } = await run("server", {
    execute_command: "x {{ if .Nope }}{{.Other}}{{ end }}{{.Sudo}} {{.Missing}}",
  });
  expect(message).toMatch(
    /^Error processing execute_command: .*can't evaluate field Other in type \*puppetserver\.ExecuteTemplate\nexecute_command may use \.WorkingDir, /,
  );
});
