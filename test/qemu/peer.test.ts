import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { debianImage } from "../beds/guest-images.ts";
import { run } from "../kiln.ts";
import { QemuBed } from "./qemu-bed.ts";

/** Debian with systemd and OpenSSH: the full guest, which boots in half a minute and so only here. */
const builder = {
  type: "qemu",
  iso_url: debianImage(),
  iso_checksum: "none",
  disk_image: true,
  accelerator: "tcg",
  headless: true,
  format: "qcow2",
  disk_size: "2G",
  memory: 512,
  boot_wait: "2s",
  ssh_username: "root",
  ssh_password: "packer",
  ssh_timeout: "8m",
  shutdown_command: "systemctl poweroff",
  output_directory: "out",
  vm_name: "img.qcow2",
};
const provisioners = [
  { type: "shell", inline: ["cat /etc/debian_version > /dev/null", "echo built by $PACKER_BUILDER_TYPE > /etc/built"] },
  { type: "file", source: "sent.txt", destination: "/root/sent.txt" },
];

/** What is Packer 1.6.6's own: it looks for the communicator's name in lower case, and 1.1 of its plugin types commands. */
function normalised(text: string): readonly string[] {
  const lines = text
    .replaceAll("<sensitive>", "packer")
    .replace(/packer-shell\d+/g, "packer-shellN")
    .replace(/(?<=communicator \(SSH, WinRM, etc\): )\d+/, "PORT")
    .replace(/(?<=127\.0\.0\.1:)\d+/g, "PORT")
    .replace("Using ssh communicator", "Using SSH communicator")
    .replace("Typing the boot command over VNC", "Typing the boot commands over VNC")
    .split("\n");
  return lines.filter((line) => /^(?:==> qemu: |    qemu: |--> )/.test(line));
}

it("says what Packer says, makes what Packer makes, and the result boots afresh", async () => {
  using bed = new QemuBed();
  writeFileSync(bed.path("sent.txt"), "sent as a file\n");
  const ours = await bed.build(bed.template(builder, provisioners));
  expect(ours.code, ours.stdout + ours.stderr).toBe(0);
  const theirs = await run(
    "packer",
    ["build", "-color=false", bed.template({ ...builder, output_directory: "peer" }, provisioners, "peer.json")],
    {
      cwd: bed.folder,
      env: { PACKER_CACHE_DIR: bed.path("peer-cache"), TMPDIR: "/tmp" },
    },
  );
  expect(theirs.code, theirs.stdout + theirs.stderr).toBe(0);
  expect(normalised(ours.stdout).map((line) => line.replaceAll(bed.temporary, "/tmp"))).toEqual(
    normalised(theirs.stdout.replaceAll("directory: peer", "directory: out")),
  );
  expect(readdirSync(bed.path("out"))).toEqual(readdirSync(bed.path("peer")));
  expect(facts(bed.path("out/img.qcow2"))).toEqual(facts(bed.path("peer/img.qcow2")));

  const again = {
    ...builder,
    iso_url: "out/img.qcow2",
    output_directory: "again",
    use_backing_file: true,
    skip_resize_disk: true,
  };
  const inline = ["cat /etc/built /root/sent.txt", "systemctl is-active ssh", "blockdev --getsize64 /dev/vda"];
  const look = await bed.build(bed.template(again, [{ type: "shell", inline }], "again.json"));
  expect(look.code, look.stdout + look.stderr).toBe(0);
  for (const line of ["built by qemu", "sent as a file", "active", String(2 * 2 ** 30)])
    expect(look.stdout).toContain(`    qemu: ${line}\n`);
  expect(bed.leftovers()).toEqual([]);
}, 900_000);

function facts(path: string): unknown {
  const all = JSON.parse(execFileSync("qemu-img", ["info", "--output=json", path], { encoding: "utf8" })) as Record<
    string,
    unknown
  >;
  return {
    size: all["virtual-size"],
    format: all["format"],
    backing: all["backing-filename"],
    dirty: all["dirty-flag"],
  };
}
