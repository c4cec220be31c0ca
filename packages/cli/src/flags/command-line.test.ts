import { expect, it } from "vitest";
import { readCommandLine } from "./command-line.ts";
import { commandTable } from "./command-table.ts";

const read = (...args: string[]) => readCommandLine("packer", args);
const printed = (...args: string[]) => {
  const line = read(...args);
  if (line.command !== "print") throw new Error(`runs ${line.command}`);
  return line;
};

it("hands a command its flags and arguments", () => {
  const line = read("build", "-force", "-parallel-builds=1", "-var", "a=b", "t.json");
  expect(line).toMatchObject({ command: "build", positionals: ["t.json"] });
  expect(line.command === "build" && [line.flags.force, line.flags["parallel-builds"], line.flags.var]).toEqual([
    true,
    1,
    [["a", "b"]],
  ]);
});

// Exit codes and first lines as of Packer 1.6.6 and core-behaviour §1.1.
it.each([
  [[], 127, "Usage: packer [--version] [--help] <command> [<args>]"],
  [["frobnicate"], 127, "Usage: packer [--version] [--help] <command> [<args>]"],
  [["frob", "-h"], 127, "Usage: packer [--version] [--help] <command> [<args>]"],
  [["--help"], 0, "Usage: packer [--version] [--help] <command> [<args>]"],
  [["build", "-h"], 0, "Usage: packer build [options] TEMPLATE"],
  [["-h", "build"], 0, "Usage: packer build [options] TEMPLATE"],
  [["build", "t.json", "--help"], 0, "Usage: packer build [options] TEMPLATE"],
  [["build"], 1, "Usage: packer build [options] TEMPLATE"],
  [["build", "a", "b"], 1, "Usage: packer build [options] TEMPLATE"],
  [["fix"], 1, "Usage: packer fix [options] TEMPLATE"],
  [["-color=false", "build", "t.json"], 1, "Invalid flags before the subcommand. If these flags are for"],
])("%j ends with %i", (args, code, first) => {
  const line = printed(...args);
  expect([line.code, line.text.split("\n")[0]]).toEqual([code, first]);
});

it("takes flags after a word that must come first", () => {
  expect(read("cache", "prune", "-dry-run", "-older-than=72h", "-max-size", "1.5GiB")).toMatchObject({
    command: "cache",
    positionals: ["prune"],
    flags: { "dry-run": true, "older-than": 259_200_000, "max-size": 1_610_612_736 },
  });
  expect(read("cache", "-dry-run", "prune")).toMatchObject({ positionals: ["prune"], flags: { "dry-run": true } });
  for (const args of [["cache"], ["cache", "clear"], ["cache", "list", "x"]]) expect(printed(...args).code).toBe(1);
  expect(printed("cache", "prune", "-max-size=big").text).toMatch(/a size is a number with a unit/);
});

it("prints the usage, then what is wrong with a flag", () => {
  expect(printed("validate", "-frob", "t.json").text).toMatch(
    /^Usage: packer validate[^]*\nflag provided but not defined: -frob$/,
  );
  expect(printed("build", "-v", "t.json").text).toMatch(/\nflag provided but not defined: -v$/);
  expect(printed("validate", "--machine-readable", "t.json").text).toMatch(/not defined: -machine-readable$/);
});

it("says that flags go before the template", () => {
  expect(printed("build", "t.json", "-force").text).toMatch(
    /\n-force comes after an argument that is no flag: flags go before t\.json\.$/,
  );
});

it("knows the version flags in front of a command alone", () => {
  for (const args of [["-v"], ["-version"], ["--version", "build"], ["version", "extra", "-x"]])
    expect(read(...args).command).toBe("version");
});

it("does not take help after -- for help", () => {
  expect(read("build", "--", "-h")).toMatchObject({ command: "build", positionals: ["-h"] });
});

it("gives every command of Packer's that it has all of Packer's flags", () => {
  const common = ["config-type", "except", "only", "var", "var-file"];
  const wanted = {
    build:
      "color debug force ignore-prerelease-plugins machine-readable on-error parallel-builds skip-enforcement timestamp-ui use-sequential-evaluation warn-on-undeclared-var",
    validate:
      "evaluate-datasources ignore-prerelease-plugins no-warn-undeclared-var syntax-only use-sequential-evaluation",
    inspect: "use-sequential-evaluation",
    fix: "validate",
  } as const;
  for (const [name, flags] of Object.entries(wanted)) {
    const has = Object.keys(commandTable[name as keyof typeof wanted].flags);
    expect(has).toEqual(expect.arrayContaining([...common, ...flags.split(" ")]));
  }
});
