import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AnsibleBed, treeOf } from "./bed.ts";
import { runProgram } from "./run-program.ts";

let bed: AnsibleBed;
beforeAll(async () => {
  bed = await AnsibleBed.open();
  mkdirSync(bed.path("home"));
  writeFileSync(bed.path("binary"), randomBytes(500_000));
  bed.write("page.j2", "build {{ packer_build_name }} of {{ packer_builder_type }}, {{ inventory_hostname }}\n");
  bed.write(
    "play.yml",
    `
- hosts: all
  gather_facts: false
  vars: { out: "${bed.path("out")}" }
  tasks:
    - file: { path: "{{ out }}/deep/er", state: directory, mode: "0750" }
    - template: { src: page.j2, dest: "{{ out }}/page", mode: "0640" }
    - copy: { src: binary, dest: "{{ out }}/deep/binary", mode: "0600" }
    - lineinfile: { path: "{{ out }}/page", line: "it's \\"quoted\\" $HOME \`x\` \\\\ end" }
    - shell: "cat; id -un; echo {{ ansible_check_mode }}"
      args: { stdin: "from stdin" }
      become: true
      register: told
    - copy: { content: "{{ told.stdout }}", dest: "{{ out }}/told" }
    - fetch: { src: "{{ out }}/deep/binary", dest: "${bed.path("fetched")}", flat: true }
`,
  );
});
afterAll(() => bed[Symbol.asyncDispose]());

/** What a run left on the machine; it is taken away for the next one. */
function result(): readonly string[] {
  const tree = treeOf(bed.path("out"));
  rmSync(bed.path("out"), { recursive: true });
  expect(readFileSync(bed.path("fetched"))).toEqual(readFileSync(bed.path("binary")));
  rmSync(bed.path("fetched"));
  return tree;
}

describe("a playbook", () => {
  let byHand: readonly string[];
  beforeAll(async () => {
    const { sshd } = bed;
    const hosts = bed.write(
      "hosts",
      `default ansible_host=127.0.0.1 ansible_port=${sshd.port} ansible_user=${sshd.user} ansible_ssh_private_key_file=${sshd.keyFile}\n`,
    );
    const variables = ["-e", "packer_build_name=null packer_builder_type=null"];
    const done = await runProgram("ansible-playbook", ["-i", hosts, ...variables, bed.path("play.yml")], {
      env: { ...bed.environment(), ANSIBLE_HOST_KEY_CHECKING: "False" },
    });
    expect(done.code, done.stdout + done.stderr).toBe(0);
    byHand = result();
    expect(byHand).toHaveLength(5);
  });

  it.each<[string, object]>([
    ["as Kiln asks for it", {}],
    ["by sftp", { use_sftp: true }],
    ["by the old scp", { extra_arguments: ["--scp-extra-args", "'-O'"] }],
    ["by pipes", { ansible_env_vars: ["ANSIBLE_SSH_TRANSFER_METHOD=piped"] }],
    ["with pipelining and an RSA key", { ansible_env_vars: ["ANSIBLE_PIPELINING=1"], ansible_proxy_key_type: "RSA" }],
    ["by the machine's own sftp-server", { use_sftp: true, sftp_command: "/usr/lib/openssh/sftp-server" }],
    ["straight", { use_proxy: false }],
  ])("does %s what it does by hand", async (_, options) => {
    const done = await bed.build([{ type: "ansible", playbook_file: "play.yml", ...options }]);
    expect(done.code, done.stdout).toBe(0);
    expect(done.stdout).toContain('==> null: Executing Ansible: ansible-playbook -e packer_build_name="null"');
    expect(result()).toEqual(byHand);
    expect(bed.left()).toEqual([]);
  });
});

describe("what goes wrong", () => {
  const attempt = async (options: object, env: Readonly<Record<string, string>> = {}) => {
    const done = await bed.build([{ type: "ansible", playbook_file: "broken.yml", ...options }], { env });
    expect(bed.left()).toEqual([]);
    return done;
  };
  beforeAll(() => {
    bed.write("broken.yml", "- hosts: all\n  gather_facts: false\n  tasks:\n    - command: /bin/false\n");
    bed.write("syntax.yml", "- hosts: all\n  nonsense: true\n");
    bed.write("hosts-gone", "default ansible_host=127.0.0.1 ansible_port=1\n");
    bed.write("hosts-bad", "[unclosed\nx y z = [\n");
  });

  it.each<[string, object, number]>([
    ["a task that fails", {}, 2],
    ["a playbook that is none", { playbook_file: "syntax.yml" }, 4],
    ["a machine that nobody answers for", { inventory_file: "hosts-gone" }, 4],
    ["an inventory that is none", { inventory_file: "hosts-bad" }, 1],
  ])("%s", async (_, options, status) => {
    const done = await attempt(options);
    expect(done.code).toBe(1);
    expect(done.stdout).toContain(`Error executing Ansible: Non-zero exit status: exit status ${status}`);
    expect(done.stdout + done.stderr).not.toMatch(/^\s+at /m);
  });

  it("Ansible that is not there", async () => {
    mkdirSync(bed.path("bin"));
    // What the launcher itself needs.
    for (const program of ["dirname", "find"]) symlinkSync(`/usr/bin/${program}`, bed.path("bin", program));
    const done = await attempt({}, { PATH: bed.path("bin") });
    expect(done.code).toBe(1);
    expect((done.stdout + done.stderr).replaceAll(/\s+/g, " ")).toContain(
      'Error running "ansible-playbook --version": exec: "ansible-playbook": executable file not found in $PATH',
    );
    const late = await attempt({ skip_version_check: true, user: "me" }, { PATH: bed.path("bin") });
    expect(late.stdout).toContain(
      'Error executing Ansible: exec: "ansible-playbook": executable file not found in $PATH',
    );
  });
});

it("stops with the build, and what a killed build leaves is cleaned up", async () => {
  const mark = bed.path("started");
  bed.write("slow.yml", `- hosts: all\n  gather_facts: false\n  tasks:\n    - shell: touch ${mark}; sleep 60\n`);
  const provisioners = [{ type: "ansible", playbook_file: "slow.yml" }];
  const interrupted = async (signal: NodeJS.Signals) => {
    rmSync(mark, { force: true });
    const watch = setInterval(() => {
      if (!existsSync(mark)) return;
      // Once: a second one would cut the cleanup short.
      clearInterval(watch);
      stop?.(signal);
    }, 50);
    let stop: ((signal: NodeJS.Signals) => void) | undefined;
    try {
      return await bed.build(provisioners, { onOutput: (_, kill) => (stop = kill) });
    } finally {
      clearInterval(watch);
    }
  };
  const ended = await interrupted("SIGINT");
  expect(ended.code).toBe(1);
  expect(bed.left()).toEqual([]);
  await interrupted("SIGKILL");
  expect(
    bed
      .left()
      .map((name) => name.replace(/\d+$/, ""))
      .toSorted(),
  ).toEqual(["ansible-key", "packer-provisioner-ansible"]);
  const cleaned = await bed.kiln.run(["cleanup"], { env: bed.environment() });
  expect(cleaned.code, cleaned.stdout + cleaned.stderr).toBe(0);
  expect(bed.left()).toEqual([]);
});

it("prints what Debian's packer prints where both work", async () => {
  bed.write("hello.yml", "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: { msg: hello }\n");
  const provisioners = [{ type: "ansible", playbook_file: "hello.yml", use_proxy: false }];
  const ours = await bed.build(provisioners);
  const theirs = await runProgram("packer", ["build", "-color=false", bed.path("template.json")], {
    cwd: bed.kiln.folder,
    env: { ...bed.environment(), CHECKPOINT_DISABLE: "1" },
  });
  const said = (text: string): readonly string[] =>
    text
      .slice(text.indexOf("Provisioning with Ansible"))
      .split("\n")
      .map((line) =>
        line
          .replace(/^(==>| {3}) null:\s*/, "")
          .replaceAll(/\d{6,}/g, "N")
          .trim(),
      )
      .filter((line) => line !== "" && !/ finished after | completed after /.test(line));
  expect([ours.code, theirs.code]).toEqual([0, 0]);
  expect(said(ours.stdout)).toEqual(said(theirs.stdout));
});

it("runs Ansible on the machine, with roles, variables and an inventory of groups", async () => {
  const out = bed.path("local-out");
  bed.write(
    "roles/greet/tasks/main.yml",
    `- copy: { content: "{{ word }} {{ packer_build_name }}", dest: "${out}" }\n`,
  );
  bed.write("vars/web", "word: hello\n");
  bed.write("local.yml", "- hosts: web\n  gather_facts: false\n  roles: [greet]\n");
  const provisioner = {
    type: "ansible-local",
    playbook_file: "local.yml",
    role_paths: ["roles/greet"],
    group_vars: "vars",
    inventory_groups: ["web", "db"],
    staging_directory: bed.path("stage"),
    clean_staging_directory: true,
    extra_arguments: ["-v"],
  };
  const done = await bed.build([provisioner]);
  expect(done.code, done.stdout).toBe(0);
  expect(readFileSync(out, "utf8")).toBe("hello null");
  expect(existsSync(bed.path("stage"))).toBe(false);
  const missing = await bed.build([{ ...provisioner, command: "no-such-ansible" }]);
  expect(missing.code).toBe(1);
  expect(missing.stdout).toContain(
    "Error executing Ansible: no-such-ansible could not be found. Verify that it is available on the",
  );
});
