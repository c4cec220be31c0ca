import { FakeHost, fakePrepareContext } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { configOf } from "../testing/configure.ts";
import { check } from "./check.ts";

const said = async (options: Record<string, unknown>, files: Record<string, string> = {}, force = false) => {
  const host = new FakeHost({ files });
  const found = await check(configOf({ iso_checksum: "md5:d41d8cd98f00b204e9800998ecf8427e", ...options }), {
    ...fakePrepareContext({ host, buildName: "qemu", builderType: "qemu", force }),
  });
  return found.map(({ severity, summary }) => `${severity}: ${summary}`);
};

describe("checking a configuration", () => {
  it("finds nothing wrong with a plain one", async () => {
    expect(await said({})).toEqual([]);
  });
  it.each<[Record<string, unknown>, string]>([
    [
      { accelerator: "kvmm" },
      "error: invalid accelerator, only 'kvm', 'tcg', 'xen', 'hax', 'hvf', 'whpx', or 'none' are allowed",
    ],
    [{ format: "vmdk" }, "error: invalid format, only 'qcow2' or 'raw' are allowed"],
    [
      { use_backing_file: true },
      "error: use_backing_file can only be enabled for QCOW2 images and when disk_image is true",
    ],
    [
      { use_backing_file: true, disk_image: true, format: "raw" },
      "error: use_backing_file can only be enabled for QCOW2 images and when disk_image is true",
    ],
    [{ skip_resize_disk: true }, "error: skip_resize_disk can only be used when disk_image is true"],
    [{ disk_interface: "nvme" }, "error: unrecognized disk interface type"],
    [{ disk_cache: "maybe" }, "error: unrecognized disk cache type"],
    [{ disk_discard: "x" }, "error: unrecognized disk discard type"],
    [{ disk_detect_zeroes: "x" }, "error: unrecognized disk detect zeroes setting"],
    [{ disk_size: "10 gigs" }, "error: Invalid disk size."],
    [{ disk_additional_size: ["x"] }, "error: Invalid disk size."],
    [{ cpus: -1 }, "error: cpus must be a positive number"],
    [{ vnc_port_min: 5000 }, "error: vnc_port_min cannot be below 5900"],
    [{ vnc_port_min: 5990, vnc_port_max: 5980 }, "error: vnc_port_min must be less than vnc_port_max"],
    [{ host_port_min: 3000, host_port_max: 2000 }, "error: host_port_min must be less than host_port_max"],
    [{ boot_command: ["a"], boot_steps: [["b"]] }, "error: boot_command and boot_steps cannot be used together"],
    [{ boot_command: ["a"], disable_vnc: true }, "error: A boot command cannot be used when vnc is disabled."],
    [{ iso_url: undefined }, "error: One of iso_url or iso_urls must be specified"],
    [{ iso_urls: ["/b.iso"] }, "error: Only one of iso_url or iso_urls must be specified"],
    [{ iso_checksum: "" }, "error: A checksum must be specified"],
    [{ boot_command: ["<entr>"] }, "warning: <entr> names no key"],
    [{ qemuargs: [["m", "1G"]] }, 'error: qemuargs: "m" (number 1) is no switch'],
    [
      { boot_command: ["{{.Nope}}"] },
      "error: boot_command: can't evaluate field Nope in type *qemu.bootCommandTemplateData",
    ],
    [
      { boot_steps: [["{{.Nope}}"]] },
      "error: boot_steps: can't evaluate field Nope in type *qemu.bootCommandTemplateData",
    ],
    [{ qemuargs: [["-m", "{{.Bad}}"]] }, "error: qemuargs: can't evaluate field Bad in type qemu.qemuArgsTemplateData"],
    [{ firmware: "/nowhere" }, "warning: firmware: /nowhere is not there"],
    [{ vm_name: "a/b" }, "error: vm_name must be a file name, not a path"],
  ])("%j", async (options, expected) => {
    expect(await said(options)).toContain(expected);
  });
  it("takes sizes with units in either case", async () => {
    for (const disk_size of ["20g", "40960m", "1T", "512"])
      expect(await said({ disk_size, disk_additional_size: ["5g", disk_size] })).toEqual([]);
  });
  it("refuses an output directory that is there, unless forced", async () => {
    const files = { "output-qemu/x": "" };
    expect(await said({}, files)).toEqual(["error: Output directory 'output-qemu' already exists. It must not exist."]);
    expect(await said({}, files, true)).toEqual([]);
  });
  it("says everything at once", async () => {
    expect(await said({ format: "x", accelerator: "y", disk_size: "z", cpus: -2 })).toHaveLength(4);
  });
});
