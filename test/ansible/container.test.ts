import { expect, it } from "vitest";
import { containerImage } from "../beds/container-image.ts";
import { AnsibleBed } from "./bed.ts";

it("plays in a container, through the SSH server and by Ansible's own connection", async () => {
  const image = await containerImage("ansible", ["python3"]);
  await using bed = await AnsibleBed.open();
  bed.write(
    "play.yml",
    '- hosts: all\n  gather_facts: false\n  tasks:\n    - copy: { content: "{{ way }} {{ packer_builder_type }}", dest: "/root/{{ way }}", mode: "0640" }\n',
  );
  const template = bed.write(
    "docker.json",
    JSON.stringify({
      builders: [{ type: "docker", image, pull: false, discard: true }],
      provisioners: [
        { type: "ansible", playbook_file: "play.yml", extra_arguments: ["-e", "way=proxy"], user: "root" },
        { type: "ansible", playbook_file: "play.yml", extra_arguments: ["-e", "way=direct"], use_proxy: false },
        { type: "shell", inline: ["cd /root && stat -c '%n %a' proxy direct && head -n 5 proxy direct"] },
      ],
    }),
  );
  const done = await bed.kiln.run(["build", "-color=false", template], {
    cwd: bed.kiln.folder,
    env: bed.environment(),
  });
  expect(done.code, done.stdout + done.stderr).toBe(0);
  for (const line of ["proxy 640", "direct 640", "proxy docker", "direct docker"]) {
    expect(done.stdout).toContain(`    docker: ${line}\n`);
  }
  expect(done.stdout).toContain("Using Ansible's docker connection...");
  expect(bed.left()).toEqual([]);
});
