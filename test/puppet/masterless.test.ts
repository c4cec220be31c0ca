import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, KilnBed } from "../kiln.ts";
import { type Sshd, startSshd } from "../ssh/sshd.ts";

let sshd: Sshd;
const folder = mkdtempSync(join(tmpdir(), "kiln-puppet-"));
const at = (...names: readonly string[]): string => join(folder, ...names);
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A module with a function of the build's facts and a value from Hiera, and a manifest that uses it. */
function writeSources(): void {
  mkdirSync(at("modules", "greeting", "manifests"), { recursive: true });
  mkdirSync(at("modules", "greeting", "templates"), { recursive: true });
  writeFileSync(
    at("modules", "greeting", "manifests", "init.pp"),
    `class greeting(String $target, String $word = 'hello') {
  file { $target:
    ensure  => file,
    mode    => '0640',
    content => template('greeting/text.erb'),
  }
}
`,
  );
  writeFileSync(
    at("modules", "greeting", "templates", "text.erb"),
    "<%= @word %> from <%= @facts['packer_build_name'] || @facts['name'] %> to <%= @facts['who'] %>\n",
  );
  writeFileSync(
    at("hiera.yaml"),
    "---\nversion: 5\nhierarchy:\n  - name: common\n    datadir: /\n    path: " +
      `${at("common.yaml").slice(1)}\n    data_hash: yaml_data\n`,
  );
  writeFileSync(at("common.yaml"), "---\ngreeting::word: good day\n");
  writeFileSync(
    at("site.pp"),
    "class { 'greeting': target => $facts['greeting_file'] }\nfile { $facts['greeting_link']: ensure => link, target => '/etc/hostname' }\n",
  );
}
writeSources();

interface Options {
  readonly [name: string]: unknown;
}
async function build(options: Options, args: readonly string[] = []): Promise<Finished> {
  using bed = new KilnBed();
  const template = {
    builders: [
      {
        type: "null",
        name: "web",
        ssh_host: "127.0.0.1",
        ssh_port: sshd.port,
        ssh_username: sshd.user,
        ssh_private_key_file: sshd.keyFile,
      },
    ],
    provisioners: [{ type: "puppet-masterless", staging_directory: at("staging"), ...options }],
  };
  const path = join(bed.folder, "template.json");
  writeFileSync(path, JSON.stringify(template));
  return await bed.run(["build", "-color=false", ...args, path], { cwd: folder });
}
const facts = (name: string): Readonly<Record<string, string>> => ({
  who: "it's me & $HOME",
  greeting_file: at(`${name}.txt`),
  greeting_link: at(`${name}.link`),
});

describe("puppet-masterless with Debian's Puppet", () => {
  it("does to the machine what the same manifest does by hand", async () => {
    const by = { kiln: facts("kiln"), hand: facts("hand") };
    const built = await build({
      manifest_file: "site.pp",
      module_paths: [at("modules")],
      hiera_config_path: "hiera.yaml",
      facter: by.kiln,
      clean_staging_directory: true,
    });
    expect(built.stderr + built.stdout).toContain("Builds finished");
    expect(built.code).toBe(0);
    const args = [
      "apply",
      "--detailed-exitcodes",
      `--modulepath=${at("modules")}`,
      `--hiera_config=${at("hiera.yaml")}`,
    ];
    const env = Object.fromEntries(
      Object.entries({ ...by.hand, packer_build_name: "web" }).map(([k, v]) => [`FACTER_${k}`, v]),
    );
    const hand = spawnStatus("puppet", [...args, at("site.pp")], env);
    expect(hand).toBe(2);
    const [mine, theirs] = ["kiln", "hand"].map((name) => ({
      text: readFileSync(at(`${name}.txt`), "utf8"),
      stat: execFileSync("stat", ["-c", "%a %U %s", at(`${name}.txt`)], { encoding: "utf8" }),
      link: execFileSync("readlink", [at(`${name}.link`)], { encoding: "utf8" }),
    }));
    expect(mine).toEqual(theirs);
    expect(mine?.text).toBe("good day from web to it's me & $HOME\n");
    expect(existsSync(at("staging"))).toBe(false);

    const lines = built.stdout.split("\n").filter((line) => !/Notice:|Warning:|warning:|Facter:|^\s*$/.test(line));
    const staging = at("staging");
    const from = lines.findIndex((line) => line.includes("Provisioning with Puppet"));
    const command =
      `cd ${staging} && FACTER_greeting_file='${at("kiln.txt")}' FACTER_greeting_link='${at("kiln.link")}' ` +
      `FACTER_packer_build_name='web' FACTER_packer_builder_type='null' FACTER_who='it'\\''s me & $HOME' ` +
      `sudo -E puppet apply --detailed-exitcodes --modulepath='${staging}/module-0' --hiera_config='${staging}/hiera.yaml' ` +
      `${staging}/manifests/site.pp`;
    expect(lines.slice(from, from + 11)).toEqual([
      "==> null.web: Provisioning with Puppet...",
      "    null.web: Creating Puppet staging directory...",
      `    null.web: Creating directory: ${staging}`,
      "    null.web: Uploading hiera configuration...",
      `    null.web: Uploading local modules from: ${at("modules")}`,
      `    null.web: Creating directory: ${staging}/module-0`,
      "    null.web: Uploading manifests...",
      `    null.web: Creating directory: ${staging}/manifests`,
      "    null.web: Uploading manifest file from: site.pp",
      `    null.web: Running Puppet: ${command}`,
      `    null.web: Removing directory: ${staging}`,
    ]);
  });

  it("says what Puppet's exit code means, and goes on where told to", async () => {
    writeFileSync(at("wrong.pp"), "file { '/x': ensure => \n");
    const wrong = await build({ manifest_file: "wrong.pp", prevent_sudo: true });
    expect(wrong.code).toBe(1);
    expect(wrong.stdout + wrong.stderr).toMatch(/Syntax error at end of input/);
    expect(wrong.stdout + wrong.stderr).toContain("Puppet exited with a non-zero exit status: 1 (the run failed");
    expect(wrong.stdout + wrong.stderr).not.toMatch(/at .*\.[tj]s:\d+/);

    writeFileSync(at("failing.pp"), "exec { '/bin/false': }\n");
    const failing = await build({ manifest_file: "failing.pp", prevent_sudo: true });
    expect(failing.stdout + failing.stderr).toContain(
      "Puppet exited with a non-zero exit status: 4 (resources failed)",
    );
    const ignored = await build({ manifest_file: "failing.pp", prevent_sudo: true, ignore_exit_codes: true });
    expect(ignored.code).toBe(0);
  });

  it("says that the machine has no puppet", async () => {
    writeFileSync(at("empty.pp"), "\n");
    const missing = await build({ manifest_file: "empty.pp", puppet_bin_dir: at("nowhere") });
    expect(missing.code).toBe(1);
    expect(missing.stdout + missing.stderr).toContain(`The machine has no puppet in ${at("nowhere")}`);
  });

  it("runs the template's own command with everything it may use", async () => {
    mkdirSync(at("many"), { recursive: true });
    writeFileSync(at("many", "1.pp"), `file { '${at("one")}': content => 'one' }\n`);
    writeFileSync(at("many", "2.pp"), `file { '${at("two")}': content => $facts['packer_builder_type'] }\n`);
    const own = await build({
      manifest_file: at("many"),
      staging_directory: at("other-staging"),
      extra_arguments: ["--show_diff"],
      working_directory: "/",
      execute_command:
        "cd {{.WorkingDir}} && {{.FacterVars}} {{if .Sudo}}sudo -E {{end}}puppet apply {{.ExtraArguments}} " +
        "{{if .Debug}}--debug {{end}}{{.ManifestFile}}",
    });
    expect(own.stdout + own.stderr).toContain("sudo -E puppet apply --show_diff ");
    expect(own.code).toBe(0);
    expect(readFileSync(at("one"), "utf8")).toBe("one");
    expect(readFileSync(at("two"), "utf8")).toBe("null");
  });
});

function spawnStatus(file: string, args: readonly string[], env: Readonly<Record<string, string>>): number {
  try {
    execFileSync(file, args, { env: { ...process.env, ...env }, stdio: "ignore" });
    return 0;
  } catch (error) {
    return (error as { readonly status?: number }).status ?? -1;
  }
}
chmodSync(folder, 0o755);
