import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";

const said = (output: string): readonly string[] =>
  output
    .split("\n")
    .filter((line) => line.includes("says "))
    .map((line) => line.trim());

it("a build without a communicator finishes, with Packer's marks for what it never knew of a connection", async () => {
  using bed = new KilnBed();
  const marks = (value: (name: string) => string): string =>
    `echo 'says ${["Host", "Port", "User"].map(value).join(" ")}'`;
  writeFileSync(
    join(bed.folder, "t.pkr.hcl"),
    `source "null" "x" { communicator = "none" }
build {
  sources = ["null.x"]
  provisioner "shell-local" {
    environment_vars = ["RUN=\${build.PackerRunUUID}"]
    inline           = ["${marks((name) => `\${build.${name}}`)}", "echo says $RUN"]
  }
  post-processor "shell-local" { inline = ["${marks((name) => `\${build.${name}}`)}"] }
}`,
  );
  const step = { type: "shell-local", inline: [marks((name) => `{{build \`${name}\`}}`)] };
  const builders = [{ type: "null", communicator: "none" }];
  const json = { builders, provisioners: [step], "post-processors": [step] };
  writeFileSync(join(bed.folder, "t.json"), JSON.stringify(json));
  const hcl = await bed.run(["build", "-color=false", "t.pkr.hcl"], { cwd: bed.folder });
  expect([hcl.code, said(hcl.stdout)]).toEqual([
    0,
    [
      "null.x: says <unknown> <unknown> <unknown>",
      expect.stringMatching(/^null.x: says [\da-f-]{36}$/),
      "null.x (shell-local): says <unknown> <unknown> <unknown>",
    ],
  ]);
  const legacy = await bed.run(["build", "-color=false", "t.json"], { cwd: bed.folder });
  expect([legacy.code, said(legacy.stdout)]).toEqual([
    0,
    ["null: says <no value> <no value> <no value>", "null (shell-local): says <no value> <no value> <no value>"],
  ]);
});

it("path.root is the directory as it was typed", async () => {
  using bed = new KilnBed();
  mkdirSync(join(bed.folder, "d"));
  writeFileSync(join(bed.folder, "d", "t.pkr.hcl"), 'locals { root = path.root }\nsource "null" "x" {}\n');
  const root = async (path: string): Promise<string> =>
    (await bed.run(["console", path], { cwd: bed.folder, input: "local.root\n" })).stdout.trim();
  expect([await root("d"), await root("d/"), await root("d/t.pkr.hcl")]).toEqual(["d", "d/", "d"]);
});
