import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { tinyGuest } from "../beds/guest-images.ts";
import { QemuBed, tinyOptions } from "./qemu-bed.ts";

/** A build without a guest to log in to: it powers off as soon as it is up. */
const brief = { ...tinyOptions("tiny.off"), communicator: "none" };

describe("before the machine starts", () => {
  it("a wrong checksum, a broken image and a missing QEMU are told, and leave nothing", async () => {
    using bed = new QemuBed();
    writeFileSync(bed.path("broken.qcow2"), Buffer.from("514649fb00000063ffffffff", "hex"));
    const cases = [
      [{ iso_checksum: `sha256:${"0".repeat(64)}` }, /[Cc]hecksum/],
      [{ disk_size: "1M", skip_resize_disk: false }, /Error resizing hard drive: .*--shrink/s],
      [{ qemu_binary: "/nowhere/qemu" }, /\/nowhere\/qemu is not there/],
      [
        { iso_url: "broken.qcow2", skip_resize_disk: false },
        /Error creating hard drive: qemu-img create failed with exit code 1: /,
      ],
      [
        { qemuargs: [["-machine", "type=abacus"]] },
        /Error launching VM: Qemu failed to start: .*unsupported machine type/s,
      ],
    ] as const;
    for (const [options, expected] of cases) {
      const run = await bed.build(bed.template({ ...brief, ...options }));
      expect(run.code, JSON.stringify(options)).toBe(1);
      expect(run.stdout + run.stderr).toMatch(expected);
      expect(existsSync(bed.path("out"))).toBe(false);
      expect(bed.leftovers()).toEqual([]);
    }
  });

  it("a full disk is told, and what was begun goes", async () => {
    using bed = new QemuBed();
    mkdirSync(bed.path("small"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8M", "tmpfs", bed.path("small")]);
    try {
      const run = await bed.build(bed.template({ ...brief, output_directory: "small/out" }));
      expect(run.code).toBe(1);
      expect(run.stdout + run.stderr).toMatch(/Error creating hard drive: .*(?:No space left on device|ENOSPC)/s);
      expect(readdirSync(bed.path("small"))).toEqual([]);
      expect(bed.leftovers()).toEqual([]);
    } finally {
      execFileSync("umount", [bed.path("small")]);
    }
  });
});

it("two builds at once share one download and one output directory is refused to the second", async () => {
  using bed = new QemuBed();
  const image = readFileSync(tinyGuest().image);
  let requests = 0;
  const server = createServer((request, response) => {
    if (request.method !== "GET") return void response.writeHead(200, { "content-length": image.length }).end();
    requests++;
    response.writeHead(200, { "content-length": image.length });
    response.write(image.subarray(0, 1 << 20));
    setTimeout(() => response.end(image.subarray(1 << 20)), 700);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const digest = execFileSync("sha256sum", [tinyGuest().image], { encoding: "utf8" }).slice(0, 64);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny.qcow2`;
    const remote = { ...brief, iso_url: url, iso_checksum: `sha256:${digest}`, iso_target_extension: "qcow2" };
    const one = bed.template({ ...remote, output_directory: "one" }, [], "one.json");
    const two = bed.template({ ...remote, output_directory: "two" }, [], "two.json");
    const same = bed.template({ ...remote, output_directory: "one" }, [], "same.json");
    const runs = await Promise.all([bed.build(one), bed.build(two), bed.build(same)]);
    expect(requests).toBe(1);
    expect(
      runs.map(({ code }) => code).sort((a, b) => (a ?? 9) - (b ?? 9)),
      runs.map((r) => r.stdout + r.stderr).join("\n"),
    ).toEqual([0, 0, 1]);
    const loser = runs.find(({ code }) => code === 1);
    expect((loser?.stdout ?? "") + (loser?.stderr ?? "")).toContain("Output directory 'one' already exists.");
    expect(readdirSync(bed.path("one"))).toEqual(["img.qcow2"]);
    expect(readdirSync(bed.path("two"))).toEqual(["img.qcow2"]);
    expect(bed.leftovers()).toEqual([]);
  } finally {
    server.close();
  }
}, 240_000);

it("EFI, TPM, a screen with a password and the control socket work together", async () => {
  using bed = new QemuBed();
  const options = {
    type: "qemu",
    iso_url: tinyGuest().image,
    iso_checksum: "none",
    disk_image: true,
    skip_resize_disk: true,
    use_backing_file: true,
    skip_compaction: true,
    accelerator: "tcg",
    headless: true,
    vm_name: "efi",
    output_directory: "out",
    communicator: "none",
    machine_type: "q35",
    efi_boot: true,
    efi_firmware_code: "/usr/share/OVMF/OVMF_CODE_4M.fd",
    efi_firmware_vars: "/usr/share/OVMF/OVMF_VARS_4M.fd",
    vtpm: true,
    qmp_enable: true,
    qmp_socket_path: "qmp.sock",
    vnc_use_password: true,
    boot_wait: "-1s",
    boot_command: ["<esc>"],
  };
  const building = bed.build(bed.template(options));
  await quitOverQmp(bed.path("qmp.sock"), async () => {
    const run = await Promise.race([building, sleep(50)]);
    if (run) throw new Error(`${run.stdout}${run.stderr}`);
  });
  const run = await building;
  expect(run.code, run.stdout + run.stderr).toBe(0);
  expect(run.stdout).toContain("==> qemu: QMP socket at: qmp.sock\n");
  expect(readdirSync(bed.path("out"))).toEqual(["efi", "efivars.fd"]);
  expect(bed.leftovers()).toEqual([]);
}, 240_000);

/** Waits for the build to type and to wait, then ends QEMU as a user would: there must be a TPM in it. */
async function quitOverQmp(path: string, wait: () => Promise<void>): Promise<void> {
  while (!existsSync(path)) await wait();
  const socket = connect(path);
  let said = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const until = async (word: string): Promise<void> => {
    while (!said.includes(word)) await wait();
  };
  await until('"QMP"');
  socket.write('{"execute":"qmp_capabilities","id":1}\n');
  await until('"id": 1');
  socket.write('{"execute":"query-tpm","id":2}\n');
  await until('"id": 2');
  expect(said).toContain("tpm-tis");
  await sleep(1500);
  socket.write('{"execute":"quit"}\n');
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
}
