import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { DockerBed } from "../docker/bed.ts";
import { run } from "../kiln.ts";
import { QemuBed, tinyOptions } from "../qemu/qemu-bed.ts";

it("a box made of a qemu build is added by Vagrant, and its disk boots with what was provisioned", async () => {
  using bed = new QemuBed();
  const built = { type: "shell", inline: ["echo built for vagrant > /data/built"] };
  writeFileSync(
    bed.path("t.json"),
    JSON.stringify({
      builders: [tinyOptions()],
      provisioners: [built],
      "post-processors": [{ type: "vagrant", output: "{{.Provider}}.box" }],
    }),
  );
  const made = await bed.build("t.json");
  expect(made.code, made.stdout + made.stderr).toBe(0);
  expect(made.stdout).toContain("--> qemu: 'libvirt' provider box: libvirt.box\n");
  await add(bed.path("libvirt.box"), bed.path("vagrant"));
  const disk = bed.path("vagrant/boxes/kiln-VAGRANTSLASH-tiny/0/libvirt/box_0.img");
  execFileSync("qemu-img", ["check", "-q", disk]);

  // By its own boot loader: nothing of the first build is given to it.
  const { qemuargs: _, ...plain } = tinyOptions();
  const again = await bed.build(
    bed.template({ ...plain, iso_url: disk, use_backing_file: true, output_directory: "again" }, [
      { type: "shell", inline: ["cat /data/built"] },
    ]),
  );
  expect(again.code, again.stdout + again.stderr).toBe(0);
  expect(again.stdout).toContain("    qemu: built for vagrant\n");
});

it("a box made of a docker build is added by Vagrant, and names the image that was provisioned", async () => {
  await using bed = await DockerBed.open();
  const built = { type: "shell", inline: ["echo built for vagrant > /etc/built"] };
  const steps = [
    { type: "docker-tag", repository: "box", tags: ["1"] },
    { type: "vagrant", output: "{{.Provider}}.box" },
  ];
  const template = bed.template({ commit: true }, { provisioners: [built], "post-processors": [steps] });
  const made = await bed.build(template);
  expect(made.code, made.stdout + made.stderr).toBe(0);
  expect(made.stdout).toContain("--> docker: 'docker' provider box: docker.box\n");
  const home = join(bed.folder, "vagrant");
  await add(join(bed.folder, "docker.box"), home);
  const vagrantfile = join(home, "boxes/kiln-VAGRANTSLASH-tiny/0/docker/Vagrantfile");
  execFileSync("ruby", ["-c", vagrantfile], { stdio: "ignore" });
  const image = /docker\.image = "(.+)"/.exec(readFileSync(vagrantfile, "utf8"))?.[1] ?? "";
  expect(await bed.engine.docker("run", "--rm", image, "cat", "/etc/built")).toBe("built for vagrant");
});

/** Adds a box as Debian's vagrant does, to a home of the test's own. */
async function add(box: string, home: string): Promise<void> {
  const env = { VAGRANT_HOME: home, VAGRANT_CHECKPOINT_DISABLE: "1", VAGRANT_NO_PLUGINS: "1" };
  const added = await run("vagrant", ["box", "add", "--name", "kiln/tiny", box], { env });
  expect(added.code, added.stdout + added.stderr).toBe(0);
}
