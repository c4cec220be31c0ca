import { expect, it } from "vitest";
import { bool, choice, duration, integer, keyValues, names, paths, text } from "./flag.ts";
import { parseFlags } from "./parse-flags.ts";

const doc = { doc: "" };
const table = {
  color: bool(doc, true),
  force: bool(doc),
  n: integer(doc, 0),
  only: names(doc),
  var: keyValues(doc),
  "var-file": paths(doc),
  mode: choice(doc, ["cleanup", "ask"], "cleanup"),
  kind: choice(doc, ["json", "hcl2"], "json", { anyCase: true }),
  name: text(doc),
  timeout: duration(doc),
} as const;
const parse = (...args: string[]) => parseFlags(table, args);
const values = (...args: string[]) => {
  const parsed = parse(...args);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed;
};

it("takes one dash or two, and values after a space or =", () => {
  const { values: v, positionals } = values("-n", "3", "--name=x", "--var", "a=b=c", "-var=d=", "t.json");
  expect([v.n, v.name, v.var, positionals]).toEqual([
    3,
    "x",
    [
      ["a", "b=c"],
      ["d", ""],
    ],
    ["t.json"],
  ]);
});

it("takes a boolean alone or with =, never the next argument", () => {
  expect(values("-force", "false").positionals).toEqual(["false"]);
  expect(values("-color=F").values.color).toBe(false);
  expect(values("-force=T").values.force).toBe(true);
});

it("stops at the first argument that is no flag, and after --", () => {
  expect(values("a", "-force").positionals).toEqual(["a", "-force"]);
  expect(values("--", "-force").positionals).toEqual(["-force"]);
  expect(values("-", "x").positionals).toEqual(["-", "x"]);
  expect(values("").positionals).toEqual([""]);
});

it("adds up lists and keeps the last of the rest", () => {
  const { values: v } = values(
    "-only=a",
    "-only",
    "b,c",
    "-only=",
    "-var-file=1",
    "-var-file=2",
    "-n=1",
    "-n=0x10",
    "-kind=HCL2",
  );
  expect([v.only, v["var-file"], v.n, v.kind]).toEqual([["a", "b", "c"], ["1", "2"], 16, "hcl2"]);
});

it("reads durations as milliseconds", () => {
  expect(values("-timeout", "1h30m").values.timeout).toBe(5_400_000);
});

// As Go's flag package, and so Packer, says it.
it.each([
  [["-frob"], "flag provided but not defined: -frob"],
  [["--frob=1"], "flag provided but not defined: -frob"],
  [["-var"], "flag needs an argument: -var"],
  [["-var", "a"], `invalid value "a" for flag -var: No '=' value in arg: a`],
  [["-color=x"], 'invalid boolean value "x" for -color: parse error'],
  [["-n=x"], 'invalid value "x" for flag -n: parse error'],
  [["-n=99999999999999999999"], 'invalid value "99999999999999999999" for flag -n: value out of range'],
  [["-mode=zz"], 'invalid value "zz" for flag -mode: expected one of ["cleanup" "ask"]'],
  [["-=x"], "bad flag syntax: -=x"],
  [["---x"], "bad flag syntax: ---x"],
  [
    ["-timeout=5"],
    'invalid value "5" for flag -timeout: parse error: a duration is numbers with units, such as 90s or 1h30m',
  ],
  [["-timeout=-5s"], 'invalid value "-5s" for flag -timeout: the duration must be positive'],
])("refuses %j", (args, error) => {
  expect(parse(...args)).toEqual({ ok: false, error });
});
