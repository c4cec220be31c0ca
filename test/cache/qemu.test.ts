import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tinyGuest } from "../beds/guest-images.ts";
import { Project } from "./project.ts";

/** Where the guest's data partition begins, which is what the image is compared by. */
const dataOffset = 33 * 1024 * 1024;

let project: Project;
let image = "";
beforeAll(() => {
  project = new Project();
  image = tinyGuest().image;
  project.put("settings.txt", "one\n");
});
afterAll(() => project[Symbol.dispose]());

const mark = 'cat /proc/sys/kernel/random/boot_id; echo "in memory" >/only-in-memory; echo first >/data/first';
const first = { type: "shell", inline: [mark, "sleep 1000 & echo $! >/process"] };
const file = { type: "file", source: "settings.txt", destination: "/data/settings.txt" };
const last = (text: string): object => ({
  type: "shell",
  inline: [
    "cat /proc/sys/kernel/random/boot_id",
    "kill -0 $(cat /process) && echo 'still running'",
    `(cat /only-in-memory; echo ${text}; cat /data/settings.txt) >/data/last`,
    "sync",
  ],
});

function template(provisioners: readonly object[], more: object = {}): object {
  const builder = {
    type: "qemu",
    iso_url: image,
    iso_checksum: "none",
    disk_image: true,
    disk_size: "128M",
    format: "qcow2",
    accelerator: "tcg",
    headless: true,
    memory: 128,
    net_device: "virtio-net",
    ssh_username: "root",
    ssh_password: "packer",
    ssh_timeout: "2m",
    boot_wait: "-1s",
    shutdown_command: "halt-now",
    output_directory: "out",
    vm_name: "disk",
    ...more,
  };
  return { builders: [builder], provisioners };
}

/** The files of the image's data partition, read from the disk itself. */
function content(): Readonly<Record<string, string>> {
  const raw = join(project.folder, "disk.raw");
  const data = join(project.folder, "data.ext4");
  execFileSync("qemu-img", ["convert", "-O", "raw", join(project.folder, "out", "disk"), raw]);
  execFileSync("dd", [`if=${raw}`, `of=${data}`, "bs=1M", `skip=${dataOffset / 2 ** 20}`, "status=none"]);
  execFileSync("e2fsck", ["-fy", data], { stdio: "ignore" });
  const read = (name: string): string =>
    execFileSync("debugfs", ["-R", `cat /${name}`, data], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return Object.fromEntries(["first", "settings.txt", "last"].map((name) => [name, read(name)]));
}

let bootId: string | undefined;

it("stores the machine after each provisioner, readable by its owner alone", async () => {
  const built = await project.build(template([first, file, last("a")]));
  expect(built.cacheLines, built.stdout).toEqual([
    "nothing to start from: no earlier build stored anything",
    "stored the state after provisioner 1 (shell)",
    "stored the state after provisioner 2 (file)",
    "stored the state after provisioner 3 (shell)",
  ]);
  bootId = built.output.find((line) => /^[\da-f-]{36}$/.test(line));
  expect(content()).toEqual({ first: "first\n", "settings.txt": "one\n", last: "in memory\na\none\n" });
  for (const entry of project.entries()) {
    expect(statSync(entry).mode & 0o777).toBe(0o700);
    for (const name of ["record.json", "state/machine", "state/disk-0"])
      expect(statSync(join(entry, name)).mode & 0o777, name).toBe(0o600);
  }
});

it("goes on from the deepest state without a reboot, and makes the image of a build without the cache", async () => {
  const built = await project.build(template([first, file, last("b")]), ["-force", "-cache"]);
  expect(built.code, built.stdout).toBe(0);
  expect(built.cacheLines).toEqual([
    expect.stringMatching(/^reusing: 1 \(shell\), 2 \(file\); stored /),
    "provisioner 3 (shell) runs again: option inline changed",
    "stored the state after provisioner 3 (shell)",
  ]);
  // The same machine: what it had in memory is there, and what ran there runs.
  expect(built.output).toContain(bootId);
  expect(built.output).toContain("still running");
  expect(built.stdout).not.toContain("Typing the boot commands");
  const cached = content();
  const again = await project.build(template([first, file, last("b")]), ["-force"]);
  expect(again.cacheLines).toEqual([]);
  expect(again.output).not.toContain(bootId);
  expect(content()).toEqual(cached);
});

it("takes no damaged state, and says which", async () => {
  const damaged = project
    .entries()
    .filter((entry) => /"done": 3/.test(readFileSync(join(entry, "record.json"), "utf8")));
  for (const [i, entry] of damaged.entries()) {
    if (i === 0) truncateSync(join(entry, "state", "machine"), 1_000_000);
    else writeFileSync(join(entry, "state", "disk-0"), "not a disk");
  }
  const built = await project.build(template([first, file, last("b")]), ["-force", "-cache"]);
  expect(built.code, built.stdout).toBe(0);
  expect(built.cacheLines[0]).toMatch(
    /^the state stored after provisioner 3 \(shell\) is not used and goes: its file (machine|disk-0) is not as it was stored$/,
  );
  expect(built.output).toContain("still running");
  expect(content()["last"]).toBe("in memory\nb\none\n");
});

it("starts anew where QEMU does not take a state up", async () => {
  const built = await project.build(template([first, file, last("b")]), ["-force", "-cache"], {
    // A `cat` that fails, as far as QEMU is concerned: everything verified, and still no machine.
    env: { PATH: `${brokenCat()}:${process.env["PATH"] ?? ""}` },
  });
  expect(built.code, built.stdout).toBe(0);
  expect(built.cacheLines.join("\n")).toMatch(/the state stored after provisioner 3 \(shell\) is not used and goes: /);
  expect(built.output).toContain("still running");
  expect(built.output).not.toContain(bootId);
  expect(content()["last"]).toBe("in memory\nb\none\n");
});

/** A directory with a `cat` that reads no state of a machine. */
function brokenCat(): string {
  const folder = join(project.folder, "bin");
  project.put(
    "bin/cat",
    '#!/bin/sh\ncase "$1" in */state/machine) echo nothing; exit 1;; esac\nexec /bin/cat "$@"\n',
    0o755,
  );
  return folder;
}

it("leaves whole states and nothing else after SIGKILL", async () => {
  const other = [{ type: "shell", inline: ["echo other"] }, first];
  const killed = await project.build(template(other), ["-force", "-cache"], {
    onOutput: (soFar, kill) => {
      if (soFar.includes("stored the state after provisioner 1")) kill("SIGKILL");
    },
  });
  expect(killed.signal).toBe("SIGKILL");
  expect((await project.kiln(["cleanup"])).code).toBe(0);
  expect(project.entries("new")).toEqual([]);
  expect(existsSync(join(project.folder, "out"))).toBe(false);
  expect(execFileSync("sh", ["-c", `pgrep -f '^qemu-system.*${image}' || true`], { encoding: "utf8" })).toBe("");
  const built = await project.build(template(other));
  expect(built.code, built.stdout).toBe(0);
  expect(built.cacheLines[0]).toMatch(/^reusing: 1 \(shell\); stored/);
});

it("builds on when there is no room for a state", async () => {
  using small = new Project();
  mkdirSync(small.store);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=20m", "tmpfs", small.store]);
  try {
    const built = await small.build(template([first]));
    expect(built.code, built.stdout).toBe(0);
    expect(built.cacheLines[1]).toMatch(/could not be stored, the build goes on: .*Is there room for it at /);
    expect([...small.entries(), ...small.entries("new")]).toEqual([]);
  } finally {
    execFileSync("umount", [small.store]);
  }
});

it("lists what is stored and removes it", async () => {
  const listed = await project.kiln(["cache", "list"]);
  expect(listed.stdout).toMatch(/^[\da-f]{12} +\d+\.\d MiB {2}stored .* qemu after provisioner 1 \(shell\)$/m);
  expect(listed.stdout).toMatch(/\n\d+ state\(s\), \d+\.\d MiB, in /);
  const dry = await project.kiln(["cache", "prune", "-dry-run", "-max-size=1B"]);
  expect(dry.stdout).toContain("would be removed");
  expect(project.entries().length).toBeGreaterThan(1);
  expect((await project.kiln(["cache", "prune", "-older-than=1h"])).stdout).toBe("Nothing to remove.\n");
  expect((await project.kiln(["cache", "prune"])).code).toBe(0);
  expect(project.entries()).toEqual([]);
});
