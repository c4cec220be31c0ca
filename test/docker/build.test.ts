import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { steady } from "../golden/normalise.ts";
import { DockerBed, tiny } from "./bed.ts";

let bed: DockerBed;
beforeAll(async () => {
  bed = await DockerBed.open();
});
afterAll(() => bed[Symbol.asyncDispose]());

const nothing = { containers: [], images: [], files: [] };
const fresh = (image: string, ...command: readonly string[]): Promise<string> =>
  bed.engine.docker("run", "--rm", image, ...command);
const configOf = async (image: string): Promise<Record<string, unknown>> =>
  JSON.parse(await bed.engine.docker("image", "inspect", "--format", "{{json .Config}}", image)) as Record<
    string,
    unknown
  >;

/** What differs from run to run; and one line that packer 1.6.6 did not say yet. */
function comparable(text: string): readonly string[] {
  return steady(text)
    .replace(/\b[0-9a-f]{64}\b/g, "ID")
    .replace(/tmp\d{6,}/g, "TMP")
    .replace(/\d+\.\d+\.\d+\.\d+/g, "ADDRESS")
    .replaceAll(bed.temporary, "TEMPORARY")
    .replace(/TEMPORARY\/packer-shell\d+/g, "SCRIPT")
    .replace(/container: exit status \d+/g, "container")
    .split("\n")
    .filter((line) => !line.includes("Error determining source Docker image digest"))
    .map((line) => line.trimEnd());
}

describe("packer 1.6.6 and Kiln say the same and make the same:", () => {
  it("committing, with changes, tags and a saved image", async () => {
    writeFileSync(join(bed.folder, "f.txt"), "hello\n");
    const template = bed.template(
      { commit: true, author: "A. Uthor", message: "made", changes: ["ENV A=b", "USER app"] },
      {
        provisioners: [
          { type: "shell", inline: ["echo hi > /etc/built", "id"] },
          { type: "file", source: join(bed.folder, "f.txt"), destination: "/etc/f.txt" },
        ],
        "post-processors": [
          [
            { type: "docker-tag", repository: "out", tags: ["1", "2"] },
            { type: "docker-save", path: "saved.tar" },
          ],
        ],
      },
    );
    const kiln = await bed.build(template);
    const ours = await contents("out:1");
    await bed.engine.docker("rmi", "-f", "out:1", "out:2");
    const packer = await bed.packer(template);
    const theirs = await contents("out:1");
    await bed.engine.docker("rmi", "-f", "out:1", "out:2");
    expect([kiln.code, packer.code]).toEqual([0, 0]);
    expect(comparable(kiln.stdout)).toEqual(comparable(packer.stdout));
    expect(ours).toEqual(theirs);
    expect(await bed.left()).toEqual({ ...nothing, containers: [] });
  });
  it("exporting and importing", async () => {
    const template = bed.template(
      { export_path: "exported/root.tar" },
      {
        provisioners: [{ type: "shell", inline: ["echo hi > /etc/built"] }],
        "post-processors": [{ type: "docker-import", repository: "imported", tag: "1", changes: ["CMD /bin/ls"] }],
      },
    );
    const kiln = await bed.build(template);
    const ours = await contents("imported:1");
    await bed.engine.docker("rmi", "-f", "imported:1");
    const packer = await bed.packer(template);
    const theirs = await contents("imported:1");
    await bed.engine.docker("rmi", "-f", "imported:1");
    expect([kiln.code, packer.code]).toEqual([0, 0]);
    expect(comparable(kiln.stdout)).toEqual(comparable(packer.stdout));
    expect(ours).toEqual(theirs);
  });
  it.each([
    ["a provisioner that fails", { discard: true }, [{ type: "shell", inline: ["echo out; exit 3"] }]],
    ["a container that is discarded", { discard: true }, []],
    ["an image that cannot be pulled", { discard: true, pull: true, image: "127.0.0.1:1/none:1" }, []],
    ["a run_command that docker refuses", { discard: true, run_command: ["--no-such-flag", "{{.Image}}"] }, []],
  ])("%s", async (_, builder, provisioners) => {
    const template = bed.template(builder, { provisioners });
    const kiln = await bed.build(template);
    const packer = await bed.packer(template);
    expect(kiln.code).toBe(packer.code);
    expect(comparable(kiln.stdout)).toEqual(comparable(packer.stdout));
    expect(await bed.left()).toEqual(nothing);
  });

  it("a directory with symbolic links, which are sent as links", async () => {
    const source = join(bed.folder, "linked");
    mkdirSync(join(source, "sub"), { recursive: true });
    writeFileSync(join(source, "sub/f"), "f\n");
    for (const [target, name] of [
      ["/etc/hostname", "absolute"],
      ["f", "sub/beside"],
      ["sub", "directory"],
      ["..", "up"],
      ["itself", "itself"],
      [`/nowhere/${"long/".repeat(30)}grüße`, "dangling"],
    ] as const)
      symlinkSync(target, join(source, name));
    symlinkSync("linked", join(bed.folder, "top"));
    const provisioners = [
      { type: "file", source, destination: "/tmp/new" },
      { type: "file", source: `${source}/`, destination: "/tmp/contents" },
      { type: "file", source: join(bed.folder, "top/"), destination: "/tmp/through" },
      { type: "file", source: join(bed.folder, "top"), destination: "/tmp/top" },
      { type: "shell", inline: ["find /tmp/* -not -name '*.sh' | sort | xargs stat -c '%N %F %a %u:%g'"] },
    ];
    const template = bed.template({ discard: true }, { provisioners });
    const kiln = await bed.build(template);
    const packer = await bed.packer(template);
    expect([kiln.code, packer.code]).toEqual([0, 0]);
    expect(comparable(kiln.stdout)).toEqual(comparable(packer.stdout));
    expect(kiln.stdout).toContain("/tmp/new/absolute' -> '/etc/hostname'");
    expect(await bed.left()).toEqual(nothing);
  });

  /** All files with modes, owners and sums; and what a container of the image is told. */
  async function contents(image: string): Promise<unknown> {
    const list =
      "cd /; find etc bin root home tmp packer-files 2>/dev/null | sort; cat /etc/built /etc/f.txt; stat -c '%n %a %u %g' /etc/* /packer-files";
    const listed = await bed.engine.docker(
      "run",
      "--rm",
      "-u",
      "0",
      "--entrypoint",
      "/bin/busybox",
      image,
      "sh",
      "-c",
      list,
    );
    const { Env, User } = await configOf(image);
    return { listed, Env, User };
  }
});

describe("the image", () => {
  it("keeps command and entrypoint of its source", async () => {
    const source = join(bed.folder, "Dockerfile.source");
    writeFileSync(source, `FROM ${tiny}\nENTRYPOINT ["/bin/echo", "from"]\nCMD ["the", "command"]\nUSER app\n`);
    const done = await bed.build(
      bed.template(
        { image: undefined, pull: undefined, commit: true, build: { path: source, pull: false } },
        {
          provisioners: [{ type: "shell", inline: ["id -un", "test -w /tmp"] }],
        },
      ),
    );
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(done.stdout).toContain("==> docker: Building base image...");
    expect(done.stdout).toMatch(/Finished building base image "sha256:[0-9a-f]{64}"/);
    expect(done.stdout).toContain("    docker: app\n");
    const image = /Image ID: (\S+)/.exec(done.stdout)?.[1] ?? "";
    expect(await fresh(image)).toBe("from the command");
    expect(await bed.engine.docker("images", "-q", "kiln-build")).toBe("");
    await bed.engine.docker("rmi", "-f", image);
    expect((await bed.left()).containers).toEqual([]);
  });
  it("is what its changes say", async () => {
    const done = await bed.build(bed.template({ commit: true, changes: ['cmd ["echo", "changed"]', 'ENV X="y z"'] }));
    const image = /Image ID: (\S+)/.exec(done.stdout)?.[1] ?? "";
    expect(await fresh(image)).toBe("changed");
    await bed.engine.docker("rmi", "-f", image);
  });
});

describe("the container", () => {
  it("runs as the options say", async () => {
    mkdirSync(join(bed.folder, "mounted"));
    writeFileSync(join(bed.folder, "mounted/here"), "mounted\n");
    const done = await bed.build(
      bed.template(
        {
          discard: true,
          container_dir: "/shared",
          volumes: { [join(bed.folder, "mounted")]: "/mounted" },
          tmpfs: ["/memory"],
          cap_drop: ["CHOWN"],
          cap_add: ["SYS_TIME"],
          device: ["/dev/null:/dev/nowhere"],
          exec_user: "app",
          run_command: ["-d", "-i", "-t", "--hostname=chosen", "--entrypoint=/bin/sh", "--", "{{.Image}}"],
        },
        {
          provisioners: [
            {
              type: "shell",
              inline: [
                "echo user $(id -un) host $(cat /etc/hostname) $(cat /mounted/here)",
                "grep -c ' /memory tmpfs' /proc/mounts",
                "ls -d /shared /dev/nowhere",
              ],
            },
          ],
        },
      ),
    );
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(done.stdout).toContain("    docker: user app host chosen mounted");
    expect(done.stdout).toMatch(/docker run --device \S+ --cap-add SYS_TIME --cap-drop CHOWN --tmpfs \/memory -v /);
    expect(done.stdout).toContain("    docker: /dev/nowhere\n    docker: /shared\n");
    expect(await bed.left()).toEqual(nothing);
  });
  it("gets files with their times, and scripts of this moment", async () => {
    writeFileSync(join(bed.folder, "old"), "x");
    utimesSync(join(bed.folder, "old"), 1e9, 1e9);
    const provisioners = [
      { type: "file", source: join(bed.folder, "old"), destination: "/old" },
      { type: "shell", inline: ["stat -c 'modified %Y' /old $0"] },
    ];
    const done = await bed.build(bed.template({ discard: true }, { provisioners }));
    const [old, script] = Array.from(done.stdout.matchAll(/modified (\d+)/g), ([, seconds]) => Number(seconds));
    expect(old).toBe(1e9);
    expect(Math.abs(Date.now() / 1000 - (script ?? 0))).toBeLessThan(600);
  });
  it("gives a terminal with pty", async () => {
    const inline = ["test -t 1 && echo on a terminal"];
    const done = await bed.build(
      bed.template({ discard: true, pty: true }, { provisioners: [{ type: "shell", inline }] }),
    );
    expect(done.stdout).toContain("    docker: on a terminal");
  });
  it("takes directories and gives them back, to the owner that its user is", async () => {
    const tree = join(bed.folder, "tree");
    mkdirSync(join(tree, "sub"), { recursive: true });
    writeFileSync(join(tree, "sub/a.sh"), "#!/bin/sh\n", { mode: 0o755 });
    symlinkSync("sub/a.sh", join(tree, "link"));
    const run_command = ["-d", "-i", "-t", "-u", "app:staff", "--entrypoint=/bin/sh", "--", "{{.Image}}"];
    const build = (more: object) =>
      bed.build(
        bed.template(
          { discard: true, run_command, ...more },
          {
            provisioners: [
              { type: "file", source: tree, destination: "/tmp" },
              { type: "file", source: `${tree}/`, destination: "/tmp/new" },
              {
                type: "shell",
                inline: [
                  "stat -c '%n %a %u:%g' /tmp/tree /tmp/tree/sub/a.sh /tmp/new/link",
                  "ln -s /etc/passwd /tmp/new/sub/out",
                ],
              },
              { type: "file", direction: "download", source: "/tmp/new/", destination: join(bed.folder, "back/") },
            ],
          },
        ),
      );
    const done = await build({});
    expect([done.code, done.stderr]).toEqual([0, ""]);
    for (const line of ["/tmp/tree 755 1000:50", "/tmp/tree/sub/a.sh 755 1000:50", "/tmp/new/link 777 1000:50"]) {
      expect(done.stdout).toContain(`    docker: ${line}`);
    }
    expect(readFileSync(join(bed.folder, "back/new/link"), "utf8")).toBe("#!/bin/sh\n");
    expect(readFileSync(join(bed.folder, "back/new/sub/out"), "utf8")).toContain("app:x:1000");
    const asRoot = await build({ fix_upload_owner: false });
    expect(asRoot.stdout).toContain("    docker: /tmp/tree 755 0:0");
  });
});
