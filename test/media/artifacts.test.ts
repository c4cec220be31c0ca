import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";

let bed: KilnBed;
beforeEach(() => {
  bed = new KilnBed();
});
afterEach(() => bed[Symbol.dispose]());
const at = (name: string): string => join(bed.folder, name);
const sh = (command: string): string => execFileSync("sh", ["-c", command], { cwd: bed.folder }).toString();

function template(chains: readonly (readonly Readonly<Record<string, unknown>>[])[]): string {
  const builders = [{ type: "null", communicator: "none" }];
  writeFileSync(at("t.json"), JSON.stringify({ builders, "post-processors": chains }));
  return at("t.json");
}

/** What a QEMU build leaves: two disks, mostly holes, and the firmware's variables. */
function qemuFiles(): void {
  mkdirSync(at("out"));
  sh("head -c 3000000 /dev/urandom >out/vm && truncate -s 400M out/vm");
  sh("head -c 1000000 /dev/urandom >out/tail && truncate -s 64M out/vm-1 && cat out/tail >>out/vm-1 && rm out/tail");
  sh("head -c 540672 /dev/urandom >out/efivars.fd");
}

describe("the files of a virtual machine", () => {
  const names = ["efivars.fd", "vm", "vm-1"];

  it("go through artifice, checksum, manifest and compress as they are", async () => {
    qemuFiles();
    const path = template([
      [
        { type: "artifice", files: ["out/*"] },
        { type: "checksum", checksum_types: ["sha256", "md5"], output: "sums.{{.ChecksumType}}" },
        { type: "manifest", output: "manifest.json", strip_time: true },
        { type: "compress", output: "vm.tar.gz", keep_input_artifact: true },
      ],
    ]);
    const built = await bed.run(["build", "-color=false", path], { cwd: bed.folder });
    expect(built.code, built.stdout).toBe(0);
    for (const type of ["sha256", "md5"])
      expect(sh(`cd out && tr '\\t' ' ' <../sums.${type} | sed 's/ /  /' | ${type}sum -c`)).toBe(
        names.map((name) => `${name}: OK\n`).join(""),
      );
    const { builds } = JSON.parse(readFileSync(at("manifest.json"), "utf8")) as {
      builds: { files: { name: string; size: number }[] }[];
    };
    const inside = names.map((name) => `out/${name}`).concat("sums.sha256", "sums.md5");
    expect(builds[0]?.files).toEqual(inside.map((name) => ({ name, size: statSync(at(name)).size })));
    // Holes cost next to nothing.
    expect(statSync(at("vm.tar.gz")).size).toBeLessThan(12_000_000);
    sh("mkdir back && tar -xzf vm.tar.gz -C back");
    for (const name of names) sh(`cmp out/${name} back/${name}`);
  });

  it("go into a zip, and an archive for one file refuses several", async () => {
    qemuFiles();
    const files = { type: "artifice", files: ["out/*"] };
    const kept = { keep_input_artifact: true };
    const zip = template([[files, { type: "compress", output: "vm.zip", ...kept }]]);
    const built = await bed.run(["build", "-color=false", zip], { cwd: bed.folder });
    expect(built.code, built.stdout).toBe(0);
    expect(sh("unzip -tq vm.zip")).toContain("No errors detected");
    const single = template([[files, { type: "compress", output: "vm.lz4", ...kept }]]);
    const refused = await bed.run(["build", "-color=false", single], { cwd: bed.folder });
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain(
      "Can only have 1 input file when not using tar/zip. Found 3 files: [out/efivars.fd out/vm out/vm-1]",
    );
  });

  it("that went away, or are a directory, are told by name", async () => {
    mkdirSync(at("out/sub"), { recursive: true });
    const files = { type: "artifice", files: ["out/*"] };
    for (const [next, message] of [
      [{ type: "checksum" }, /unable to open file out\/sub: /],
      [{ type: "vagrant", provider_override: "vmware" }, /cannot put out\/sub into the box: it is a directory/],
      [{ type: "compress", output: "x.tar.gz" }, /out\/sub/],
    ] as const) {
      const run = await bed.run(["build", "-color=false", template([[files, next]])], { cwd: bed.folder });
      expect(run.code, run.stdout).toBe(1);
      expect(run.stdout).toMatch(message);
      expect(run.stdout).not.toMatch(/^\s+at /m);
    }
  });
});

it("an artifact without files has an entry without files", async () => {
  const path = template([[{ type: "manifest", output: "m.json" }]]);
  const built = await bed.run(["build", "-color=false", path], { cwd: bed.folder });
  expect(built.code, built.stdout).toBe(0);
  expect(JSON.parse(readFileSync(at("m.json"), "utf8"))).toMatchObject({ builds: [{ files: null }] });
});
