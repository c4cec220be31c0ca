import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { nodeHost } from "@kiln/host-node";
import { fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { checksum } from "../../packages/plugins/core/src/post-processors/checksum/index.ts";
import { prepared } from "./prepared.ts";
import { artifactOf, realRun, scratch } from "./real-run.ts";

const types = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];

it.each([0, 100, 9_000_000])("agrees with the tools on %d bytes", async (size) => {
  await using dir = await scratch();
  const file = dir.at("disk.img");
  await writeFile(file, randomBytes(size));
  const ctx = realRun({ input: artifactOf([file]), host: nodeHost() });
  const output = dir.at("{{.ChecksumType}}.sum");
  await prepared(await checksum.prepare({ checksum_types: types, output }, fakePrepareContext())).run(ctx);
  for (const type of types) {
    const [sum] = execFileSync(`${type}sum`, [file]).toString().split(" ");
    expect(await readFile(dir.at(`${type}.sum`), "utf8")).toBe(`${sum}\tdisk.img\n`);
  }
});
