import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DockerBed } from "./bed.ts";

const nothing = { containers: [], images: [], files: [] };
const provisioners = [{ type: "shell", inline: ["echo provisioning now", "sleep 0.5", "echo done > /etc/done"] }];

describe("killed at any moment and cleaned up, a build", () => {
  let bed: DockerBed;
  beforeAll(async () => {
    bed = await DockerBed.open();
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  const committing = [
    "Creating a temporary directory",
    "Starting docker container",
    "Run command:",
    "Container ID:",
    "Using docker communicator",
    "Provisioning with shell",
    "provisioning now",
    "Committing the container",
  ];
  it.each(committing)("leaves nothing after '%s'", async (moment) => {
    const done = await bed.build(bed.template({ commit: true }, { provisioners }), killAt(moment));
    expect([done.signal, done.stdout]).toEqual(["SIGKILL", expect.stringContaining(moment)]);
    const cleaned = await bed.cleanUp();
    expect([cleaned.code, cleaned.stderr]).toEqual([0, ""]);
    expect(await bed.left()).toEqual(nothing);
  });

  it("keeps its finished image", async () => {
    const done = await bed.build(bed.template({ commit: true }, { provisioners }), killAt("Killing the container"));
    expect(done.signal).toBe("SIGKILL");
    expect((await bed.cleanUp()).code).toBe(0);
    const { images, ...rest } = await bed.left();
    expect(rest).toEqual({ containers: [], files: [] });
    const id = /Image ID: (\S+)/.exec(done.stdout)?.[1] ?? "";
    expect(images).toEqual([id]);
    expect(await bed.engine.docker("run", "--rm", id, "cat", "/etc/done")).toBe("done");
    await bed.engine.docker("rmi", id);
  });

  it("leaves no half archive", async () => {
    const out = join(bed.folder, "out");
    const inline = ["dd if=/dev/zero of=/root/big bs=1M count=200 2>/dev/null"];
    const template = bed.template(
      { export_path: join(out, "root.tar") },
      { provisioners: [{ type: "shell", inline }] },
    );
    const done = await bed.build(template, killAt("Exporting the container", 150));
    expect(done.signal).toBe("SIGKILL");
    expect((await bed.cleanUp()).code).toBe(0);
    expect(await bed.left()).toEqual(nothing);
    expect(readdirSync(out)).toEqual([]);
  });

  it("leaves no image of a Dockerfile", async () => {
    const file = join(bed.folder, "Dockerfile");
    execFileSync("sh", ["-c", `printf 'FROM tiny:1\\nRUN sleep 1; echo made > /made\\n' > ${file}`]);
    const builder = { image: undefined, pull: undefined, build: { path: file, pull: false }, commit: true };
    for (const moment of ["Building base image", "Finished building", "Container ID:"]) {
      const done = await bed.build(bed.template(builder, { provisioners }), killAt(moment));
      expect(done.signal).toBe("SIGKILL");
      expect((await bed.cleanUp()).code).toBe(0);
      expect(await bed.left()).toEqual(nothing);
    }
  });

  it("leaves nothing of a Dockerfile's step that still goes on, nor waits for it", async () => {
    const file = join(bed.folder, "Dockerfile.slow");
    const steps = ["FROM tiny:1", "RUN echo one > /one", `COPY ${basename(file)} /two`, "RUN echo slow now; sleep 60"];
    writeFileSync(file, `${steps.join("\n")}\n`);
    const builder = { image: undefined, pull: undefined, build: { path: file, pull: false }, discard: true };
    const started = performance.now();
    const done = await bed.build(bed.template(builder), killAt("docker: slow now"));
    expect(done.signal).toBe("SIGKILL");
    const dry = await bed.kiln.run(["cleanup", "-dry-run"], { env: bed.env });
    expect(dry.stdout).toMatch(/container [0-9a-f]{12} of docker build would be removed/);
    expect((await bed.left()).containers).toHaveLength(1);
    expect((await bed.cleanUp()).code).toBe(0);
    expect(await bed.left()).toEqual(nothing);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it("leaves no container of a Dockerfile's step that failed", async () => {
    const file = join(bed.folder, "Dockerfile.failing");
    writeFileSync(file, "FROM tiny:1\nRUN exit 7\n");
    const builder = { image: undefined, pull: undefined, build: { path: file, pull: false }, discard: true };
    const done = await bed.build(bed.template(builder));
    expect([done.code, done.stdout]).toEqual([1, expect.stringContaining("returned a non-zero code: 7")]);
    expect(await bed.left()).toEqual(nothing);
  });

  it("ends at once with an interrupt, and leaves nothing", async () => {
    const slow = [{ type: "shell", inline: ["echo provisioning now", "sleep 60"] }];
    const started = performance.now();
    const done = await bed.build(bed.template({ commit: true }, { provisioners: slow }), {
      ...signalAt("provisioning now", "SIGINT"),
    });
    expect(done.code).toBe(1);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(done.stdout).toContain("Killing the container");
    expect(await bed.left()).toEqual(nothing);
  });
});

describe("what goes wrong is said, and leaves nothing:", () => {
  let bed: DockerBed;
  beforeAll(async () => {
    bed = await DockerBed.open();
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  it("no docker program", async () => {
    const done = await bed.build(bed.template({ discard: true, docker_path: "docker-is-not-here" }));
    expect(done.code).toBe(1);
    expect(done.stdout).toContain(`exec: "docker-is-not-here": executable file not found in $PATH`);
    expect(done.stdout).toContain("install it, or say where it is with docker_path");
    expect(done.stderr).not.toContain("at ");
    expect(await bed.left()).toEqual(nothing);
  });
  it("no engine", async () => {
    const host = `unix://${bed.folder}/nobody.sock`;
    const done = await bed.build(bed.template({ discard: true }), { env: { DOCKER_HOST: host } });
    expect(done.code).toBe(1);
    expect(done.stdout).toMatch(/Cannot (connect to|reach) the docker/i);
    expect(await bed.left()).toEqual(nothing);
  });
  it("an image's name that is none", async () => {
    const done = await bed.build(bed.template({ discard: true, image: "Not An Image" }));
    expect(done.code).toBe(1);
    expect(done.stdout).toContain("invalid reference format");
    expect(await bed.left()).toEqual(nothing);
  });
  it("a container that ends at once", async () => {
    const run_command = ["-d", "--entrypoint=/bin/true", "{{.Image}}"];
    const done = await bed.build(bed.template({ discard: true, run_command }, { provisioners }));
    expect(done.code).toBe(1);
    expect(done.stdout).toContain("The container ended at once with exit code 0. run_command must leave it running");
    expect(await bed.left()).toEqual(nothing);
  });
  it("a container that dies while it is provisioned", async () => {
    const run_command = ["-d", "--entrypoint=/bin/sleep", "{{.Image}}", "3"];
    const slow = [{ type: "shell", inline: ["echo provisioning now; sleep 30"] }];
    const done = await bed.build(bed.template({ discard: true, run_command }, { provisioners: slow }));
    expect(done.code).toBe(1);
    expect(done.stdout).toMatch(/non-zero exit status: 137|disconnected unexpectedly/);
    expect(await bed.left()).toEqual(nothing);
  });
  it("a full disk on export", async () => {
    const full = mkdtempSync(join(tmpdir(), "kiln-full-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", full]);
    try {
      const done = await bed.build(bed.template({ export_path: join(full, "out.tar") }));
      expect(done.code).toBe(1);
      expect(done.stdout).toContain(`Error exporting: cannot write ${full}/out.tar: ENOSPC: no space left on device`);
      expect(readdirSync(full)).toEqual([]);
      expect(await bed.left()).toEqual(nothing);
    } finally {
      execFileSync("umount", [full]);
      rmSync(full, { recursive: true });
    }
  });
  it("a directory of the archive that cannot be made", async () => {
    const file = join(bed.folder, "afile");
    writeFileSync(file, "");
    const below = await bed.build(bed.template({ export_path: "afile/out.tar" }));
    expect([below.code, below.stdout]).toEqual([
      1,
      expect.stringContaining(`Error exporting: ${file} is not a directory`),
    ]);
    const nowhere = await bed.build(bed.template({ export_path: "/proc/nope/out.tar" }));
    expect([nowhere.code, nowhere.stdout]).toEqual([1, expect.stringContaining("Error exporting: ENOENT")]);
    expect(await bed.left()).toEqual(nothing);
  });
  it("a discarded container whose post-processor fails: nothing is kept, nor said to be", async () => {
    const chain = [{ type: "docker-import", repository: "x" }];
    const done = await bed.build(bed.template({ discard: true }, { "post-processors": [chain] }));
    expect([done.code, done.stdout]).toEqual([1, expect.stringContaining("There is no archive to import")]);
    expect(done.stdout).not.toContain("is kept");
  });
  it("an upload and an import that the engine refuses, in Packer's words", async () => {
    writeFileSync(join(bed.folder, "f"), "");
    const upload = { type: "file", source: "f", destination: "/etc/passwd/below" };
    const refused = await bed.build(bed.template({ discard: true }, { provisioners: [upload] }));
    expect(refused.stdout).toContain("Upload failed: Failed to upload to '/etc/passwd/below' in container: ");
    const chain = [{ type: "docker-import", repository: "Not A Name" }];
    const imported = await bed.build(bed.template({ export_path: "x.tar" }, { "post-processors": [chain] }));
    expect(imported.stdout).toContain("Error importing container: ");
  });
  it("an export that fails leaves the older archive as it was", async () => {
    const out = join(bed.folder, "kept");
    mkdirSync(out);
    const path = join(out, "root.tar");
    execFileSync("sh", ["-c", `echo older > ${path}`]);
    const slow = [{ type: "shell", inline: ["exit 9"] }];
    const done = await bed.build(bed.template({ export_path: path }, { provisioners: slow }));
    expect([done.code, statSync(path).size]).toEqual([1, 6]);
  });
});

describe("an engine that dies while a build runs", () => {
  it("is named in the error; what it kept is cleaned up once it is back", async () => {
    const data = mkdtempSync(join(tmpdir(), "kiln-dockerd-data-"));
    const bed = await DockerBed.open({ data });
    try {
      const slow = [{ type: "shell", inline: ["echo provisioning now", "sleep 60"] }];
      let killed: Promise<void> | undefined;
      const done = await bed.build(bed.template({ commit: true }, { provisioners: slow }), {
        onOutput: (text) => {
          if (text.includes("provisioning now")) killed ??= bed.engine.kill();
        },
      });
      await killed;
      expect(done.code).toBe(1);
      expect(done.stdout).toMatch(/Cannot reach the docker engine at unix:/);
      expect(bed.files()).toEqual([]);
      const early = await bed.cleanUp();
      expect([early.code, early.stdout + early.stderr]).toEqual([1, expect.stringContaining("docker container")]);
      await bed.engine.restart();
      const { containers } = await bed.left();
      expect(containers).toHaveLength(1);
      expect((await bed.cleanUp()).code).toBe(0);
      expect(await bed.left()).toEqual(nothing);
    } finally {
      await bed[Symbol.asyncDispose]();
      rmSync(data, { recursive: true, force: true });
    }
  });
});

function killAt(moment: string, afterMs = 0) {
  return signalAt(moment, "SIGKILL", afterMs);
}

/** Sends a signal once, when the output has come so far. */
function signalAt(moment: string, signal: NodeJS.Signals, afterMs = 0) {
  let seen = false;
  return {
    onOutput: (text: string, kill: (signal: NodeJS.Signals) => void) => {
      if (seen || !text.includes(moment)) return;
      seen = true;
      if (afterMs === 0) kill(signal);
      else setTimeout(() => kill(signal), afterMs);
    },
  };
}
