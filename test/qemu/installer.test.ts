import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { QemuBed } from "./qemu-bed.ts";

/**
 * Debian's installer, booted from a CD whose prompt waits for a line: typed over VNC, it has the installer fetch its answers from the
 * build's HTTP server. The answers exist nowhere else and say what to write to the serial port, and to switch the machine off.
 */
it("types the boot line; the installer fetches its answers and answers from them", async () => {
  using bed = new QemuBed();
  execFileSync(resolve(import.meta.dirname, "../beds/installer-iso.sh"), [bed.path("installer.iso")]);
  const hostname = `h${randomBytes(6).toString("hex")}`;
  const template = bed.template({
    type: "qemu",
    iso_url: "installer.iso",
    iso_checksum: "none",
    accelerator: "tcg",
    headless: true,
    memory: 1024,
    disk_size: "1G",
    output_directory: "out",
    communicator: "none",
    shutdown_timeout: "8m",
    vnc_use_password: true,
    boot_wait: "12s",
    boot_key_interval: "30ms",
    boot_command: [
      "install auto=true priority=critical locale=en_US keymap=us<wait>",
      " netcfg/choose_interface=auto url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/{{ .Name }}/preseed.cfg",
      "<enter>",
    ],
    vm_name: "installed",
    http_content: {
      "/installed/preseed.cfg": [
        `d-i netcfg/hostname string ${hostname}`,
        'd-i preseed/early_command string echo "answered: $(debconf-get netcfg/hostname)" > /dev/ttyS0; sleep 1; poweroff -f',
        "",
      ].join("\n"),
    },
    qemuargs: [["-serial", "file:serial.log"]],
  });
  const run = await bed.build(template);
  const serial = readFileSync(bed.path("serial.log"), "latin1");
  expect(run.code, `${run.stdout}${run.stderr}\n${serial.slice(-3000)}`).toBe(0);
  expect(run.stdout).toContain("==> qemu: Starting VM, booting from CD-ROM\n");
  expect(run.stdout).toContain("==> qemu: Waiting 12s for boot...\n");
  expect(serial).toContain(`answered: ${hostname}`);
  expect(serial).toContain(`url=http://10.0.2.2:`);
  expect(readdirSync(bed.path("out"))).toEqual(["installed"]);
  expect(bed.leftovers()).toEqual([]);
}, 600_000);
