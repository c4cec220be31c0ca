import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Finished, KilnBed } from "../kiln.ts";
import { type Sshd, startSshd } from "../ssh/sshd.ts";

// Chef itself is not to be had here: a stand-in (stand-in.rb) checks what it is given and notes it.
let sshd: Sshd;
const folder = mkdtempSync(join(tmpdir(), "kiln-chef-"));
const at = (...names: readonly string[]): string => join(folder, ...names);
const standIn = join(import.meta.dirname, "stand-in.rb");
const log = at("log");

beforeAll(async () => {
  chmodSync(folder, 0o755);
  mkdirSync(at("bin"));
  sshd = await startSshd({ config: [`SetEnv PATH=${at("bin")}:/usr/bin:/bin STAND_IN_LOG=${log}`] });
  for (const name of ["cookbooks/web/recipes", "roles", "bags/users", "environments"])
    mkdirSync(at(name), { recursive: true });
  writeFileSync(at("cookbooks/web/recipes/default.rb"), "log 'x'\n");
  writeFileSync(at("roles/web.json"), "{}");
  writeFileSync(at("bags/users/me.json"), '{"id":"me"}');
  writeFileSync(at("environments/prod.rb"), "name 'prod'\n");
  writeFileSync(at("secret"), "s3cret\n");
  writeFileSync(at("validation.pem"), "VALIDATION\n");
});
afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(log, { force: true });
  rmSync(at("bin"), { recursive: true });
  mkdirSync(at("bin"));
});

interface Seen {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly attributes?: unknown;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly files: unknown;
  readonly [name: string]: unknown;
}
const seen = (): readonly Seen[] =>
  existsSync(log)
    ? readFileSync(log, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Seen)
    : [];
const install = (...names: readonly string[]): void => {
  for (const name of names) copyFileSync(standIn, at("bin", name));
};

async function build(
  type: string,
  options: Readonly<Record<string, unknown>>,
): Promise<Finished & { readonly all: string }> {
  using bed = new KilnBed();
  const builder = {
    type: "null",
    ssh_host: "127.0.0.1",
    ssh_port: sshd.port,
    ssh_username: sshd.user,
    ssh_private_key_file: sshd.keyFile,
  };
  const path = join(bed.folder, "template.json");
  writeFileSync(
    path,
    JSON.stringify({ builders: [builder], provisioners: [{ type, prevent_sudo: true, ...options }] }),
  );
  const finished = await bed.run(["build", "-color=false", path], { cwd: folder });
  return { ...finished, all: finished.stdout + finished.stderr };
}

describe("chef-solo", () => {
  it("installs, sends everything and runs the stand-in on it", async () => {
    const staging = at("solo");
    const built = await build("chef-solo", {
      staging_directory: staging,
      install_command: `cp ${standIn} ${at("bin", "chef-solo")} && echo "got {{.Version}} {{if .Sudo}}with{{else}}without{{end}} sudo"`,
      version: "17.10",
      cookbook_paths: [at("cookbooks")],
      remote_cookbook_paths: [at("cookbooks")],
      roles_path: at("roles"),
      data_bags_path: at("bags"),
      environments_path: at("environments"),
      chef_environment: "prod",
      chef_license: "accept",
      encrypted_data_bag_secret_path: at("secret"),
      run_list: ["recipe[web]", "role[web]"],
      json: { web: { port: 8080, tricky: "#{1}\"'\\" } },
    });
    expect(built.all).toContain("Builds finished");
    const lines = built.stdout.split("\n").map((line) => line.replace("null.null", "null"));
    const from = lines.findIndex((line) => line.includes("Provisioning with chef-solo"));
    expect(lines.slice(from, from + 11)).toEqual([
      "==> null: Provisioning with chef-solo",
      "    null: Installing Chef...",
      "    null: got 17.10 without sudo",
      `    null: Creating directory: ${staging}`,
      `    null: Creating directory: ${staging}/cookbooks-0`,
      `    null: Creating directory: ${staging}/roles`,
      `    null: Creating directory: ${staging}/data_bags`,
      `    null: Creating directory: ${staging}/environments`,
      "    null: Creating configuration file 'solo.rb'",
      "    null: Creating JSON attribute file",
      `    null: Executing Chef: chef-solo --no-color -c ${staging}/solo.rb -j ${staging}/node.json`,
    ]);
    expect(lines).toContain('    null: chef-solo: Run List is ["recipe[web]", "role[web]"]');
    expect(lines).toContain("==> null: chef-solo: to standard error");
    const [one] = seen();
    expect(one?.arguments).toEqual(["--no-color", "-c", `${staging}/solo.rb`, "-j", `${staging}/node.json`]);
    expect(one?.settings).toEqual({
      cookbook_path: [at("cookbooks"), `${staging}/cookbooks-0`],
      chef_license: "accept",
      role_path: `${staging}/roles`,
      data_bag_path: `${staging}/data_bags`,
      encrypted_data_bag_secret: `${staging}/encrypted_data_bag_secret`,
      environment_path: `${staging}/environments`,
      environment: "prod",
    });
    expect(one?.attributes).toEqual({
      web: { port: 8080, tricky: "#{1}\"'\\" },
      run_list: ["recipe[web]", "role[web]"],
    });
    expect(one?.encrypted_data_bag_secret).toBe("s3cret\n");
    expect(one?.files).toEqual({
      [at("cookbooks")]: { "web/recipes/default.rb": "log 'x'\n" },
      [`${staging}/cookbooks-0`]: { "web/recipes/default.rb": "log 'x'\n" },
      [`${staging}/roles`]: { "web.json": "{}" },
      [`${staging}/data_bags`]: { "users/me.json": '{"id":"me"}' },
      [`${staging}/environments`]: { "prod.rb": "name 'prod'\n" },
    });
  });

  it("fills the template's own configuration", async () => {
    install("chef-solo");
    writeFileSync(
      at("own.rb"),
      'cookbook_path [{{.CookbookPaths}}]\n{{if .HasRolesPath}}role_path "{{.RolesPath}}"{{end}}\nmine "{{.ChefEnvironment}}"\n',
    );
    const built = await build("chef-solo", {
      staging_directory: at("own"),
      skip_install: true,
      config_template: at("own.rb"),
      cookbook_paths: [at("cookbooks")],
      chef_environment: "prod",
      json_string: '{"a": 1}',
    });
    expect(built.code).toBe(0);
    expect(seen()[0]?.settings).toEqual({ cookbook_path: [`${at("own")}/cookbooks-0`], mine: "prod" });
    expect(seen()[0]?.attributes).toEqual({ a: 1 });
  });

  it("says what is wrong before it connects, and why Chef failed", async () => {
    const wrong = await build("chef-solo", { cookbook_paths: ["nowhere"], json_string: "{", guest_os_type: "vms" });
    expect(wrong.code).toBe(1);
    expect(wrong.all).toContain("Bad cookbook path 'nowhere': stat nowhere: no such file or directory");
    expect(wrong.all).toContain("Error parsing json_string");
    expect(wrong.all).toContain('Invalid guest_os_type: "vms"');
    const missing = await build("chef-solo", { skip_install: true, staging_directory: at("missing") });
    expect(missing.all).toContain("Error executing Chef: Non-zero exit status: 127. The machine has no chef-solo");
    const install = await build("chef-solo", { install_command: "exit 7" });
    expect(install.all).toContain("Install script exited with non-zero exit status 7");
  });
});

describe("chef-client", () => {
  const staging = at("client");
  const options = {
    staging_directory: staging,
    skip_install: true,
    server_url: "https://chef.example/organizations/x",
    node_name: "image-1",
    validation_key_path: at("validation.pem"),
    run_list: ["recipe[web]"],
  };

  it("registers, runs, and takes node and client off the server", async () => {
    install("chef-client", "knife");
    const built = await build("chef-client", {
      ...options,
      skip_install: false,
      install_command: "echo installed {{.Version}}",
      version: "17.10",
      policy_name: "p",
      policy_group: "g",
      ssl_verify_mode: "verify_none",
      trusted_certs_dir: "/etc/certs",
      rubygems_url: "https://gems.example",
      validation_client_name: "validator",
      chef_environment: "prod",
    });
    expect(built.all).toContain("Builds finished");
    // As Packer's chef-client prints it, and its chef-solo does not.
    const lines = built.stdout.split("\n").map((line) => line.replace("null.null", "null"));
    const from = lines.indexOf("    null: Installing Chef...");
    expect(lines.slice(from + 1, from + 3)).toEqual(["    null: echo installed 17.10", "    null: installed 17.10"]);
    expect(built.stdout).toContain(`: Uploading ${at("validation.pem")}...\n`);
    const [run, node, client] = seen();
    expect(run?.settings).toEqual({
      log_level: "info",
      log_location: "stdout",
      chef_server_url: options.server_url,
      client_key: `${staging}/client.pem`,
      validation_client_name: "validator",
      validation_key: `${staging}/validation.pem`,
      node_name: "image-1",
      environment: "prod",
      policy_group: "g",
      policy_name: "p",
      ssl_verify_mode: "verify_none",
      trusted_certs_dir: "/etc/certs",
      rubygems_url: "https://gems.example",
    });
    expect(run?.validation_key).toBe("VALIDATION\n");
    expect(node?.arguments).toEqual(["node", "delete", "image-1", "-y", "-c", `${staging}/knife.rb`]);
    expect(client?.arguments).toEqual(["client", "delete", "image-1", "-y", "-c", `${staging}/knife.rb`]);
    expect(node?.settings).toMatchObject({ node_name: "image-1", client_key: `${staging}/client.pem` });
    expect(existsSync(staging)).toBe(false);
    expect(built.stdout).toMatch(
      /Cleaning up chef node\.\.\.[\s\S]*Cleaning up chef client\.\.\.[\s\S]*Removing directory/,
    );
  });

  it("cleans the server also after a failed run, and only what it is told to", async () => {
    install("chef-client", "knife");
    const failed = await build("chef-client", { ...options, skip_clean_client: true, json: { stand_in_exit: 3 } });
    expect(failed.code).toBe(1);
    expect(failed.all).toContain("Error executing Chef: Non-zero exit status: 3");
    expect(seen().map(({ program, arguments: [what] }) => `${program} ${what}`)).toEqual([
      "chef-client --no-color",
      "knife node",
    ]);
    const both = await build("chef-client", { ...options, knife_command: "exit 4", json: { stand_in_exit: 3 } });
    expect(both.all).toContain("Delete image-1 on https://chef.example/organizations/x by hand");
    expect(both.all).toContain("Error executing Chef: Non-zero exit status: 3");
    const none = await build("chef-client", {
      ...options,
      skip_clean_node: true,
      skip_clean_client: true,
      skip_clean_staging_directory: true,
    });
    expect(none.code).toBe(0);
    expect(seen()).toHaveLength(4);
    expect(existsSync(staging)).toBe(true);
  });

  it("says everything that is wrong", async () => {
    const wrong = await build("chef-client", { policy_name: "p", validation_key_path: "nope" });
    expect(wrong.all).toContain("server_url must be set");
    expect(wrong.all).toContain("If either policy_name or policy_group are set, they must both be set.");
    expect(wrong.all).toContain("Bad validation key path 'nope': stat nope: no such file or directory");
  });
});
