import { FakeCommunicator, FakeFiles, FakeHost, fakePrepareContext } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { type ProvisionRun, provisionRun } from "../testing/provision-run.ts";
import { problems } from "./check.ts";
import type { Config } from "./config.ts";
import { provision } from "./provision.ts";

const defaults: Config = {
  command: "ansible-playbook",
  clean_staging_directory: false,
  galaxy_command: "ansible-galaxy",
  galaxy_force_install: false,
  staging_directory: "/stage",
};
const local = {
  "play.yml": "play",
  "second.yml": "second",
  "hosts.ini": "h",
  "req.yml": "roles:\n  - a\ncollections:\n  - b\n",
  "gv/all": "gv",
  "hv/host": "hv",
  "dir/main.yml": "main",
  "r/one/tasks": "t",
  "c/two/file": "f",
  "p/more/x.yml": "x",
};
const tail = (playbook: string, inventory = "/stage/packer-provisioner-ansible-local-inventory"): string =>
  `${playbook} --extra-vars "packer_build_name=web packer_builder_type=null packer_http_addr= -o IdentitiesOnly=yes"  -c local -i ${inventory}`;

interface Done {
  readonly ctx: ProvisionRun;
  readonly communicator: FakeCommunicator;
}
async function run(settings: Partial<Config>, exits: Readonly<Record<string, number>> = {}): Promise<Done> {
  const ctxFiles = new FakeFiles(local);
  const communicator: FakeCommunicator = new FakeCommunicator({
    files: ctxFiles,
    onExec: ({ command }) => {
      const mkdir = /^mkdir -p (.*)$/.exec(command)?.[1];
      for (const word of mkdir?.split(" ") ?? []) communicator.makeDirectories(word.replaceAll("'", ""));
      const exit = Object.entries(exits).find(([part]) => command.includes(part))?.[1] ?? 0;
      return { exit, ...(command.startsWith("cd ") && { stdout: "PLAY\n" }) };
    },
  });
  const ctx = provisionRun({ communicator, files: local });
  await provision({ ...defaults, ...settings }, ctx);
  return { ctx, communicator };
}

it("sends one playbook and an inventory, and runs it", async () => {
  const { ctx, communicator } = await run({ playbook_file: "play.yml", clean_staging_directory: true });
  expect(communicator.commands).toEqual([
    "mkdir -p '/stage'",
    `cd /stage &&  ansible-playbook ${tail("/stage/play.yml")}`,
    "rm -rf '/stage'",
  ]);
  expect(communicator.text("/stage/play.yml")).toBe("play");
  expect(communicator.text("/stage/packer-provisioner-ansible-local-inventory")).toBe("127.0.0.1");
  expect(ctx.ui.lines).toEqual([
    "==> Provisioning with Ansible...",
    "==> Creating Ansible staging directory...",
    "==> Creating directory: /stage",
    "==> Uploading main Playbook file...",
    "==> Uploading inventory file...",
    `==> Executing Ansible: cd /stage &&  ansible-playbook ${tail("/stage/play.yml")}`,
    "    PLAY",
    "==> Removing staging directory...",
    "==> Removing directory: /stage",
  ]);
});

it("sends everything that a template can name to where Ansible looks for it", async () => {
  const { ctx, communicator } = await run({
    playbook_dir: "dir",
    playbook_files: ["dir/main.yml", "second.yml"],
    inventory_file: "hosts.ini",
    group_vars: "gv",
    host_vars: "hv",
    role_paths: ["r/one"],
    collection_paths: ["c/two"],
    playbook_paths: ["p/more"],
    galaxy_file: "req.yml",
    galaxy_force_install: true,
    extra_arguments: ["-v", "--become"],
  });
  expect([...communicator.machine.keys()].toSorted()).toEqual([
    "/stage/collections/two/file",
    "/stage/group_vars/all",
    "/stage/host_vars/host",
    "/stage/hosts.ini",
    "/stage/main.yml",
    "/stage/playbooks/more/x.yml",
    "/stage/req.yml",
    "/stage/roles/one/tasks",
    "/stage/second.yml",
  ]);
  const env = "ANSIBLE_ROLES_PATH=/stage/galaxy_roles:/stage/roles ANSIBLE_COLLECTIONS_PATH=/stage/galaxy_collections";
  const end = (playbook: string): string =>
    tail(playbook, "/stage/hosts.ini").replace('yes"  -c', 'yes" -v --become -c');
  expect(communicator.commands.slice(1)).toEqual([
    "cd /stage && ansible-galaxy install -r /stage/req.yml -p /stage/galaxy_roles -f",
    "cd /stage && ansible-galaxy collection install -r /stage/req.yml -p /stage/galaxy_collections -f",
    `cd /stage && ${env} ansible-playbook ${end("/stage/main.yml")}`,
    `cd /stage && ${env} ansible-playbook ${end("/stage/second.yml")}`,
  ]);
  const lines = ctx.ui.lines.filter((line) => line.startsWith("==> Uploading"));
  expect(lines).toEqual([
    "==> Uploading Playbook directory to Ansible staging directory...",
    "==> Uploading playbook file: second.yml",
    "==> Uploading galaxy file...",
    "==> Uploading inventory file...",
    "==> Uploading group_vars directory...",
    "==> Uploading host_vars directory...",
    "==> Uploading role directories...",
    "==> Uploading collection directories...",
    "==> Uploading additional Playbooks...",
  ]);
});

it("makes groups, a directory of its own, and takes other places for requirements", async () => {
  const grouped = await run({ playbook_file: "play.yml", inventory_groups: ["a", "b"] });
  expect(grouped.communicator.text("/stage/packer-provisioner-ansible-local-inventory")).toBe(
    "[a]\n127.0.0.1\n[b]\n127.0.0.1\n",
  );
  const own = await run({ playbook_file: "play.yml", staging_directory: "" });
  expect(own.communicator.commands[0]).toMatch(
    /^mkdir -p '\/tmp\/packer-provisioner-ansible-local\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'$/,
  );
  const places = await run({
    playbook_file: "play.yml",
    galaxy_file: "req.yml",
    galaxy_command: "G=1 gal",
    galaxy_roles_path: "/r",
    galaxy_collections_path: "/c",
  });
  expect(places.communicator.commands.slice(1, 3)).toEqual([
    "cd /stage && G=1 gal install -r /stage/req.yml -p /r",
    "cd /stage && G=1 gal collection install -r /stage/req.yml -p /c",
  ]);
});

describe("failures", () => {
  it.each([
    [{ " -c local": 2 }, "Error executing Ansible: Non-zero exit status: 2"],
    [
      { " -c local": 127 },
      "Error executing Ansible: ansible-playbook could not be found. Verify that it is available on the\nPATH after connecting to the machine.",
    ],
    [{ "mkdir -p": 1 }, "Error creating staging directory: Non-zero exit status: 1"],
    [{ "rm -rf": 1 }, "Error removing staging directory: Non-zero exit status: 1"],
    [
      { "gal install": 127 },
      "Error executing Ansible Galaxy: gal could not be found. Verify that it is available on the\nPATH after connecting to the machine.",
    ],
  ])("%j", async (exits, message) => {
    const settings = {
      playbook_file: "play.yml",
      clean_staging_directory: true,
      galaxy_file: "req.yml",
      galaxy_command: "A=b gal",
    };
    await expect(run({ ...settings, command: "A=b ansible-playbook" }, exits)).rejects.toThrow(message);
  });
  it("names what could not be sent", async () => {
    await expect(
      run({ playbook_file: "play.yml", staging_directory: "/none" }, { "mkdir -p": 0 }),
    ).resolves.toBeDefined();
    await expect(run({ playbook_file: "absent.yml" })).rejects.toThrow(/^Error uploading main playbook: /);
  });
});

it("checks everything at once", async () => {
  const host = new FakeHost({ files: local });
  const found = async (settings: Partial<Config>): Promise<readonly string[]> =>
    (await problems({ ...defaults, ...settings }, fakePrepareContext({ host }))).map((d) => d.summary);
  expect(await found({})).toEqual(["Either playbook_file or playbook_files must be specified"]);
  expect(await found({ playbook_file: "play.yml", playbook_files: ["second.yml"] })).toEqual([
    "Either playbook_file or playbook_files can be specified, not both",
  ]);
  expect(
    await found({
      playbook_files: ["play.yml", "no.yml"],
      role_paths: ["r", "no"],
      group_vars: "play.yml",
      galaxy_file: "dir",
    }),
  ).toEqual([
    "playbook_files: no.yml is invalid: stat no.yml: no such file or directory",
    "galaxy_file: dir must point to a file",
    "group_vars: play.yml must point to a directory",
    "role_paths: no is invalid: stat no: no such file or directory",
  ]);
});
