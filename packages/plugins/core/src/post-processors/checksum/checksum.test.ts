import type { PostProcessContext } from "@kiln/sdk";
import { FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { fileListArtifact } from "../file-list-artifact.ts";
import { checksum } from "./index.ts";

const defaults = {
  checksum_types: ["md5"],
  output: "packer_{{.BuildName}}_{{.BuilderType}}_{{.ChecksumType}}.checksum",
};
async function run(settings: Partial<typeof defaults>, host: FakeHost, files: readonly string[]): Promise<string> {
  const ctx = Object.assign(new FakeRun({ host, buildName: "web", builderType: "null" }), {
    input: fileListArtifact("test", files, host),
  });
  const ready = await checksum.prepare({ ...defaults, ...settings }, fakePrepareContext());
  if (!ready.ok) throw new Error(ready.diagnostics[0]?.summary);
  const { artifact, keepInput, forceKeep } = await ready.value.run(ctx as unknown as PostProcessContext);
  expect({ keepInput, forceKeep, id: artifact?.builderId }).toEqual({
    keepInput: true,
    forceKeep: true,
    id: "packer.post-processor.checksum",
  });
  return artifact?.describe() ?? "";
}
/** The fake host's digests are its own; `test/core` has real ones. */
const sumOf = async (type: string, file: string, host: FakeHost): Promise<string | undefined> =>
  (await host.files.digest(file, [type]))[type];

it("adds a line per file, and the new files to the artifact", async () => {
  const host = new FakeHost({ files: { "dir/a": "one", b: "two" } });
  expect(await run({}, host, ["dir/a", "b"])).toBe(
    "Created artifact from files: dir/a, b, packer_web_null_md5.checksum",
  );
  const lines = `${await sumOf("md5", "dir/a", host)}\ta\n${await sumOf("md5", "b", host)}\tb\n`;
  expect(host.files.text("packer_web_null_md5.checksum")).toBe(lines);
  expect(await run({}, host, ["dir/a", "b"])).toBe("Created artifact from files: dir/a, b");
  expect(host.files.text("packer_web_null_md5.checksum")).toBe(lines + lines);
});

it("makes a file for each type where its name says the type, and directories as needed", async () => {
  const host = new FakeHost({ files: { a: "one" } });
  expect(await run({ checksum_types: ["sha1", "sha512"], output: "sums/{{.ChecksumType}}" }, host, ["a"])).toBe(
    "Created artifact from files: a, sums/sha1, sums/sha512",
  );
  expect(host.files.text("sums/sha1")).toBe(`${await sumOf("sha1", "a", host)}\ta\n`);
});

it("writes nothing for an artifact without files", async () => {
  const host = new FakeHost();
  expect(await run({}, host, [])).toBe("Created artifact from files: ");
  expect(host.files.paths()).toEqual([]);
});

it("refuses an unknown type, with the one that was meant", async () => {
  const result = await checksum.prepare({ ...defaults, checksum_types: ["md5", "sha25"] }, fakePrepareContext());
  expect(result).toMatchObject({
    ok: false,
    diagnostics: [{ summary: "Unrecognized checksum type: sha25", detail: 'Did you mean "sha256"?' }],
  });
});

it("says what it cannot read or write", async () => {
  await expect(run({}, new FakeHost(), ["nope"])).rejects.toThrow("unable to open file nope: ");
  const host = new FakeHost({ files: { a: "one" } });
  host.files.failWith("packer_web_null_md5.checksum", "ENOSPC");
  await expect(run({}, host, ["a"])).rejects.toThrow("no space left on device");
});
