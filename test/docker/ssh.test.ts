import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { containerImage } from "../beds/container-image.ts";
import { docker } from "../beds/docker-engine.ts";
import { KilnBed } from "../kiln.ts";

it("connects to a container over SSH, at the address that the engine gave it", async () => {
  const image = await containerImage("ssh", ["openssh-server"]);
  using bed = new KilnBed();
  const start =
    "mkdir -p /run/sshd && echo root:of-the-test | chpasswd && exec /usr/sbin/sshd -D -o PermitRootLogin=yes";
  const template = join(bed.folder, "template.json");
  const builder = {
    type: "docker",
    image,
    pull: false,
    discard: true,
    communicator: "ssh",
    ssh_username: "root",
    ssh_password: "of-the-test",
    run_command: ["-d", "--entrypoint=/bin/sh", "--", "{{.Image}}", "-c", start],
  };
  const provisioners = [{ type: "shell", inline: ["echo over ssh from $(echo $SSH_CONNECTION | cut -d' ' -f3)"] }];
  writeFileSync(template, JSON.stringify({ builders: [builder], provisioners }));
  const done = await bed.run(["build", "-color=false", template], { cwd: bed.folder });
  expect([done.code, done.stderr]).toEqual([0, ""]);
  const address = /Using SSH communicator to connect: (\S+)/.exec(done.stdout)?.[1] ?? "none";
  expect(done.stdout).toContain("==> docker: Connected to SSH!");
  expect(done.stdout).toContain(`    docker: over ssh from ${address}`);
  const id = /Container ID: (\S+)/.exec(done.stdout)?.[1] ?? "";
  await expect(docker(["container", "inspect", id])).rejects.toThrow(/No such container/i);
});
