import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { containerImage } from "../beds/container-image.ts";
import { type CachedBuild, Project } from "./project.ts";

const docker = (...args: readonly string[]): string => execFileSync("docker", args, { encoding: "utf8" }).trim();

let base = "";
let project: Project;
const made: string[] = [];
beforeAll(async () => {
  base = await containerImage();
});
beforeEach(() => {
  project = new Project();
});
afterEach(async () => {
  await project.kiln(["cache", "prune"]);
  project[Symbol.dispose]();
});
afterAll(() => {
  for (const image of made) spawnSync("docker", ["rmi", "-f", image]);
});

const template = (provisioners: readonly object[], builder: object = {}): object => ({
  builders: [{ type: "docker", image: base, pull: false, commit: true, ...builder }],
  provisioners,
});
const shell = (...inline: readonly string[]): object => ({ type: "shell", inline });

/** The image that a build made; it goes when the tests end. */
function imageOf(built: CachedBuild): string {
  const image = /Image ID: (sha256:\w+)/.exec(built.stdout)?.[1];
  if (image === undefined) throw new Error(built.stdout);
  made.push(image);
  return image;
}

const everything = `find / -xdev ( -path /proc -o -path /sys -o -path /dev -o -name .dockerenv ) -prune -o -printf "%p %y %m %u %g %l\\n"`;

/** All of an image that a person could tell from another by, but times and layers. */
function contentOf(built: CachedBuild): { readonly config: unknown; readonly files: string } {
  const image = imageOf(built);
  const config = JSON.parse(docker("image", "inspect", "--format", "{{json .Config}}", image)) as object;
  const list = `${everything.replaceAll(/[()]/g, "\\$&")} | sort; find / -xdev -type f ! -path '/proc/*' ! -path '/sys/*' ! -path '/etc/host*' ! -path /etc/resolv.conf -newer /etc/debian_version -exec sha256sum {} + | sort -k2`;
  const files = docker("run", "--rm", "--network=none", "--entrypoint=/bin/sh", image, "-c", list);
  return { config: { ...config, Hostname: "", Image: "" }, files };
}

const storedImages = (): readonly string[] => docker("images", "-q", "kiln-cache").split("\n").filter(Boolean);

it("runs nothing again that did not change, and makes the image of a build without the cache", async () => {
  project.put("setup.sh", "echo set up > /setup\n");
  project.put("app/run", "#!/bin/sh\n", 0o755);
  const steps = (last: string): object =>
    template(
      [
        shell("echo $$ > /dev/null; useradd -m worker; echo first"),
        { type: "shell", script: "setup.sh", environment_vars: ["TOKEN=secret-of-the-build"] },
        { type: "file", source: "app", destination: "/opt" },
        shell(`echo ${last} > /last`),
      ],
      { changes: ["ENV A=1", "WORKDIR /opt"] },
    );
  const first = await project.build(steps("a"));
  expect(first.cacheLines, first.stdout).toEqual([
    "nothing to start from: no earlier build stored anything",
    "stored the state after provisioner 1 (shell)",
    "stored the state after provisioner 2 (shell)",
    "stored the state after provisioner 3 (file)",
    "stored the state after provisioner 4 (shell)",
  ]);
  const second = await project.build(steps("a"));
  expect(second.cacheLines).toEqual([
    expect.stringMatching(/^every provisioner is reused: 1 \(shell\), 2 \(shell\), 3 \(file\), 4 \(shell\); stored /),
  ]);
  expect(second.stdout).not.toContain("Provisioning with");
  expect(contentOf(second)).toEqual(contentOf(first));
  const third = await project.build(steps("b"));
  expect(third.cacheLines.slice(0, 2)).toEqual([
    expect.stringMatching(/^reusing: 1 \(shell\), 2 \(shell\), 3 \(file\); stored /),
    "provisioner 4 (shell) runs again: option inline changed",
  ]);
  expect(third.stdout.match(/Provisioning with/g)).toHaveLength(1);
  expect(third.stdout).not.toContain("Uploading");
  expect(contentOf(third)).toEqual(contentOf(await project.build(steps("b"), [])));
  for (const entry of project.entries())
    expect(readFileSync(join(entry, "record.json"), "utf8")).not.toContain("secret-of-the-build");
});

it("says which script, directory or image changed", async () => {
  project.put("setup.sh", "echo one\n");
  project.put("app/run", "one\n");
  symlinkSync("run", join(project.folder, "app", "link"));
  const steps = template([
    { type: "shell", script: "setup.sh" },
    { type: "file", source: "app/", destination: "/opt" },
  ]);
  await project.build(steps);
  const why = async (): Promise<string | undefined> =>
    (await project.build(steps)).cacheLines.find((l) => /changed/.test(l));
  chmodSync(join(project.folder, "app", "run"), 0o700);
  expect(await why()).toBe("provisioner 2 (file) runs again: file app/ changed");
  rmSync(join(project.folder, "app", "link"));
  symlinkSync("/etc/hostname", join(project.folder, "app", "link"));
  expect(await why()).toBe("provisioner 2 (file) runs again: file app/ changed");
  project.put("setup.sh", "echo two\n");
  expect(await why()).toBe("nothing to start from: provisioner 1 (shell): script setup.sh changed");
  const container = docker("create", base, "true");
  const other = docker("commit", container, "kiln-test/cache-other:1");
  docker("rm", container);
  made.push(other, "kiln-test/cache-other:1");
  const moved = await project.build(template([shell("true")], { image: "kiln-test/cache-other:1" }));
  expect(moved.cacheLines[0]).toBe("nothing to start from: source image changed");
});

it("stores no container that holds more than its files", async () => {
  const left = await project.build(
    template([shell("true"), shell("nohup sleep 1000 >/dev/null 2>&1 &"), shell("true")]),
  );
  expect(left.code, left.stdout).toBe(0);
  const refused =
    "could not be stored, the build goes on: an image does not hold processes, and provisioners left some running (sleep 1000)";
  expect(left.cacheLines.slice(1)).toEqual([
    "stored the state after provisioner 1 (shell)",
    `the state after provisioner 2 (shell) ${refused}`,
    `the state after provisioner 3 (shell) ${refused}`,
  ]);
  imageOf(left);
  const shared = await project.build(template([shell("echo x > /packer-files/x")]));
  expect(shared.cacheLines.at(-1)).toMatch(/could not be stored.*an image does not hold what is in \/packer-files$/);
  const volume = await project.build(template([shell("true")], { tmpfs: ["/scratch"] }));
  expect(volume.cacheLines).toEqual([
    "nothing is reused or stored: the container has volumes or tmpfs, and an image does not hold what is in them",
  ]);
  const given = ["-d", "-i", "-t", "--tmpfs", "/scratch", "--entrypoint=/bin/sh", "--", "{{.Image}}"];
  const own = await project.build(template([shell("true")], { run_command: given }));
  expect(own.cacheLines.at(-1)).toMatch(/could not be stored.*what is in the container's volumes \(\/scratch\)$/);
  for (const built of [shared, volume, own]) imageOf(built);
});

it("never takes an image that is gone or is another one now", async () => {
  const steps = template([shell("echo one > /one"), shell("echo two > /two")]);
  const first = contentOf(await project.build(steps));
  const names = docker("images", "--format", "{{.Repository}}:{{.Tag}}", "kiln-cache").split("\n");
  for (const name of names) docker("tag", base, name);
  const foreign = await project.build(steps);
  expect(foreign.cacheLines.slice(0, 2)).toEqual([
    expect.stringMatching(
      /^the state stored after provisioner 2 \(shell\) is not used and goes: its image kiln-cache:\w+ is another one now$/,
    ),
    expect.stringMatching(/^the state stored after provisioner 1 \(shell\) is not used and goes: /),
  ]);
  expect(contentOf(foreign)).toEqual(first);
  for (const name of docker("images", "--format", "{{.Repository}}:{{.Tag}}", "kiln-cache").split("\n"))
    docker("rmi", name);
  const gone = await project.build(steps);
  expect(gone.cacheLines[0]).toMatch(/its image kiln-cache:\w+ is gone$/);
  expect(contentOf(gone)).toEqual(first);
});

it("finds the images of damaged states, and leaves those of other stores alone", async () => {
  const steps = template([shell("echo one > /one"), shell("echo two > /two")]);
  const before = storedImages().length;
  using other = new Project();
  imageOf(await other.build(steps));
  const built = await project.build(steps);
  for (const entry of project.entries()) writeFileSync(join(entry, "record.json"), "");
  const again = contentOf(await project.build(steps));
  expect(again).toEqual(contentOf(built));
  rmSync(join(project.store, "states", "salt"));
  expect(storedImages().length).toBe(before + 6);
  expect((await project.kiln(["cache", "list"])).stdout).toMatch(
    /\n4 image\(s\) of states that are no longer there: kiln cache prune removes them\n$/,
  );
  const pruned = await project.kiln(["cache", "prune"]);
  expect(pruned.stdout).toMatch(/docker image kiln-cache:\w+ {2}of a state that is no longer there, removed\n/);
  expect(pruned.stdout).toMatch(/\n2 state\(s\) and 4 image\(s\) of states that are no longer there, .* removed\n$/);
  expect(storedImages().length).toBe(before + 2);
  expect((await other.kiln(["cache", "prune"])).stdout).toMatch(/\n2 state\(s\), .* removed\n$/);
  expect(storedImages().length).toBe(before);
});

it("leaves no image behind when it is killed between the commit and the entry", async () => {
  const before = storedImages().length;
  const slow =
    '#!/bin/sh\n/usr/bin/docker "$@"; code=$?\n[ "$1" = commit ] && { echo committed >> "$0.log"; sleep 1; }\nexit $code\n';
  project.put("bin/slow-docker", slow, 0o755);
  const log = join(project.folder, "bin", "slow-docker.log");
  const killed = project.build(
    template([shell("echo one > /one")], { docker_path: join(project.folder, "bin", "slow-docker") }),
    ["-cache"],
    {
      onOutput: (soFar, kill) => {
        if (!soFar.includes("Provisioning with")) return;
        const poll = setInterval(() => {
          if (spawnSync("test", ["-s", log]).status !== 0) return;
          clearInterval(poll);
          kill("SIGKILL");
        }, 20);
      },
    },
  );
  expect((await killed).signal).toBe("SIGKILL");
  expect(storedImages().length).toBe(before + 1);
  const cleaned = await project.kiln(["cleanup"]);
  expect(cleaned.code, cleaned.stdout).toBe(0);
  expect(cleaned.stdout).toContain("docker image kiln-cache:");
  expect(storedImages().length).toBe(before);
  expect([...project.entries(), ...project.entries("new")]).toEqual([]);
});

it("serves two builds at once, and gives everything back", async () => {
  const steps = template([shell("echo one > /one"), shell("echo two > /two")]);
  const before = storedImages().length;
  const second = new Project();
  const env = { KILN_CACHE_DIR: project.store };
  mkdirSync(project.store, { recursive: true });
  const builds = await Promise.all([project.build(steps), second.build(steps, ["-cache"], { env })]);
  for (const built of builds) expect(built.code, built.stdout).toBe(0);
  expect(contentOf(builds[0])).toEqual(contentOf(builds[1]));
  expect(project.entries()).toHaveLength(2);
  expect(storedImages().length).toBe(before + 2);
  const after = await second.build(steps, ["-cache"], { env });
  expect(after.cacheLines[0]).toMatch(/^every provisioner is reused/);
  imageOf(after);
  second[Symbol.dispose]();
  const pruned = await project.kiln(["cache", "prune"]);
  expect(pruned.stdout).toMatch(/\n2 state\(s\), .* removed\n$/);
  expect(storedImages().length).toBe(before);
  // What was built stays, whatever it was built upon.
  expect(docker("run", "--rm", "--entrypoint=/bin/cat", imageOf(builds[1]), "/two")).toBe("two");
});

it("makes what a build without the cache makes, whatever is edited in between", async () => {
  const edit = fc.oneof(
    fc.record({ kind: fc.constant("file" as const), name: fc.constantFrom("a", "b"), text: fc.constantFrom("1", "2") }),
    fc.record({
      kind: fc.constant("mode" as const),
      name: fc.constantFrom("a", "b"),
      mode: fc.constantFrom(0o644, 0o755),
    }),
    fc.record({ kind: fc.constant("step" as const), at: fc.nat(3), text: fc.constantFrom("x", "y", "z") }),
    fc.record({ kind: fc.constant("swap" as const), at: fc.nat(2) }),
  );
  const edits = fc.sample(fc.array(edit, { minLength: 1, maxLength: 2 }), { numRuns: 4, seed: Date.now() & 0xffff });
  let steps: object[] = [
    shell("echo x >> /log; cat /opt/a >> /log 2>/dev/null || true"),
    { type: "file", sources: ["files"], destination: "/opt" },
    shell("echo z >> /log; cat /opt/files/a >> /log || true"),
  ];
  for (const name of ["a", "b"]) project.put(`files/${name}`, "0");
  await project.build(template(steps)).then(imageOf);
  let reused = 0;
  for (const round of edits) {
    for (const change of round) {
      if (change.kind === "file") writeFileSync(join(project.folder, "files", change.name), change.text);
      else if (change.kind === "mode") chmodSync(join(project.folder, "files", change.name), change.mode);
      else if (change.kind === "step")
        steps = steps.with(change.at % steps.length, shell(`echo ${change.text} >> /log`));
      else steps = [...steps.slice(0, change.at), ...steps.slice(change.at).toReversed()];
    }
    const cached = await project.build(template(steps));
    const plain = await project.build(template(steps), []);
    expect(contentOf(cached), JSON.stringify(edits)).toEqual(contentOf(plain));
    const again = await project.build(template(steps));
    if (again.cacheLines[0]?.startsWith("every provisioner is reused")) reused++;
    imageOf(again);
  }
  expect(reused).toBe(edits.length);
});
