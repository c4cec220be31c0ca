import { describe, expect, it } from "vitest";
import { settings } from "../testing/configure.ts";
import { defaultArguments, type MachineParts } from "./default-arguments.ts";
import { mergeArguments } from "./merge-arguments.ts";
import { usersConsole, watchingArguments } from "./watching-arguments.ts";

const parts: MachineParts = {
  disks: ["output-qemu/packer-qemu"],
  cds: ["/cache/a.iso"],
  accelerator: "tcg",
  hostPort: 2222,
  vncDisplay: 47,
  vncPassword: false,
};
const words = (options: Record<string, unknown> = {}, more: Partial<MachineParts> = {}): string => {
  const made = settings(options);
  return mergeArguments(defaultArguments(made, { ...parts, ...more }), made.qemuargs ?? [], made.net_device).join(" ");
};

describe("arguments without qemuargs", () => {
  it("are Packer's", () => {
    expect(words({ headless: true })).toBe(
      "-boot once=d -name packer-qemu -machine type=pc,accel=tcg -netdev user,id=user.0,hostfwd=tcp::2222-:22 " +
        "-vnc 127.0.0.1:47 -m 512M -smp 1 -device virtio-net,netdev=user.0 " +
        "-drive file=output-qemu/packer-qemu,if=virtio,cache=writeback,discard=ignore,format=qcow2 " +
        "-drive file=/cache/a.iso,media=cdrom",
    );
  });
  it.each<[Record<string, unknown>, Partial<MachineParts>, string]>([
    [{ disk_image: true }, { cds: [] }, "-boot c -name"],
    [{}, { accelerator: "none" }, "-machine type=pc -netdev"],
    [{ machine_type: "q35" }, { accelerator: "kvm" }, "-machine type=q35,accel=kvm"],
    [{ communicator: "none" }, {}, "-netdev user,id=user.0 "],
    [{ communicator: "winrm" }, {}, "hostfwd=tcp::2222-:5985"],
    [{ communicator: "winrm", winrm_use_ssl: true }, {}, "hostfwd=tcp::2222-:5986"],
    [{ ssh_port: 2200 }, {}, "hostfwd=tcp::2222-:2200"],
    [{ net_bridge: "br0" }, {}, "-netdev bridge,id=user.0,br=br0 "],
    [{ net_bridge: "br0" }, {}, "-qmp unix:output-qemu/packer-qemu.monitor,server=on,wait=off"],
    [{ qmp_enable: true, qmp_socket_path: "/s" }, {}, "-qmp unix:/s,server=on,wait=off"],
    [{ vnc_bind_address: "0.0.0.0" }, { vncPassword: true }, "-vnc 0.0.0.0:47,password=on"],
    [{ memory: 2048 }, {}, "-m 2048M"],
    [{ cpus: 4 }, {}, "-smp 4 "],
    [{ cpus: 4, sockets: 1, cores: 2, threads: 2 }, {}, "-smp 4,sockets=1,cores=2,threads=2"],
    [{ cores: 2 }, {}, "-smp cores=2 "],
    [{ cpu_model: "host" }, {}, "-cpu host"],
    [{}, { floppy: "/f" }, "-fda /f"],
    [{}, {}, "-display gtk"],
    [{ display: "sdl" }, {}, "-display sdl"],
    [{ vga: "qxl" }, {}, "-vga qxl"],
    [{ firmware: "/bios.bin" }, {}, "-bios /bios.bin"],
    [{ firmware: "/b", use_pflash: true }, {}, "-drive file=/b,if=pflash,format=raw,readonly=on"],
    [{ disk_detect_zeroes: "unmap" }, {}, "format=qcow2,detect-zeroes=unmap"],
    [{ disk_interface: "ide", disk_cache: "none", disk_discard: "unmap" }, {}, "if=ide,cache=none,discard=unmap"],
    [{ cdrom_interface: "ide" }, {}, "-drive file=/cache/a.iso,if=ide,index=0,id=cdrom0,media=cdrom"],
    [{ cdrom_interface: "ide", disk_interface: "ide" }, {}, "if=ide,index=1,id=cdrom0,media=cdrom"],
    [{ format: "raw" }, { disks: ["a,b"] }, "file=a,,b,if=virtio,cache=writeback,discard=ignore,format=raw"],
  ])("%j %j", (options, more, expected) => {
    expect(`${words(options, more)} `).toContain(expected);
  });
  it("leave out the window where there is to be none, and the boot order under EFI", () => {
    expect(words({ headless: true, display: "sdl" })).not.toContain("-display");
    expect(words({ use_default_display: true })).not.toContain("-display");
    const efi = words({ efi_firmware_code: "/code.fd" }, { efiVars: "out/efivars.fd" });
    expect(efi).not.toContain("-boot");
    expect(efi).toContain(
      "-drive file=/code.fd,if=pflash,unit=0,format=raw,readonly=on -drive file=out/efivars.fd,if=pflash,unit=1,format=raw",
    );
  });
  it("put disks and CDs on one SCSI controller", () => {
    const all = words({ disk_interface: "virtio-scsi", cdrom_interface: "virtio-scsi" }, { disks: ["a", "b"] });
    expect(all.match(/virtio-scsi-pci/g)).toHaveLength(1);
    expect(all).toContain("-device scsi-hd,bus=scsi0.0,drive=drive1 -device scsi-cd,bus=scsi0.0,drive=cdrom0");
    expect(all).toContain("-drive if=none,file=b,id=drive1,cache=writeback,discard=ignore,format=qcow2");
    expect(all).toContain("-drive file=/cache/a.iso,if=none,id=cdrom0,media=cdrom");
  });
  it("attach the TPM", () => {
    const all = words({ vtpm: true, tpm_device_type: "tpm-crb" }, { tpmSocket: "/t/tpm.sock" });
    expect(all).toContain("-chardev socket,id=vtpm,path=/t/tpm.sock -tpmdev emulator,id=tpm0,chardev=vtpm");
    expect(all).toContain("-device virtio-net,netdev=user.0 -device tpm-crb,tpmdev=tpm0");
  });
});

describe("qemuargs", () => {
  it("replace every default value of a switch, may repeat it, and join their words", () => {
    const all = words({
      headless: true,
      qemuargs: [["-m", "1024", "M"], ["-drive", "file=x"], ["-drive", "file=y"], ["-no-reboot"]],
    });
    expect(all).toContain("-m 1024M");
    expect(all).toContain("-drive file=x -drive file=y");
    expect(all).not.toContain("packer-qemu,if=virtio");
    expect(all).toMatch(/-no-reboot$/);
  });
  it("get the network card back where their devices lack it", () => {
    expect(words({ qemuargs: [["-device", "usb-tablet"]] })).toContain(
      "-device usb-tablet -device virtio-net,netdev=user.0",
    );
    const own = words({ qemuargs: [["-device", "virtio-net,netdev=user.0,mac=52:54:00:00:00:01"]] });
    expect(own.match(/virtio-net/g)).toHaveLength(1);
  });
});

describe("what Kiln adds for itself", () => {
  const watching = { monitor: "/w/monitor", console: "/w/console.log" };
  const added = (...given: readonly string[]): string => watchingArguments(given, watching).join(" ");
  it("is a control socket and a log of the console that stays what it was", () => {
    expect(added("-m", "512M")).toBe(
      "-chardev socket,id=kiln-monitor,path=/w/monitor,server=on,wait=off -mon chardev=kiln-monitor,mode=control " +
        "-chardev vc,id=kiln-console,logfile=/w/console.log -serial chardev:kiln-console",
    );
  });
  it.each([[["-serial", "stdio"]], [["-nographic"]], [["-nodefaults"]], [["-device", "isa-serial,chardev=x"]]])(
    "leaves the port alone where the user has it: %j",
    (given) => {
      expect(added(...given)).not.toContain("kiln-console");
    },
  );
  it("reads the user's own log", () => {
    expect(usersConsole(["-serial", "file:/tmp/s.log"])).toBe("/tmp/s.log");
    expect(usersConsole(["-serial", "stdio"])).toBeUndefined();
    expect(usersConsole([])).toBeUndefined();
  });
});
