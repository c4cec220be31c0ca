import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tinyGuest } from "../beds/guest-images.ts";
import { KilnBed, type RunOptions } from "../kiln.ts";

type Options = Readonly<Record<string, unknown>>;

/** Options of a build from the tiny guest's disk, whose kernel is started directly: two seconds less of boot loader. */
export function tinyOptions(kernelArguments = ""): Options {
  const { image, kernel, initramfs } = tinyGuest();
  return {
    type: "qemu",
    iso_url: image,
    iso_checksum: "none",
    disk_image: true,
    skip_resize_disk: true,
    accelerator: "tcg",
    headless: true,
    memory: 256,
    format: "qcow2",
    vm_name: "img.qcow2",
    output_directory: "out",
    ssh_username: "root",
    ssh_password: "packer",
    ssh_timeout: "100s",
    shutdown_command: "halt-now",
    qemuargs: [
      ["-kernel", kernel],
      ["-initrd", initramfs],
      ["-append", `console=ttyS0 quiet panic=-1 ${kernelArguments}`],
    ],
  };
}

/** A folder, a state and a temporary directory of a test's own, with what must not be left behind. */
export class QemuBed extends KilnBed {
  readonly temporary = execFileSync("mktemp", ["-d", join(tmpdir(), "kq-XXXXXX")], { encoding: "utf8" }).trim();

  path(name: string): string {
    return join(this.folder, name);
  }
  template(builder: Options, provisioners: readonly unknown[] = [], name = "t.json"): string {
    writeFileSync(this.path(name), JSON.stringify({ builders: [builder], provisioners }));
    return name;
  }
  override run(args: readonly string[], options: RunOptions = {}) {
    const env = { TMPDIR: this.temporary, PACKER_CACHE_DIR: this.path("cache"), ...options.env };
    return super.run(args, { cwd: this.folder, ...options, env });
  }
  build(template: string, options: RunOptions = {}, flags: readonly string[] = []) {
    return this.run(["build", "-color=false", ...flags, template], options);
  }
  /** Temporary files, processes and unfinished directories of this bed. */
  leftovers(): readonly string[] {
    const processes = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => `${pid} ${existsSync(`/proc/${pid}/cmdline`) ? words(pid) : ""}`)
      .filter((line) => line.includes(this.temporary) || line.includes(`${this.folder}/`));
    const unfinished = readdirSync(this.folder).filter(
      (name) => name.includes(".kiln-") || existsSync(this.path(`${name}/.kiln-unfinished`)),
    );
    // Compiled code that Node keeps is no concern of ours.
    const files = readdirSync(this.temporary).filter((name) => !name.startsWith("node-compile-cache"));
    return [...processes, ...files, ...unfinished];
  }
  override [Symbol.dispose](): void {
    for (const line of this.leftovers()) {
      const pid = Number.parseInt(line, 10);
      if (/^\d+ .*(?:qemu|swtpm)/.test(line)) process.kill(pid, "SIGKILL");
    }
    execFileSync("rm", ["-rf", this.temporary]);
    super[Symbol.dispose]();
  }
}

function words(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
