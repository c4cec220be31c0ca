import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { tinyGuest } from "../beds/guest-images.ts";
import { QemuBed, tinyOptions } from "./qemu-bed.ts";

describe("a disk image provisioned over SSH", () => {
  it("is captured whole, boots afresh from what was captured, and leaves nothing else", async () => {
    using bed = new QemuBed();
    writeFileSync(bed.path("data.txt"), "sent as a file\n");
    const first = bed.template({ ...tinyOptions(), iso_checksum: `sha256:${sum(tinyGuest().image)}` }, [
      { type: "shell", inline: ["echo built > /data/built"] },
      { type: "file", source: "data.txt", destination: "/data/data.txt" },
    ]);
    const made = await bed.build(first);
    expect(made.code, made.stdout + made.stderr).toBe(0);
    expect(made.stdout).toContain("--> qemu: VM files in directory: out\n");
    expect(readdirSync(bed.path("out"))).toEqual(["img.qcow2"]);
    expect(bed.leftovers()).toEqual([]);

    // The image starts by its own boot loader now, from an overlay, with further media and disks.
    const { qemuargs: _, skip_resize_disk: __, ...plain } = tinyOptions();
    const second = bed.template(
      {
        ...plain,
        iso_url: "out/img.qcow2",
        output_directory: "again",
        use_backing_file: true,
        disk_size: "300M",
        disk_additional_size: ["20M"],
        disk_compression: true,
        disk_interface: "virtio-scsi",
        cdrom_interface: "virtio-scsi",
        cd_content: { "meta-data": "instance-id: tiny\n" },
        cd_label: "cidata",
        floppy_content: { "note.txt": "floppy" },
        http_content: { "/answers.txt": "answers over HTTP\n" },
        cpus: 2,
      },
      [
        {
          type: "shell",
          inline: [
            "cat /data/built /data/data.txt",
            "wget -qO- http://$PACKER_HTTP_ADDR/answers.txt",
            "mkdir -p /cd && mount -t iso9660 -o ro /dev/sr0 /cd && cat /cd/meta-data",
            "grep -c ^processor /proc/cpuinfo",
            "awk '/sd[ab]$/ { print \"a disk of\", $3 }' /proc/partitions",
          ],
        },
      ],
      "again.json",
    );
    const again = await bed.build(second);
    expect(again.code, again.stdout + again.stderr).toBe(0);
    for (const line of [
      "built",
      "sent as a file",
      "answers over HTTP",
      "instance-id: tiny",
      "2",
      "a disk of 307200",
      "a disk of 20480",
    ])
      expect(again.stdout).toContain(`    qemu: ${line}\n`);
    expect(again.stdout).toContain("==> qemu: Creating required virtual machine disks\n");
    expect(again.stdout).toMatch(/==> qemu: Starting HTTP server on port 8\d\d\d\n/);
    expect(readdirSync(bed.path("again"))).toEqual(["img.qcow2", "img.qcow2-1"]);
    const info = JSON.parse(imageInfo(bed.path("again/img.qcow2"))) as Record<string, unknown>;
    expect(info["virtual-size"]).toBe(300 << 20);
    expect(info["backing-filename"], "the result stands alone").toBeUndefined();
    expect(bed.leftovers()).toEqual([]);
  });
});

describe("a machine that does not do what it should", () => {
  it("shows its console and its screen where SSH never comes", async () => {
    using bed = new QemuBed();
    const run = await bed.build(bed.template({ ...tinyOptions("tiny.mute"), ssh_timeout: "15s" }));
    expect(run.code).toBe(1);
    const said = run.stdout + run.stderr;
    expect(said).toMatch(/Timeout waiting for SSH/);
    expect(said).toContain("The serial console ended with:\n");
    expect(said).toContain("tiny guest: mute");
    const picture = /The machine's screen is in (\S+\.png)/.exec(said)?.[1] ?? "";
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe("PNG");
    expect(bed.leftovers()).toEqual([]);
    expect(existsSync(bed.path("out"))).toBe(false);
  });

  it("is not waited for when it ended", async () => {
    using bed = new QemuBed();
    const run = await bed.build(bed.template({ ...tinyOptions("tiny.off"), ssh_timeout: "90s" }));
    expect(run.code).toBe(1);
    expect(run.stdout + run.stderr).toContain("The virtual machine ended: QEMU ended with exit code 0");
    expect(bed.leftovers()).toEqual([]);
  });

  it("is stopped where it ignores the request to shut down", async () => {
    using bed = new QemuBed();
    const options = { ...tinyOptions(), shutdown_command: "echo not me; exit 3", shutdown_timeout: "2s" };
    const run = await bed.build(bed.template(options));
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("Timeout while waiting for machine to shut down.");
    expect(run.stdout + run.stderr).toContain("it ended with exit code 3\nnot me");
    expect(bed.leftovers()).toEqual([]);
  });
});

function sum(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
function imageInfo(path: string): string {
  execFileSync("qemu-img", ["check", "-q", path]);
  return execFileSync("qemu-img", ["info", "--output=json", path], { encoding: "utf8" });
}
