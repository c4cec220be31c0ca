import { type Artifact, ConnectError } from "@kiln/sdk";
import { FakeBuild, FakeCommunicator } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { build } from "./build.ts";
import { settings } from "./testing/configure.ts";
import { FakeQemuHost, type FakeQemuOptions } from "./testing/fake-qemu.ts";

interface Run {
  readonly host: FakeQemuHost;
  readonly ctx: TestBuild;
  readonly artifact: Artifact | undefined;
  readonly error: Error | undefined;
  readonly lines: string;
  /** QEMU's words at its last start. */
  readonly words: string;
}
class TestBuild extends FakeBuild {
  refusal: Error | undefined;
  override async connect(target: Parameters<FakeBuild["connect"]>[0]) {
    if (this.refusal) throw this.refusal;
    return super.connect(target);
  }
}

const image = {
  disk_image: true,
  headless: true,
  shutdown_command: "halt",
  accelerator: "tcg",
  output_directory: "/out",
};

async function run(options: Record<string, unknown>, qemu: FakeQemuOptions = {}, refusal?: Error): Promise<Run> {
  const host = new FakeQemuHost(qemu);
  const ctx = new TestBuild({ host, buildName: "qemu", builderType: "qemu" });
  ctx.refusal = refusal;
  ctx.communicator = new FakeCommunicator({
    onExec: ({ command }) => {
      if (command === "halt") host.powerOff();
      return { exit: command === "halt" ? "disconnected" : 3, stdout: "no such command" };
    },
  });
  let artifact: Artifact | undefined;
  let error: Error | undefined;
  try {
    artifact = await build(ctx, settings({ ...image, ...options }));
  } catch (thrown) {
    error = thrown as Error;
  }
  await ctx.undo(error ? "failed" : "succeeded");
  return { host, ctx, artifact, error, lines: ctx.ui.lines.join("\n"), words: (host.starts.at(-1) ?? []).join(" ") };
}

describe("building from a disk image", () => {
  it("says and does what Packer does", async () => {
    const { host, ctx, artifact, error, lines } = await run({});
    expect(error).toBeUndefined();
    const vnc = Number(/VNC \(127\.0\.0\.1:(\d+)\)/.exec(lines)?.[1]);
    const port = Number(/Found port .*: (\d+)\./.exec(lines)?.[1]);
    expect(ctx.ui.lines).toEqual([
      "==> Retrieving ISO",
      "==> Trying /images/base.qcow2",
      "==> Trying /images/base.qcow2",
      "==> /images/base.qcow2 => /images/base.qcow2",
      "    File extension already matches desired output format. Skipping qemu-img convert step",
      "==> Resizing hard drive...",
      `==> Found port for communicator (SSH, WinRM, etc): ${port}.`,
      "==> Looking for available port between 5900 and 6000 on 127.0.0.1",
      "==> Starting VM, booting disk image",
      `    The VM will be run headless, without a GUI. If you want to\nview the screen of the VM, connect via VNC without a password to\nvnc://127.0.0.1:${vnc}`,
      `==> Connecting to VM via VNC (127.0.0.1:${vnc})`,
      "==> Typing the boot commands over VNC...",
      "    Not using a NetBridge -- skipping StepWaitGuestAddress",
      "==> Gracefully halting virtual machine...",
      "==> Converting hard drive...",
    ]);
    expect(port).toBeGreaterThanOrEqual(2222);
    expect(port).toBeLessThanOrEqual(4444);
    expect(host.spawned.map(({ args }) => args.join(" "))).toEqual([
      "create -f qcow2 -b /images/base.qcow2 -F qcow2 /out/packer-qemu",
      "resize -f qcow2 /out/packer-qemu 40960M",
      "convert -O qcow2 /out/packer-qemu /out/packer-qemu.convert",
    ]);
    expect(artifact).toMatchObject({ builderId: "transcend.qemu", id: "VM", files: ["/out/packer-qemu"] });
    expect(artifact?.describe()).toBe("VM files in directory: /out");
    expect(artifact?.state).toMatchObject({
      diskName: "packer-qemu",
      diskPaths: ["/out/packer-qemu"],
      diskType: "qcow2",
      diskSize: "40960M",
      domainType: "tcg",
    });
    expect(ctx.targets[0]?.knownHost).toBe("127.0.0.1");
    expect(await ctx.targets[0]?.address(ctx.signal)).toEqual({ host: "127.0.0.1", port });
    expect(host.listening.size).toBe(0);
    expect(host.files.paths().filter((path) => path.startsWith("/tmp/"))).toEqual([]);
    expect(ctx.steps.filter((name) => /stepRun|StepConnect|StepProvision|stepShutdown/.test(name))).toEqual([
      "stepRun",
      "StepConnect",
      "StepProvision",
      "stepShutdown",
    ]);
  });

  it("copies the image where there may not be room for another", async () => {
    const { host, error } = await run({}, { free: 1 });
    expect(error).toBeUndefined();
    expect(host.spawned.map(({ args }) => args[0])).toEqual(["resize", "convert"]);
  });

  it("copies the image where nothing rewrites the disk afterwards", async () => {
    const { host, error } = await run({ skip_compaction: true, skip_resize_disk: true });
    expect(error).toBeUndefined();
    expect(host.spawned).toEqual([]);
    expect(await host.files.readText("/out/packer-qemu")).toBe(await host.files.readText("/images/base.qcow2"));
  });

  it("does with qemu-img what the options say", async () => {
    const args = { create: ["-o", "lazy"], convert: ["-W"], resize: ["--x"] };
    const overlay = await run({
      use_backing_file: true,
      disk_additional_size: ["5G", "7"],
      disk_compression: true,
      qemu_img_args: args,
    });
    expect(overlay.error).toBeUndefined();
    expect(overlay.lines).toContain("==> Creating required virtual machine disks");
    expect(overlay.host.spawned.map((c) => c.args.join(" "))).toEqual([
      "create -f qcow2 -b /images/base.qcow2 -F qcow2 -o lazy /out/packer-qemu 40960M",
      "create -f qcow2 -o lazy /out/packer-qemu-1 5G",
      "create -f qcow2 -o lazy /out/packer-qemu-2 7M",
      "convert -c -W -O qcow2 /out/packer-qemu /out/packer-qemu.convert",
      "convert -c -W -O qcow2 /out/packer-qemu-1 /out/packer-qemu-1.convert",
      "convert -c -W -O qcow2 /out/packer-qemu-2 /out/packer-qemu-2.convert",
    ]);
    const raw = await run({ format: "raw", skip_resize_disk: true, vm_name: "x.img", disk_size: "5G" });
    expect(raw.host.spawned.map((c) => c.args.join(" "))).toEqual(["convert -O raw /images/base.qcow2 /out/x.img"]);
    expect(raw.lines).toContain("==> Copying hard drive...");
    const kept = await run({ skip_compaction: true });
    expect(kept.lines).not.toContain("Converting");
  });

  it("makes a blank disk for an installation and starts from the CD", async () => {
    const { host, words, lines } = await run({ disk_image: false, iso_url: "/images/base.qcow2" });
    expect(host.spawned[0]?.args.join(" ")).toBe("create -f qcow2 /out/packer-qemu 40960M");
    expect(words).toContain("-boot once=d");
    expect(words).toContain("-drive file=/images/base.qcow2,media=cdrom");
    expect(lines).toContain("==> Starting VM, booting from CD-ROM");
  });
});

describe("keys", () => {
  it("are typed after the wait, with the addresses that were found", async () => {
    const { host, ctx, lines } = await run({
      boot_command: ["{{ .HTTPIP }}:{{ .HTTPPort }}", "<enter>{{ .Name }}"],
      http_content: { "/a": "b" },
      boot_key_interval: 10,
    });
    expect(lines).toContain("==> Waiting 10s for boot...");
    expect(ctx.published).toMatchObject({
      PackerHTTPAddr: "10.0.2.2:8000",
      PackerHTTPIP: "10.0.2.2",
      PackerHTTPPort: "8000",
    });
    const typed = host.screens[0]?.sent().slice(14) ?? [];
    const down = typed.flatMap((_, i) => (i % 8 === 0 && typed[i + 1] === 1 ? [typed[i + 7] ?? 0] : []));
    expect(String.fromCharCode(...down.filter((code) => code !== 0xe1))).toBe("10.0.2.2:8000\rpacker-qemu");
    expect(host.clock.sleeps.filter((ms) => ms === 10).length).toBeGreaterThan(40);
  });
  it("come in steps with their descriptions", async () => {
    const { lines } = await run({ boot_steps: [["a", "the first"], ["b"]], boot_wait: -1 });
    expect(lines).toContain("==> Typing boot command for: the first");
    expect(lines).not.toContain("for boot...");
  });
  it("are not waited for where there are none; nor is VNC used where it is disabled", async () => {
    expect((await run({})).lines).not.toContain("for boot...");
    expect((await run({ boot_wait: 2000 })).lines).toContain("==> Waiting 2s for boot...");
    expect((await run({ disable_vnc: true })).lines).not.toContain("VNC (");
  });
  it("reach a screen with a password", async () => {
    const { host, ctx } = await run({ vnc_use_password: true, vnc_password: "open-sesame" });
    expect(host.commands).toContain("set_password");
    expect(ctx.masked).toContain("open-ses");
    expect(ctx.ui.lines).toContain("==> QMP socket at: /out/packer-qemu.monitor");
  });
});

describe("the network", () => {
  it("of a bridge is looked for in the ARP table", async () => {
    const row = "192.0.2.9  0x1  0x0  52:54:00:12:34:56  *  br0";
    const files = { "/proc/net/arp": `IP address  HW type  Flags  HW address  Mask  Device\n${row}\n` };
    let asked = 0;
    const { ctx, error, words, lines } = await run(
      { net_bridge: "br0", http_content: { a: "b" } },
      {
        files,
        answers: {
          "human-monitor-command": () => {
            asked++;
            return "user.0: index=0,type=nic,model=virtio-net-pci,macaddr=52:54:00:12:34:56\n";
          },
        },
      },
    );
    expect(error?.message).toContain("Timeout waiting for the guest address: 52:54:00:12:34:56 got no address in br0");
    expect(asked).toBe(1);
    expect(words).toContain("-netdev bridge,id=user.0,br=br0");
    expect(lines).toContain("    net_bridge is set; skipping port forwarding setup.");
    expect(lines).toContain("==> Waiting for the guest address to become available in the br0 network bridge...");
    expect(ctx.published).toMatchObject({ PackerHTTPIP: "192.0.2.1" });
  });
  it("of a bridge gives the address to connect to", async () => {
    const arp = "IP address HW type Flags HW address Mask Device\n192.0.2.9 0x1 0x2 52:54:00:AB:cd:ef * br0\n";
    const { ctx, error } = await run(
      { net_bridge: "br0", ssh_port: 2022 },
      {
        files: { "/proc/net/arp": arp },
        answers: { "human-monitor-command": () => "hub\n \\ user.0: macaddr=52:54:00:ab:cd:ef" },
      },
    );
    expect(error).toBeUndefined();
    expect(ctx.targets[0]?.knownHost).toBe("192.0.2.9");
    expect(await ctx.targets[0]?.address(ctx.signal)).toEqual({ host: "192.0.2.9", port: 2022 });
  });
  it("without forwarding uses the communicator's own port", async () => {
    const { ctx, words } = await run({ skip_nat_mapping: true, ssh_port: 2200 });
    expect(await ctx.targets[0]?.address(ctx.signal)).toEqual({ host: "127.0.0.1", port: 2200 });
    expect(words).toContain("hostfwd=tcp::2200-:2200");
  });
  it("takes other ports where somebody was quicker", async () => {
    const { host, error } = await run(
      {},
      { failing: (n) => (n === 1 ? "qemu: Could not set up host forwarding rule 'tcp::2300-:22'" : undefined) },
    );
    expect(error).toBeUndefined();
    const [first, second] = host.starts.map((words) => /hostfwd=tcp::(\d+)/.exec(words.join(" "))?.[1]);
    expect(second).not.toBe(first);
  });
  it("tells when no port is free", async () => {
    const { error } = await run({ host_port_min: 2300, host_port_max: 2301 }, { taken: [2300, 2301] });
    expect(error?.message).toBe("no port between 2300 and 2301 is free: widen host_port_min and host_port_max");
  });
});

describe("acceleration", () => {
  const broken = "Could not access KVM kernel module: No such device\nqemu: failed to initialize kvm: No such device";
  it("falls back to emulation where none was asked for", async () => {
    const none = await run({ accelerator: undefined });
    expect(none.words).toContain("accel=tcg");
    const { host, words, lines, artifact } = await run(
      { accelerator: undefined },
      { files: { "/dev/kvm": "opens" }, failing: (n) => (n === 1 ? broken : undefined) },
    );
    expect(host.starts[0]?.join(" ")).toContain("accel=kvm");
    expect(words).toContain("accel=tcg");
    expect(lines).toContain(
      "KVM cannot be used here (Could not access KVM kernel module: No such device); the processor is emulated",
    );
    expect(artifact?.state["domainType"]).toBe("tcg");
  });
  it("is refused plainly, before anything is fetched, where it was asked for", async () => {
    const { error, ctx } = await run({ accelerator: "kvm" });
    expect(error?.message).toContain('The accelerator "kvm" cannot be used: there is no /dev/kvm');
    expect(error?.message).toContain('set it to "tcg"');
    expect(ctx.ui.lines).toEqual([]);
  });
  it("none is warned about", async () => {
    const { words, lines } = await run({ accelerator: "none" });
    expect(words).toContain("-machine type=pc -netdev");
    expect(lines).toContain("    WARNING: The VM will be started with no hardware acceleration.");
  });
});

describe("failures", () => {
  it("bring what QEMU said and what to do", async () => {
    const { error, host } = await run({ headless: false }, { failing: () => "gtk initialization failed" });
    expect(error?.message).toBe(
      "Error launching VM: Qemu failed to start: gtk initialization failed\nThere is no display to open a window on: set headless to true.",
    );
    expect(host.files.paths().filter((path) => path.startsWith("/out") || path.startsWith("/tmp"))).toEqual([]);
  });
  it("say at once that QEMU is not there", async () => {
    const { error } = await run({ qemu_binary: "qemu-system-mips" });
    expect(error?.message).toContain("qemu-system-mips is not there");
  });
  it("to connect bring the console and the screen", async () => {
    const refusal = new ConnectError("connect/timeout", "banner", "Timeout waiting for SSH.");
    const { error, ctx } = await run(
      { qemuargs: [["-serial", "file:/log"]] },
      { files: { "/log": "\u001b[1mboot\u001b[0m\r\nKernel panic\r\n" } },
      refusal,
    );
    expect(error?.message).toBe(
      "Timeout waiting for SSH.\n\nThe serial console ended with:\nboot\nKernel panic\nThe machine's screen is in /project/packer-qemu-screen.png",
    );
    expect(ctx.ui.lines.at(-1)).toBe("==> Deleting output directory...");
  });
  it("to take a picture do not hide the first one", async () => {
    const refusal = new ConnectError("connect/timeout", "banner", "Timeout waiting for SSH.");
    const answers = {
      screendump: () => {
        throw new Error("there is no screen");
      },
    };
    const { error } = await run({ qemuargs: [["-nographic"]] }, { answers }, refusal);
    expect(error?.message).toBe(
      "Timeout waiting for SSH.\n\nThere is no log of the serial console: qemuargs use the port themselves.\nThere is no picture of the machine's screen: there is no screen",
    );
  });
  it("to shut down tell what the command said", async () => {
    const { error } = await run({ shutdown_command: "false" });
    expect(error?.message).toContain("Of the shutdown command: it ended with exit code 3\nno such command");
    const silent = await run({ communicator: "none" });
    expect(silent.error?.message).toMatch(/^Failed to shutdown/);
  });
  it("leave a directory that was there before alone", async () => {
    const { error, host } = await run({}, { files: { "/out/mine": "kept" } });
    expect(error?.message).toBe("Output directory '/out' already exists. It must not exist.");
    expect(host.files.text("/out/mine")).toBe("kept");
  });
});
