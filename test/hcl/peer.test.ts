import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { kilnBinary, root, run } from "../kiln.ts";

/** Public templates, under their own licences: not part of the project. */
const corpus = join(process.env["KILN_SHARED"] ?? "", "corpus");
const peer = "/usr/bin/packer";
if (!existsSync(corpus) || !existsSync(peer)) throw new Error("needs KILN_SHARED and Debian's packer");

beforeAll(() => void kilnBinary());

const templates = readdirSync(corpus, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".pkr.hcl"))
  .sort();

/** Words that came after 1.6.6: of a template with these its verdict says nothing. */
const newer =
  /required_plugins|"packer"|in packer|data "|in local "|Unsupported Packer Core version|Call to unknown function/;

it.each([...new Set([...templates, ...templates.map(dirname)])])("%s: the peer's verdict", async (path) => {
  const cwd = path.endsWith(".pkr.hcl") ? join(corpus, dirname(path)) : join(corpus, path);
  const argument = path.endsWith(".pkr.hcl") ? basename(path) : ".";
  const args = ["validate", "-syntax-only", argument];
  const env = { KILN_STATE_DIR: "/nonexistent" };
  const ours = await run(join(root, "packer"), args, { cwd, env });
  const theirs = await run(peer, args, { cwd });
  if (theirs.code !== 0 && newer.test(theirs.stdout)) {
    // What the peer refuses for its age must at least not be refused for anything else.
    expect(ours.stdout).not.toMatch(/unforeseen|TypeError|RangeError/);
    return;
  }
  expect({ code: ours.code, path }).toEqual({ code: theirs.code, path });
});

const examples = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" }).filter((path) =>
  /^[\w-]+\/\w[\w-]*\.json$/.test(path),
);

it.each(examples)("examples/%s upgrades to a valid HCL2 template", async (path) => {
  const folder = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
  execFileSync("cp", ["-r", `${dirname(join(root, "examples", path))}/.`, folder]);
  const env = { KILN_STATE_DIR: join(folder, "state") };
  const upgrade = await run(join(root, "packer"), ["hcl2_upgrade", "-output-file=up.pkr.hcl", basename(path)], {
    cwd: folder,
    env,
  });
  expect(upgrade).toMatchObject({ code: 0, stdout: "Successfully created up.pkr.hcl. Exit 0\n" });
  const formatted = await run(join(root, "packer"), ["fmt", "-check", "up.pkr.hcl"], { cwd: folder, env });
  expect(formatted.code).toBe(0);
  const json = await run(join(root, "packer"), ["validate", basename(path)], { cwd: folder, env });
  const hcl = await run(join(root, "packer"), ["validate", "up.pkr.hcl"], { cwd: folder, env });
  expect({ code: hcl.code, output: hcl.code === 0 ? "" : hcl.stdout }).toEqual({
    code: json.code,
    output: hcl.code === 0 ? "" : hcl.stdout,
  });
  execFileSync("rm", ["-rf", folder]);
});
