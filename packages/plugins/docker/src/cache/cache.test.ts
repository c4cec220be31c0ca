import type { StoredState } from "@kiln/sdk";
import { FakeBuild, FakeHost } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { type Settings, settingsOf } from "../builder/config.ts";
import { DockerCommand } from "../cli/docker-command.ts";
import { type ContainerEngine, type ContainerExec, EngineError, type ImageFacts } from "../engine/engine.ts";
import type { Docker } from "../engine/open-engine.ts";
import { cacheBase } from "./cache-base.ts";
import type { CachedContainer } from "./cached-container.ts";
import { processes } from "./processes.ts";
import { storeImage } from "./stored-image.ts";

const { signal } = new AbortController();
const source = { name: "debian", id: "sha256:base", digest: "", command: ["bash"], entrypoint: [] };

interface Engine {
  /** What `docker top` prints at each look; the last one for ever. */
  readonly top?: readonly string[];
  readonly mounts?: string;
  readonly shared?: Readonly<Record<string, string>>;
  readonly commitFails?: true;
}

/** A docker that answers what storing asks. */
function scene(engine: Engine = {}) {
  const tops = [...(engine.top ?? ["UID PID CMD\nroot 10 /bin/sh\n"])];
  const images = new Map<string, Partial<ImageFacts>>();
  const commits: unknown[] = [];
  const host = new FakeHost({
    files: { "/shared/.keep": "", ...engine.shared },
    onSpawn: ({ args }) => {
      const [first, second] = args;
      if (first === "top") return { stdout: (tops.length > 1 ? tops.shift() : tops[0]) ?? "" };
      if (first === "container") return { stdout: engine.mounts ?? "/packer-files\n\n" };
      if (first === "image" && second === "inspect") return { stdout: args.at(-1) === source.id ? "1000\n" : "1500\n" };
      throw new Error(args.join(" "));
    },
  });
  const docker = {
    command: new DockerCommand({ path: "docker" }, host),
    engine: {
      image: async (name: string) => images.get(name),
      commit: async (...asked: Parameters<ContainerEngine["commit"]>) => {
        if (engine.commitFails) throw new EngineError("docker/refused", "no space left on device");
        commits.push(asked.slice(0, 2));
        return "sha256:new";
      },
    },
    ref: { program: "docker", url: "unix:///d.sock" },
  } as unknown as Docker;
  const container: CachedContainer = {
    id: "c1",
    source,
    startedFrom: source.id,
    shared: "/shared",
    sharedAt: "/packer-files",
    processes: new Set(["10"]),
  };
  return { ctx: new FakeBuild({ host }), host, docker, container, images, commits };
}

async function stored(engine: Engine = {}) {
  const { ctx, host, docker, container, commits } = scene(engine);
  if (!engine.shared) await host.files.remove("/shared/.keep");
  const checkpoint = await storeImage(ctx, docker, container, { name: "n1", signal });
  return { checkpoint, ctx, host, commits };
}

describe("storing a container", () => {
  it("commits it under a name of its own, to be run as its source image", async () => {
    const { checkpoint, commits, ctx } = await stored();
    expect(checkpoint).toMatchObject({
      ref: { name: "kiln-cache:n1", id: "sha256:new" },
      outside: { kind: "docker.image", ref: { name: "kiln-cache:n1" }, bytes: 500 },
    });
    expect(commits).toEqual([["c1", { name: "kiln-cache:n1", changes: ['CMD ["bash"]', 'ENTRYPOINT [""]'] }]]);
    expect(ctx.journal).toEqual(["intent docker.image", "acquired docker.image"]);
  });

  it("waits a moment for what is on its way out", async () => {
    const { host } = await stored({
      top: ["UID PID CMD\nroot 10 /bin/sh\nroot 11 sh -c done\n", "UID PID CMD\nroot 10 /bin/sh\n"],
    });
    expect(host.clock.sleeps).toEqual([100]);
  });

  it.each<[string, Engine]>([
    [
      "provisioners left some running (nginx -g daemon)",
      { top: ["UID PID CMD\nroot 10 /bin/sh\nroot 12 nginx -g daemon\n"] },
    ],
    ["what is in the container's volumes (/data, /scratch)", { mounts: "/packer-files\n/data\n/scratch\n" }],
    ["what is in /packer-files", { shared: { "/shared/left": "" } }],
  ])("refuses where an image does not hold it all: %s", async (why, engine) => {
    await expect(stored(engine)).rejects.toThrow(why);
  });

  it("says what docker says", async () => {
    await expect(stored({ commitFails: true })).rejects.toThrow("no space left on device");
  });

  it("does not count the dead, nor the SSH server", async () => {
    const top =
      "UID PID PPID C STIME TTY TIME CMD\nroot 10 1 0 1 ? 0 /bin/sh -x\nroot 11 1 0 1 ? 0 sshd: root\nroot 12 1 0 1 ? 0 [x] <defunct>\n";
    const { docker } = scene({ top: [top] });
    expect(await processes(docker, "c1", signal)).toEqual(new Map([["10", "/bin/sh -x"]]));
  });

  it("are asked for in the container where the engine cannot tell", async () => {
    const host = new FakeHost({ onSpawn: () => ({ stderr: "EOF", exit: { by: "code", code: 1 } }) });
    const command = new DockerCommand({ path: "docker" }, host);
    const inside = (text: string, exit: number): Docker =>
      ({
        command,
        engine: {
          exec: async (_: string, { onOutput }: ContainerExec) => {
            for (const byte of Buffer.from(text)) onOutput?.({ stream: "stdout", bytes: Uint8Array.of(byte) });
            return { exit };
          },
        },
      }) as unknown as Docker;
    const listed = "1 (sh) S 0 1\n7 (a (b) ü) R 1 7\n8 (gone) Z 1 8\n9 (sshd) S 1 9\n";
    expect(await processes(inside(listed, 0), "c1", signal)).toEqual(
      new Map([
        ["1", "sh"],
        ["7", "a (b) ü"],
      ]),
    );
    await expect(processes(inside("", 127), "c1", signal)).rejects.toThrow("docker top failed: EOF");
  });
});

describe("where a container begins", () => {
  const settings = (more: Partial<Settings> = {}): Settings =>
    settingsOf({ communicator: "docker", docker_path: "podman", privileged: false, ...more } as Settings);

  it("is its image and how it is run", async () => {
    const { ctx, docker, images } = scene();
    const base = await cacheBase(ctx, docker, settings(), source);
    expect(base?.inputs.facts).toEqual({ "source image": "sha256:base", "container engine": "unix:///d.sock" });
    expect(Object.keys(base?.inputs.config as object)).toEqual(expect.arrayContaining(["run_command", "exec_user"]));
    expect(base?.values).toMatchObject({ SourceImageSha256: "sha256:base", ConnType: "docker" });
    const state: StoredState = { ref: { name: "kiln-cache:a", id: "sha256:1" }, directory: "/d" };
    expect(await base?.unusable?.(state, signal)).toBe("its image kiln-cache:a is gone");
    images.set("kiln-cache:a", { id: "sha256:2" });
    expect(await base?.unusable?.(state, signal)).toBe("its image kiln-cache:a is another one now");
    images.set("kiln-cache:a", { id: "sha256:1" });
    expect(await base?.unusable?.(state, signal)).toBeUndefined();
  });

  it.each<[string, Partial<Settings>, string]>([
    ["volumes", { volumes: { "/a": "/b" } }, "sha256:base"],
    ["Windows", { windows_container: true }, "sha256:base"],
    ["the image is not there", {}, ""],
  ])("is not known where it cannot be: %s", async (word, more, id) => {
    const { ctx, docker } = scene();
    expect(await cacheBase(ctx, docker, settings(more), { ...source, id })).toBeUndefined();
    expect(ctx.ui.lines[0]).toContain(word);
  });
});
