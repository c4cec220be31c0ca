import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
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
  const env = { VAGRANT_HOME: bed.path("vagrant"), VAGRANT_CHECKPOINT_DISABLE: "1", VAGRANT_NO_PLUGINS: "1" };
  const added = await run("vagrant", ["box", "add", "--name", "kiln/tiny", bed.path("libvirt.box")], { env });
  expect(added.code, added.stdout + added.stderr).toBe(0);
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
