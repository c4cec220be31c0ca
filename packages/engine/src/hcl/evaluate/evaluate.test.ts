import { describe, expect, it } from "vitest";
import { planned, refusals, told } from "../template-under-test.ts";

const build = (inside = "") => `
source "mock" "base" {}
build {
  sources = ["source.mock.base"]
  ${inside}
}`;

describe("variables", () => {
  const typed = `
variable "name" {
  type    = string
  default = "from default"
}
variable "sizes" {
  type    = list(number)
  default = [1]
}
source "mock" "base" {
  name  = var.name
  lines = [for s in var.sizes : "s${"$"}{s}"]
}
build { sources = ["mock.base"] }`;
  const name = async (given: Parameters<typeof planned>[1]) => (await planned(typed, given)).seen[0]?.config["name"];

  it("take the last of default, environment, files in order, -var", async () => {
    const env = { PKR_VAR_name: "from env" };
    const varFiles = { "a.pkrvars.hcl": 'name = "from a"', "b.pkrvars.json": '{"name": "from b"}' };
    expect(await name({})).toBe("from default");
    expect(await name({ env })).toBe("from env");
    expect(await name({ env, varFiles })).toBe("from b");
    expect(
      await name({
        env,
        varFiles,
        vars: [
          ["name", "one"],
          ["name", "two"],
        ],
      }),
    ).toBe("two");
  });
  it("have types in JSON syntax too, and text there is literal where nothing may be used", async () => {
    const json = (variable: object): Readonly<Record<string, string>> => ({
      "t.pkr.json": JSON.stringify({
        variable,
        source: { mock: { base: { name: "${var.a}", size: "${var.o.n}" } } },
        build: { sources: ["mock.base"] },
      }),
    });
    const variables = {
      a: { type: "string", default: "x", description: "a ${ b" },
      o: { type: "object({n=optional(number,3)})", default: {} },
    };
    const { seen, found } = await planned(json(variables), { varFiles: { "v.json": '{"a":"pa${ss%{"}' } });
    expect(found).toEqual([]);
    expect(seen[0]?.config).toEqual({ name: "pa${ss%{", size: 3 });
    const wrong = { a: { type: "strnig" }, o: { type: "string and more", default: "" } };
    expect(told((await planned(json(wrong))).found)).toEqual([
      "Invalid type specification @1:27",
      "Invalid type specification @1:48",
      'Unset variable "a" @1:14',
      expect.stringContaining("Unsupported attribute"),
    ]);
  });
  it("read text as an expression where their type is not text", async () => {
    const { seen, found } = await planned(typed, { vars: [["sizes", "[2, 3]"]], env: { PKR_VAR_name: "[x]" } });
    expect(found).toEqual([]);
    expect(seen[0]?.config).toMatchObject({ name: "[x]", lines: ["s2", "s3"] });
  });
  it("tell of values that do not fit, with where they came from", async () => {
    const varFiles = { "v.hcl": "sizes = { a = 1 }" };
    const { found } = await planned(typed, { vars: [["sizes", "[a"]], varFiles });
    expect(told(found)[0]).toBe("Invalid value for variable @1:9");
    expect(found[0]?.detail).toContain('The value for "sizes" from v.hcl');
    expect(found.map((d) => d.subject?.file)).toContain("<value for var.sizes from arguments>");
  });
  it("are all to be set, and -var may set declared ones alone", async () => {
    const { found } = await planned(`variable "region" {}\nvariable "other" {}${build()}`, { vars: [["regoin", "x"]] });
    expect(told(found)).toEqual([
      "Undefined -var variable",
      'Unset variable "region" @1:10',
      'Unset variable "other" @2:10',
    ]);
    expect(found[0]?.detail).toContain('Did you mean "region"?');
  });
  it("say nothing, warn or refuse where a file sets what nobody declares", async () => {
    const varFiles = { "v.hcl": "nobody = 1" };
    const severities = async (undeclared: "silent" | "warn" | "error") =>
      (await planned(build(), { varFiles, undeclared })).found.map((d) => d.severity);
    expect(await severities("silent")).toEqual([]);
    expect(await severities("warn")).toEqual(["warning"]);
    expect(await severities("error")).toEqual(["error"]);
  });
  it("cannot be declared in variable files", async () => {
    const { found } = await planned(build(), { varFiles: { "v.hcl": 'variable "x" {}' } });
    expect(told(found)).toEqual(["Variable declaration in a .pkrvar file @1:1"]);
  });
  it("obey their rules; the default counts only where it wins", async () => {
    const rule = `
variable "id" {
  type    = string
  default = "x"
  validation {
    condition     = length(var.id) > 3 && substr(var.id, 0, 4) == "ami-"
    error_message = "The id must start with ami-."
  }
}${build()}`;
    const bad = await planned(rule);
    expect(told(bad.found)).toEqual(["Invalid value for default variable @2:10"]);
    expect(bad.found[0]?.detail).toContain("The id must start with ami-.");
    expect((await planned(rule, { vars: [["id", "ami-1"]] })).found).toEqual([]);
    expect(told((await planned(rule, { env: { PKR_VAR_id: "zzzz" } })).found)[0]).toContain("for env variable");
  });
  it("run no rule that is about another variable", async () => {
    const { found } = await planned(`
variable "b" { default = 1 }
variable "a" {
  default = 1
  validation {
    condition     = var.b > 0
    error_message = "No."
  }
}${build()}`);
    expect(told(found)).toEqual(["Invalid reference in variable validation @6:21"]);
  });
  it("have texts and flags that convert", async () => {
    const { secrets, found } = await planned(`
variable "pass" {
  default     = "sesame"
  sensitive   = "true"
  description = 5
}${build()}`);
    expect(found).toEqual([]);
    expect(secrets.mask("sesame")).toBe("<sensitive>");
    const wrong = await planned('variable "a" {\n  sensitive = 1\n  description = null\n}');
    expect(told(wrong.found).slice(0, 2)).toEqual(["Unsuitable value type @3:17", "Unsuitable value type @2:15"]);
  });
  it("fill in the defaults of optional attributes", async () => {
    const template = `
variable "disk" {
  type = object({ path = string, size = optional(number, 20), note = optional(string) })
}
source "mock" "base" {
  name = var.disk.path
  size = var.disk.size
  fast = var.disk.note == null
}
build { sources = ["mock.base"] }`;
    const { seen, found } = await planned(template, { vars: [["disk", '{ path = "/d" }']] });
    expect(found).toEqual([]);
    expect(seen[0]?.config).toMatchObject({ name: "/d", size: 20, fast: true });
  });
  it("may ask the environment in defaults, and nothing else", async () => {
    const template = `
variable "home" { default = env("HOME") }
source "mock" "base" { name = var.home }
build { sources = ["mock.base"] }`;
    expect((await planned(template, { env: { HOME: "/h" } })).seen[0]?.config["name"]).toBe("/h");
    const { found } = await planned(
      `variable "a" { default = upper("x") }\nvariable "b" { default = var.a }${build()}`,
    );
    expect(told(found)).toEqual(["Call to unknown function @1:26", "Variables not allowed @2:26"]);
    const member = await planned(`variables {\n  a = upper("x")\n}${build()}`);
    expect(told(member.found)).toEqual(["Call to unknown function @2:7"]);
  });
  it("hide what is sensitive, locals too", async () => {
    const { secrets } = await planned(`
variable "pw" {
  default   = { a = "hunter2", b = ["letmein"] }
  sensitive = true
}
local "token" {
  expression = "t-${"$"}{var.pw.a}"
  sensitive  = true
}${build()}`);
    expect(secrets.mask("hunter2 letmein t-hunter2 free")).toBe("<sensitive> <sensitive> <sensitive> free");
  });
});

describe("locals and data sources", () => {
  it("are evaluated after what they need, whatever their order", async () => {
    const { state, found } = await planned(`
locals {
  c = "${"$"}{local.b}c"
  d = data.mock.one.name
}
data "mock" "one" { name = local.c }
locals {
  b = "${"$"}{local.a}b"
  a = "a"
}${build()}`);
    expect(found).toEqual([]);
    expect(state.locals.get("d")?.text).toBe("abc");
  });
  it("stay unknown where data sources are not asked", async () => {
    const { state, seen, found } = await planned(
      `data "mock" "one" { name = "x" }\nlocals { d = data.mock.one.name }\nsource "mock" "base" { name = "is ${"$"}{local.d}" }\nbuild { sources = ["mock.base"] }`,
      { ask: false },
    );
    expect(found).toEqual([]);
    expect(state.locals.get("d")?.isKnown).toBe(false);
    expect(seen.find(({ build }) => build === "base")?.config["name"]).toBe("is <unknown>");
  });
  it("report circles with the way round, once", async () => {
    const { found } = await planned(`
locals {
  a = local.b
  b = data.mock.one.name
}
data "mock" "one" { name = local.a }${build()}`);
    expect(found.map((d) => d.summary)).toEqual(["failed to prepare execution graph"]);
    expect(found[0]?.detail).toMatch(/data\.mock\.one -> local\.a -> local\.b -> data\.mock\.one$/);
  });
  it("say which name is meant", async () => {
    const { found } = await planned(
      `locals {\n  region = "x"\n  where = local.regoin\n  who = data.mock.nobody.name\n}${build()}`,
    );
    expect(found.map((d) => d.detail)).toEqual(
      ["There is no data source data.mock.nobody.", 'There is no local called "regoin". Did you mean "region"?']
        .toSorted()
        .toReversed(),
    );
  });
  it("cope with chains of ten thousand", async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => `v${i} = local.v${i + 1}`);
    const { state, found } = await planned(`locals {\n${lines.join("\n")}\nv10000 = "end"\n}${build()}`);
    expect(found).toEqual([]);
    expect(state.locals.get("v0")?.text).toBe("end");
  });
});

describe("reading", () => {
  it("refuses duplicates with the earlier place", () => {
    const found = refusals(`
locals { a = 1 }
local "a" { expression = 2 }
source "mock" "x" {}
source "mock" "x" {}
data "mock" "d" {}
data "mock" "d" {}
hcp_packer_registry {}
hcp_packer_registry {}`);
    expect(told(found)).toEqual([
      "Duplicate local definition @3:7",
      "Duplicate source block @5:15",
      "Duplicate data block @7:13",
      "Only one hcp_packer_registry is allowed @9:1",
    ]);
    expect(found[0]?.detail).toContain("t.pkr.hcl:2");
  });
  it("refuses what is no root block, with a guess", () => {
    const found = refusals('sorce "mock" "x" {}\nname = 1\nsource "mock" {}\nvariable "1x" {}');
    expect(told(found)).toEqual(
      ["Unsupported block type @1:1", "Unsupported argument @2:1", "Missing name for source @3:15"].toSorted(
        (a, b) => told(found).indexOf(a) - told(found).indexOf(b),
      ),
    );
    expect(found.find((d) => d.summary === "Unsupported block type")?.detail).toContain('Did you mean "source"?');
  });
  it("looks at the version before anything else", () => {
    expect(told(refusals('packer { required_version = ">= 99" }\nnonsense {}'))).toEqual([
      "Unsupported Packer Core version @1:29",
    ]);
    expect(refusals('packer { required_version = "~> 1.7, != 1.8" }')).toEqual([]);
  });
  it("takes required plugins apart", async () => {
    const { parsed } = await planned(
      `packer {\n  required_plugins {\n    amazon = { version = "~> 1", source = "github.com/hashicorp/amazon" }\n  }\n}${build()}`,
    );
    expect(parsed.requiredPlugins.get("amazon")).toMatchObject({
      version: "~> 1",
      source: "github.com/hashicorp/amazon",
    });
    const bad = (entry: string) => told(refusals(`packer {\n  required_plugins {\n    ${entry}\n  }\n}`));
    expect(bad('a = "1.0"')).toEqual(["Invalid plugin requirement @3:5"]);
    expect(bad('a = { version = "x y", source = "amazon" }')).toEqual([
      "Invalid version constraint @3:5",
      "Invalid source @3:5",
    ]);
    expect(bad('A = { version = "1", source = "github.com/a/b" }')).toEqual(["Invalid plugin local name @3:5"]);
    expect(bad("a = {}")).toEqual(["No version constraint was set @3:5", "No source was set @3:5"]);
  });
});
