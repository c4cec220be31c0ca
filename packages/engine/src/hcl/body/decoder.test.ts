import { describe, expect, it } from "vitest";
import { planned, told } from "../template-under-test.ts";

const source = (inside: string) =>
  planned(`
source "mock" "a" {
${inside}
}
build { sources = ["mock.a"] }`);
const config = async (inside: string) => {
  const { seen, found } = await source(inside);
  expect(found.filter((d) => d.severity === "error")).toEqual([]);
  return seen[0]?.config;
};

describe("options", () => {
  it("convert as HCL2 types do", async () => {
    expect(
      await config(
        `
name = 12
size = "34"
fast = "true"
wait = "1h5m"
lines = toset_is_not_here == 1 ? [] : ["a"]`.replace("toset_is_not_here == 1", "1 == 2"),
      ),
    ).toMatchObject({ name: "12", size: 34, fast: true, wait: 3_900_000, lines: ["a"] });
  });
  it("know null as not given", async () => {
    expect(await config("name = null\nlines = null")).toEqual({});
  });
  it("nest blocks, with their defaults", async () => {
    expect(await config('disk { path = "/a" }\ndisk {\n path = "/b"\n size = 2\n}')).toMatchObject({
      disk: [
        { path: "/a", size: 8 },
        { path: "/b", size: 2 },
      ],
    });
  });
  it("render what is left of Go templates once, late text not at all", async () => {
    expect(
      await config(
        'name = "{{ upper `x` }} {{ timestamp }}"\ncommand = "{{ .Path }}"\ntags = { "{{ lower `K` }}" = "v" }',
      ),
    ).toMatchObject({ name: "X 1709647629", command: "{{ .Path }}", tags: { k: "v" } });
  });
  it("report everything wrong at once, at its place, with what was meant", async () => {
    const { found } = await source(`
  naem  = "x"
  size  = "many"
  fast  = "maybe"
  wait  = "10"
  lines = "one"
  tag   = { a = "b" }
  dsik {}
  name {
  }
  disk {}
  older = "y"`);
    expect(told(found)).toEqual([
      "Unsupported argument @4:3",
      "Unsupported argument @9:3",
      "Unsupported block type @10:3",
      "Unsupported block type @11:3",
      "Incorrect attribute value type @5:11",
      "Incorrect attribute value type @6:11",
      expect.stringContaining("missing unit in duration"),
      "Incorrect attribute value type @8:11",
      "path must be specified @13:3",
      "'older' is deprecated @14:3",
    ]);
    expect(found[0]?.detail).toContain('Did you mean "name"?');
    expect(found[1]?.detail).toContain('Did you mean "tags"?');
    expect(found[2]?.detail).toContain('Did you mean "disk"?');
    expect(found[3]?.detail).toContain('Did you mean to define argument "name"?');
    expect(found[0]?.suggestion).toMatchObject({ with: "name" });
  });
  it("point into text, and know JSON's calls", async () => {
    const { found } = await source('  name = "a {{ user `region` }}"');
    expect(told(found)).toEqual([expect.stringMatching(/^render 'name': .*@3:16$/)]);
    expect(found[0]?.detail).toContain("In HCL2 write ${var.region} instead.");
  });
  it("know values of HCL2 in the wrong braces, and where the environment is open", async () => {
    const { found } = await source('  name = "{{ var.region }}"\n  size = env("SIZE")');
    expect(found[1]?.detail).toContain('declare a variable with default = env("NAME")');
    expect(found[0]?.detail).toContain("are written ${var.region}, not {{ var.region }}");
  });
  it("say which variable was meant", async () => {
    const { found } = await planned(
      'variable "region" { default = "x" }\nsource "mock" "a" {\n  name = var.regoin\n}\nbuild { sources = ["mock.a"] }',
    );
    expect(told(found)).toEqual(["Unsupported attribute @3:13"]);
    expect(found[0]?.detail).toContain('Did you mean "region"?');
  });
  it("mask what is sensitive", async () => {
    const { secrets } = await source('secret = "open sesame"');
    expect(secrets.mask("say open sesame")).toBe("say <sensitive>");
    const late = await source('late_secret = "{{.WinRMPassword}}"');
    expect(late.secrets.mask("{{.WinRMPassword}}")).toBe("{{.WinRMPassword}}");
  });
  it("are the same in JSON syntax", async () => {
    const { seen, found } = await planned({
      "t.pkr.json": JSON.stringify({
        "//": "a comment",
        variable: { n: { default: "x" } },
        source: { mock: { a: { name: "is ${var.n}", disk: [{ path: "/a" }, { path: "/b" }], tags: { k: "v" } } } },
        build: { sources: ["mock.a"], provisioner: [{ mock: { size: 1 } }, { second: {} }] },
      }),
    });
    expect(found).toEqual([]);
    expect(seen.map(({ type }) => type)).toEqual(["mock", "mock", "second"]);
    expect(seen[0]?.config).toMatchObject({ name: "is x", disk: [{ path: "/a" }, { path: "/b" }], tags: { k: "v" } });
  });
  it("read files beside the template", async () => {
    const { seen, found } = await planned(
      'source "mock" "a" {\n  name = file("motd")\n  lines = fileset(".", "*.sh")\n}\nbuild { sources = ["mock.a"] }',
      { files: { "/project/motd": "welcome", "/project/a.sh": "", "/project/b.sh": "" } },
    );
    expect(found).toEqual([]);
    expect(seen[0]?.config).toMatchObject({ name: "welcome" });
  });
});
