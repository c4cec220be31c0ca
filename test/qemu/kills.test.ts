import { existsSync, readdirSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { QemuBed, tinyOptions } from "./qemu-bed.ts";

/** What a build has just said when it is killed; the machine has booted only for the last four. */
const moments = [
  "Retrieving ISO",
  "Creating CD disk",
  "Skipping qemu-img convert step",
  "Resizing hard drive",
  "Starting HTTP server",
  "Found port for communicator",
  "Looking for available port",
  "Starting VM",
  "Connecting to VM via VNC",
  "Waiting for SSH",
  "Connected to SSH",
  "provisioning now",
  "Gracefully halting",
  "Converting hard drive",
] as const;

const builder = {
  ...tinyOptions(),
  skip_resize_disk: false,
  disk_size: "200M",
  vtpm: true,
  cdrom_interface: "virtio-scsi",
  cd_content: { note: "a CD" },
  http_content: { "/a": "b" },
};

describe("a build killed at any moment", () => {
  it.each(moments)("leaves nothing once cleaned up: %s", async (moment) => {
    using bed = new QemuBed();
    const template = bed.template(builder, [{ type: "shell", inline: ["echo provisioning now", "sleep 1"] }]);
    let sent = false;
    const run = await bed.build(template, {
      onOutput: (soFar, kill) => {
        if (sent || !soFar.includes(moment)) return;
        sent = true;
        kill("SIGKILL");
      },
    });
    expect(sent, `${moment} was never said:\n${run.stdout}`).toBe(true);
    expect(run.signal ?? run.code, run.stdout).not.toBe(0);
    const cleaned = await bed.run(["cleanup"]);
    expect(cleaned.code, `${cleaned.stdout}${cleaned.stderr}`).toBe(0);
    expect(bed.leftovers()).toEqual([]);
    expect(existsSync(bed.path("out"))).toBe(false);
    expect((await bed.run(["cleanup"])).stdout).toBe("Nothing was left behind.\n");
  });

  it("keeps a finished result, and a directory that was never its own", async () => {
    using bed = new QemuBed();
    const template = bed.template({ ...tinyOptions("tiny.off"), communicator: "none" });
    const made = await bed.build(template, {
      // The artifact is announced after everything was undone: too late to be killed, early enough to be sure.
      onOutput: (soFar, kill) => void (soFar.includes("Build 'qemu' finished") && kill("SIGKILL")),
    });
    expect(made.stdout).toContain("Waiting for shutdown...");
    const refused = await bed.build(template);
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toContain("Output directory 'out' already exists. It must not exist.");
    await bed.run(["cleanup"]);
    expect(readdirSync(bed.path("out"))).toEqual(["img.qcow2"]);
    expect(bed.leftovers()).toEqual([]);
    rmSync(bed.path("out"), { recursive: true });
  });

  it("ends everything on Ctrl-C", async () => {
    using bed = new QemuBed();
    let sent = false;
    const run = await bed.build(bed.template(builder), {
      onOutput: (soFar, kill) => {
        if (sent || !soFar.includes("Waiting for SSH")) return;
        sent = true;
        kill("SIGINT");
      },
    });
    expect(run.stdout).toContain("Deleting output directory...");
    expect(run.stdout).toContain("Cleanly cancelled builds after being interrupted.");
    expect(bed.leftovers()).toEqual([]);
    expect((await bed.run(["cleanup"])).stdout).toBe("Nothing was left behind.\n");
  });
});
