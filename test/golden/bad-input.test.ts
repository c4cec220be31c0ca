import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kilnBinary, root, run } from "../kiln.ts";

const folder = mkdtempSync(join(tmpdir(), "kiln-bad-input-"));
const nul = { type: "null", communicator: "none" };
const shellLocal = { type: "shell-local", inline: ["true"] };

beforeAll(() => {
  kilnBinary();
  mkdirSync(join(folder, "directory.json"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function kiln(args: readonly string[], input = "") {
  return run(join(root, "packer"), args, { cwd: folder, env: { KILN_STATE_DIR: join(folder, "state") }, input });
}

interface Case {
  readonly template: unknown;
  readonly args?: readonly string[];
  /** Each must stand in the output: all mistakes are told at once. */
  readonly told: readonly string[];
}

// Every mistake that a JSON template can show: place, words, suggestion.
const cases: Readonly<Record<string, Case>> = {
  "a JSON syntax error": {
    template: '{"builders":[{"type":"null",}],\n "x" 1}',
    told: [
      "Failed to parse template: Error parsing JSON: invalid character '}'",
      "At line 1, column 29 (offset 29):",
      "At line 2, column 7 (offset 38):",
    ],
  },
  "an unknown key at the root": {
    template: { builders: [nul], provisionners: [] },
    told: ["Unknown root level key in template: 'provisionners'", 'Did you mean "provisioners"?', "line 8, column 3"],
  },
  "unknown keys of a builder, a provisioner and a post-processor": {
    template: {
      builders: [{ ...nul, ssh_hots: "x" }],
      provisioners: [{ ...shellLocal, inlin: "x" }],
      "post-processors": [{ type: "manifest", outptu: "x" }],
    },
    told: [
      `'"ssh_hots"'`,
      `'"inlin"'`,
      `'"outptu"'`,
      'Did you mean "ssh_host"?',
      'Did you mean "inline"?',
      'Did you mean "output"?',
    ],
  },
  "wrong types": {
    template: { builders: [{ ...nul, ssh_port: "abc", ssh_host: ["a"], ssh_pty: "maybe", ssh_ciphers: [{}] }] },
    told: [
      "'ssh_host' expected type 'string'",
      "cannot parse 'ssh_port' as int",
      "cannot parse 'ssh_pty' as bool",
      "'ssh_ciphers[0]' expected type 'string'",
    ],
  },
  "an unset required variable": {
    template: { variables: { region: null, size: null }, builders: [nul] },
    told: ["required variable not set: region", "required variable not set: size", "-var 'region=VALUE'"],
  },
  "an unset variable, and mistakes that have nothing to do with it": {
    template: {
      variables: { who: null },
      builders: [
        { ...nul, name: "a", ssh_port: "{{user `who`}}" },
        { ...nul, name: "b", ssh_port: "abc" },
      ],
      provisioners: [{ type: "shell", script: "/nowhere/setup.sh" }],
    },
    told: [
      "required variable not set: who",
      "cannot parse 'ssh_port' as int: strconv.ParseInt: parsing \"abc\"",
      "Bad script '/nowhere/setup.sh'",
    ],
  },
  "an undefined variable in another": {
    template: { variables: { region: "x", place: "{{user `regoin`}}" }, builders: [nul] },
    told: ["variable not set: regoin", 'Did you mean "region"?'],
  },
  "variables in a circle": {
    template: { variables: { a: "{{user `b`}}", b: "{{user `c`}}", c: "{{user `a`}}" }, builders: [nul] },
    told: ["a -> b -> c -> a"],
  },
  "an unknown component": {
    template: { builders: [{ type: "nul" }], provisioners: [{ type: "shel" }] },
    told: ['Did you mean to use "null"?', 'Did you mean to use "shell"?'],
  },
  "duplicate names": {
    template: { builders: [nul, nul] },
    told: ["builder 2: builder with name 'null' already exists"],
  },
  "a duplicate field": {
    template: '{"builders":[{"type":"null","type":"file"}]}',
    told: ["template has duplicate field: type", "line 1, column 29"],
  },
  "a bad duration": {
    template: { builders: [{ ...nul, ssh_timeout: "5 minutes" }], provisioners: [shellLocal] },
    told: ["error decoding 'ssh_timeout': time:", 'such as "90s", "1h5m"'],
  },
  "a bad duration of the engine's own": {
    template: { builders: [nul], provisioners: [{ ...shellLocal, pause_before: "soon" }] },
    told: [`provisioner 1: Error decoding provisioner: error decoding 'pause_before': time: invalid duration "soon"`],
  },
  "a bad template function": {
    template: { builders: [nul], provisioners: [{ type: "shell-local", inline: ["echo {{build_nme}}"] }] },
    told: ['function "build_nme" not defined', 'Did you mean "build_name"?'],
  },
  "a template that is not closed": {
    template: { builders: [nul], provisioners: [{ type: "shell-local", inline: ["echo {{user `x`"] }] },
    told: ["invalid 'inline': template: root:1: unclosed action"],
  },
  "an environment variable outside of variables": {
    template: { builders: [nul], provisioners: [{ type: "shell-local", inline: ["{{env `HOME`}}"] }] },
    told: ["env vars are not allowed here"],
  },
  "a variables file that is not there, and one that holds no texts": {
    template: { builders: [nul] },
    args: ["-var-file=nope.json"],
    told: ["open nope.json: no such file or directory"],
  },
  "a script that does not exist": {
    template: { builders: [nul], provisioners: [{ type: "shell-local", script: "nope.sh" }] },
    told: ["Bad script 'nope.sh'"],
  },
};

it.each(Object.entries(cases))("%s", async (name, { template, args = [], told }) => {
  const file = `${name.replace(/\W+/g, "-")}.json`;
  writeFileSync(join(folder, file), typeof template === "string" ? template : JSON.stringify(template, null, 2));
  const { code, stdout, stderr } = await kiln(["validate", ...args, file]);
  expect(code).toBe(1);
  expect(stderr).toBe("");
  for (const words of told) expect(stdout).toContain(words);
  expect(stdout).not.toMatch(/\n {4}at /);
});

it("a template that is not there, or is no file", async () => {
  const missing = await kiln(["build", "nope.json"]);
  expect([missing.code, missing.stdout]).toEqual([
    1,
    expect.stringContaining('"nope.json": stat nope.json: no such file or directory'),
  ]);
  const directory = await kiln(["fix", "directory.json"]);
  expect([directory.code, directory.stdout]).toEqual([
    1,
    expect.stringContaining("Error opening template: open directory.json:"),
  ]);
});

it("a template from standard input, told as such", async () => {
  const { code, stdout } = await kiln(["validate", "-"], '{"builders":[]}');
  expect([code, stdout]).toEqual([1, expect.stringContaining("on <stdin> line 1, column 1")]);
});

it("a template of 50 MB in seconds, its only mistake at its place", async () => {
  const lines = Array.from({ length: 1200 }, (_, i) => ({
    type: "shell-local",
    inline: [`echo ${i} ${"x".repeat(43_000)}`],
  }));
  writeFileSync(
    join(folder, "big.json"),
    JSON.stringify({ builders: [nul], provisioners: [...lines, { type: "shell-local", inlin: ["x"] }] }, null, 1),
  );
  const started = performance.now();
  const { code, stdout } = await kiln(["validate", "big.json"]);
  expect(code).toBe(1);
  expect(stdout).toContain(`unknown configuration key: '"inlin"'`);
  expect(stdout).toContain("on big.json line 7211, column 4:");
  expect((performance.now() - started) / 1000).toBeLessThan(30);
});

it("refuses what it cannot write", async () => {
  cpSync(join(root, "test/data/golden-1.6.6/null.json"), join(folder, "null.json"));
  const { code, stdout } = await kiln(["build", "-output=xml", "null.json"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/invalid value "xml" for flag -output: expected one of \["text" "jsonl"\]\n$/);
});

it("says which log file cannot be made", async () => {
  const env = { KILN_STATE_DIR: join(folder, "state"), PACKER_LOG_PATH: join(folder, "none", "x.log") };
  writeFileSync(join(folder, "logged.json"), JSON.stringify({ builders: [nul] }));
  const { code, stdout } = await run(join(root, "packer"), ["build", "logged.json"], { cwd: folder, env });
  expect(code).toBe(1);
  expect(stdout).toContain(`Couldn't setup log output: open ${env.PACKER_LOG_PATH}: no such file or directory`);
});
