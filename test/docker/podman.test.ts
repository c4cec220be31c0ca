import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeHost } from "@kiln/host-node";
import { communicatorContract } from "@kiln/sdk/testing/contracts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DockerCommand } from "../../packages/plugins/docker/src/cli/docker-command.ts";
import { CommandEngine } from "../../packages/plugins/docker/src/engine/command-engine.ts";
import type { ContainerEngine } from "../../packages/plugins/docker/src/engine/engine.ts";
import { openDocker } from "../../packages/plugins/docker/src/engine/open-engine.ts";
import { startPodman } from "../beds/podman-engine.ts";
import { DockerBed, tiny } from "./bed.ts";
import { containerFixture } from "./contract-fixture.ts";

let bed: DockerBed<Awaited<ReturnType<typeof startPodman>>>;
let container: string;
beforeAll(async () => {
  bed = await DockerBed.on(await startPodman());
  vi.stubEnv("CONTAINER_HOST", bed.engine.host);
  container = await bed.engine.docker("run", "-d", "-i", "--entrypoint", "/bin/sh", tiny);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await bed[Symbol.asyncDispose]();
});

const open = (engine: ContainerEngine) => containerFixture(engine, container, bed.engine.docker);

// A container has no connection to lose: its parent process is the engine's. The others Podman cannot do.
const options = { without: ["disconnects", "backslashes", "patterns", "missing directories"] } as const;
const host = () => ({ ...nodeHost(), env: { ...process.env, ...bed.env } });
communicatorContract(
  "docker over the socket of Podman's service",
  async () => open((await openDocker("docker", host())).engine),
  options,
);

describe("on Podman's service", () => {
  it("an image is committed, tagged and saved, and keeps the command of its source", async () => {
    writeFileSync(join(bed.folder, "f.txt"), "hello\n");
    mkdirSync(join(bed.folder, "tree/sub"), { recursive: true });
    writeFileSync(join(bed.folder, "tree/sub/deep"), "deep\n");
    const template = bed.template(
      { commit: true, changes: ["ENV A=b"] },
      {
        provisioners: [
          { type: "shell", inline: ["echo hi > /etc/built"] },
          { type: "file", source: join(bed.folder, "f.txt"), destination: "/etc/f.txt" },
          { type: "file", source: `${join(bed.folder, "tree")}/`, destination: "/opt" },
          { type: "file", direction: "download", source: "/etc/built", destination: join(bed.folder, "back") },
        ],
        "post-processors": [
          [
            { type: "docker-tag", repository: "localhost/out", tags: ["1"] },
            { type: "docker-save", path: "saved.tar" },
          ],
        ],
      },
    );
    const done = await bed.build(template);
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(done.stdout).toMatch(/Image ID: sha256:[0-9a-f]{64}\n/);
    expect(readFileSync(join(bed.folder, "back"), "utf8")).toBe("hi\n");
    const show = ["sh", "-c", "cat /etc/built /etc/f.txt /opt/sub/deep; echo $A"];
    expect(await bed.engine.docker("run", "--rm", "localhost/out:1", ...show)).toBe("hi\nhello\ndeep\nb");
    const command = await bed.engine.docker("image", "inspect", "-f", "{{json .Config.Cmd}}", "localhost/out:1");
    expect(JSON.parse(command)).toEqual(["/bin/sh"]);
    await bed.engine.docker("rmi", "-f", "localhost/out:1");
    await bed.engine.docker("load", "-i", join(bed.folder, "saved.tar"));
    expect(await bed.engine.docker("run", "--rm", "localhost/out:1", "cat", "/etc/built")).toBe("hi");
    await bed.engine.docker("rmi", "-f", "localhost/out:1");
  });

  it("an archive is exported and imported, under the id that docker says", async () => {
    const template = bed.template(
      { export_path: "root.tar" },
      {
        provisioners: [{ type: "shell", inline: ["echo hi > /etc/built"] }],
        "post-processors": [
          { type: "docker-import", repository: "localhost/imported", tag: "1", changes: ['CMD ["cat", "/etc/built"]'] },
        ],
      },
    );
    const done = await bed.build(template);
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(done.stdout).toMatch(/Imported ID: sha256:[0-9a-f]{64}\n/);
    expect(await bed.engine.docker("run", "--rm", "localhost/imported:1")).toBe("hi");
    await bed.engine.docker("rmi", "-f", "localhost/imported:1");
  });

  it("a later build starts from what an earlier one stored", async () => {
    const inline = ["cat /proc/sys/kernel/random/uuid > /etc/made", "cat /etc/made"];
    const template = bed.template(
      { discard: true },
      {
        provisioners: [
          { type: "shell", inline },
          { type: "shell", inline: ["cat /etc/made"] },
        ],
      },
    );
    const build = () =>
      bed.kiln.run(["build", "-color=false", "-cache", template], {
        cwd: bed.folder,
        env: { ...bed.env, KILN_CACHE_DIR: join(bed.folder, "store") },
      });
    const first = await build();
    const second = await build();
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.stdout).toContain("Cache: stored the state after provisioner 2 (shell)");
    expect(second.stdout).toContain("Cache: every provisioner is reused: 1 (shell), 2 (shell)");
    await bed.kiln.run(["cache", "prune"], { env: { ...bed.env, KILN_CACHE_DIR: join(bed.folder, "store") } });
    expect(await bed.engine.docker("images", "-q", "kiln-cache")).toBe("");
  });

  it("a killed build is cleaned up", async () => {
    const template = bed.template(
      { commit: true },
      { provisioners: [{ type: "shell", inline: ["echo provisioning now", "sleep 60"] }] },
    );
    const done = await bed.build(template, {
      onOutput: (text, kill) => {
        if (text.includes("provisioning now\n")) kill("SIGKILL");
      },
    });
    expect(done.signal).toBe("SIGKILL");
    expect((await bed.cleanUp()).code).toBe(0);
    expect(await bed.left()).toEqual({ containers: [container.slice(0, 12)], images: [], files: [] });
  });

  it("the program podman does it all by itself, without a docker", async () => {
    const made = join(bed.folder, "by-podman");
    const template = bed.template(
      { docker_path: "podman", commit: true },
      {
        provisioners: [
          { type: "shell", inline: ["echo hi > /etc/built", "echo on podman"] },
          { type: "file", direction: "download", source: "/etc/built", destination: made },
        ],
        "post-processors": [{ type: "docker-tag", docker_path: "podman", repository: "localhost/alone", tags: ["1"] }],
      },
    );
    const done = await bed.build(template, { env: { DOCKER_HOST: "unix:///nonexistent" } });
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(done.stdout).toContain("    docker: on podman\n");
    expect(readFileSync(made, "utf8")).toBe("hi\n");
    expect(await bed.engine.docker("run", "--rm", "localhost/alone:1", "cat", "/etc/built")).toBe("hi");
    await bed.engine.docker("rmi", "-f", "localhost/alone:1");
  });
});

communicatorContract(
  "docker over the program podman",
  () => open(new CommandEngine(new DockerCommand({ path: "podman" }, host()))),
  options,
);
