import { describe, expect, it } from "vitest";
import { planned, told } from "../template-under-test.ts";

const names = (result: Awaited<ReturnType<typeof planned>>) => result.plan.builds.map(({ name }) => name);

describe("builds", () => {
  it("are named by build, type and the name in the build; the plain name is that of the source", async () => {
    const result = await planned(`
source "mock" "a" {}
source "other" "b" {}
build {
  name    = "web"
  sources = ["source.mock.a", "other.b"]
  source "mock.a" {
    name = "again"
    size = 3
  }
}
build { sources = ["sources.mock.a"] }`);
    expect(result.found).toEqual([]);
    expect(names(result)).toEqual(["web.mock.a", "web.other.b", "web.mock.again", "mock.a"]);
    expect(result.plan.builds[2]?.plainName).toBe("a");
    expect(result.seen[2]?.config["size"]).toBe(3);
  });
  it("are chosen by patterns over the whole name", async () => {
    const template = `
source "mock" "a" {}
source "mock" "b" {}
build {
  name    = "web"
  sources = ["mock.a", "mock.b"]
}`;
    expect(names(await planned(template, { only: ["*.a"] }))).toEqual(["web.mock.a"]);
    expect(names(await planned(template, { except: ["web.mock.{b,c}"] }))).toEqual(["web.mock.a"]);
    expect(told((await planned(template, { only: ["a"] })).found)[0]).toContain("not all matches were found");
  });
  it("leave out a post-processor by name, with what follows it where it applies", async () => {
    const template = `
source "mock" "x" {}
source "mock" "y" {}
build {
  sources = ["mock.x", "mock.y"]
  post-processors {
    post-processor "mock" { name = "first" }
    post-processor "mock" {
      name = "second"
      only = ["mock.y"]
    }
    post-processor "third" {}
  }
}`;
    const chains = async (except: string) => {
      const { plan, found } = await planned(template, { except: [except, "mock.z"] });
      expect(found).toEqual([]);
      return plan.builds.map(({ postProcessors: [chain = []] }) => chain.map(({ type, name }) => name || type));
    };
    expect(await chains("second")).toEqual([["first", "third"], ["first"]]);
    expect(await chains("mock.y")).toEqual([["first", "third"]]);
    expect(told((await planned(template, { except: ["no*"] })).found)[0]).toContain("did not match any build");
  });
  it("may add to a source, but not change it", async () => {
    const { found } = await planned(`
source "mock" "a" {
  name = "x"
}
build {
  source "mock.a" {
    name = "local"
    size = 1
  }
  source "mock.a" {
    fast = true
    tags = {}
  }
}
build {
  source "mock.a" {
    secret = "y"
    lines  = ["1"]
  }
}`);
    expect(found).toEqual([]);
    const clash = await planned(`
source "mock" "a" { size = 1 }
build {
  source "mock.a" {
    size = 2
  }
}`);
    expect(told(clash.found)).toEqual(["Duplicate argument @5:5"]);
  });
  it("tell of unknown, bad and missing sources", async () => {
    const { found } = await planned(`
source "mock" "base" {}
build { sources = ["mock.bsae", "nothing"] }
build { name = "empty" }
build {
  sources = [1, { a = 1 }]
}`);
    expect(told(found)).toEqual([
      "Unknown source mock.bsae @3:20",
      "Invalid source reference @3:33",
      "missing source reference @4:1",
      "Unsuitable value type @6:13",
    ]);
    expect(found[0]?.detail).toContain('Did you mean "mock.base"?');
  });
  it("refuse null where a source should be", async () => {
    const wrong = async (sources: string) => told((await planned(`build { sources = ${sources} }`)).found);
    expect(await wrong("null")).toEqual(["missing source reference @1:1"]);
    expect(await wrong("[]")).toEqual(["missing source reference @1:1"]);
    expect(await wrong("[null]")).toEqual(["Unsuitable value type @1:19"]);
  });
  it("are made by dynamic blocks", async () => {
    const result = await planned(`
source "mock" "base" {}
locals { versions = { "13" = "bullseye", "14" = "trixie" } }
build {
  dynamic "source" {
    for_each = local.versions
    labels   = ["mock.base"]
    content {
      name = source.value
      size = source.key
      dynamic "disk" {
        for_each = ["/a", "/b"]
        iterator = it
        content { path = it.value }
      }
    }
  }
  dynamic "provisioner" {
    for_each = ["one", "two"]
    labels   = ["mock"]
    content {
      name = "step ${"$"}{provisioner.value}"
      only = ["mock.bullseye"]
    }
  }
}`);
    expect(result.found).toEqual([]);
    expect(names(result)).toEqual(["mock.bullseye", "mock.trixie"]);
    expect(result.seen[0]?.config).toMatchObject({
      size: 13,
      disk: [
        { path: "/a", size: 8 },
        { path: "/b", size: 8 },
      ],
    });
    expect(result.plan.builds.map(({ provisioners }) => provisioners.length)).toEqual([2, 0]);
  });
  it("have at most one error-cleanup-provisioner, and chains of post-processors", async () => {
    const result = await planned(`
source "mock" "base" {}
build {
  sources = ["mock.base"]
  error-cleanup-provisioner "mock" {}
  error-cleanup-provisioner "second" {}
  post-processor "mock" { name = "first" }
  post-processors {
    post-processor "mock" {}
    post-processor "third" { keep_input_artifact = true }
  }
}`);
    expect(told(result.found)).toEqual(["Only one error-cleanup-provisioner is allowed @6:3"]);
    const [build] = result.plan.builds;
    expect(build?.onError?.type).toBe("mock");
    expect(build?.postProcessors.map((chain) => chain.map(({ type, name }) => [type, name]))).toEqual([
      [["mock", "first"]],
      [
        ["mock", ""],
        ["third", ""],
      ],
    ]);
    expect(build?.postProcessors[1]?.[1]?.meta.keepInputArtifact).toBe(true);
  });
  it("explain hcp_packer_registry unless it is off", async () => {
    const template = `
hcp_packer_registry {
  bucket_name = "x!"
}
source "mock" "base" {}
build { sources = ["mock.base"] }`;
    expect(told((await planned(template)).found)).toEqual([
      "Invalid bucket name @3:17",
      "hcp_packer_registry has no effect @2:1",
    ]);
    expect((await planned(template, { env: { HCP_PACKER_REGISTRY: "off" } })).found).toEqual([]);
  });
});

describe("provisioners", () => {
  it("act by their meta-arguments", async () => {
    const result = await planned(`
variable "wait" { default = "90s" }
source "mock" "a" {}
source "mock" "b" {}
build {
  sources = ["mock.a"]
  source "mock.b" { name = "bee" }
  provisioner "mock" {
    pause_before      = var.wait
    timeout           = "1m"
    max_retries       = 2
    continue_on_error = true
    except            = ["mock.bee"]
    name              = "named"
  }
  provisioner "second" {
    size     = 1
    override = {
      "bee" = { size = 5, tags = { a = "b" } }
    }
  }
}`);
    expect(result.found).toEqual([]);
    const [a, bee] = result.plan.builds;
    expect(a?.provisioners[0]?.meta).toMatchObject({
      pauseBeforeMs: 90_000,
      timeoutMs: 60_000,
      maxRetries: 2,
      continueOnError: true,
    });
    expect(bee?.provisioners.map(({ type }) => type)).toEqual(["second"]);
    expect(result.seen.filter(({ type }) => type === "second").map(({ config }) => config["size"])).toEqual([1, 5]);
  });
  it("see the build they run in, now and during the run", async () => {
    const result = await planned(`
source "mock" "a" {}
build {
  name = "web"
  source "mock.a" { name = "bee" }
  provisioner "mock" {
    name    = "n"
    secret  = "${"$"}{source.type}.${"$"}{source.name} ${"$"}{build.name} ${"$"}{packer.version} ${"$"}{path.root} {{ build_name }}"
    lines   = [build.ID, build.SourceImage]
    command = "{{ .Vars }} ${"$"}{build.Host}"
  }
}`);
    expect(result.found).toEqual([]);
    const seen = result.seen.at(-1)?.config;
    expect(seen?.["secret"]).toBe("mock.bee web 1.16.0 . a");
    expect(seen?.["lines"]).toEqual(["<unknown>", "<unknown>"]);
    const bound = await result.plan.builds[0]?.provisioners[0]?.bind({
      ID: "i-1",
      SourceImage: "img",
      Host: "h",
      name: "web",
    });
    expect(bound?.ok).toBe(true);
    expect(result.seen.at(-1)?.config).toMatchObject({ lines: ["i-1", "img"], command: "{{ .Vars }} h" });
  });
  it("are checked with a text in place of what the run will know, as far as that will do", async () => {
    const result = await planned(`
source "mock" "a" {}
build {
  sources = ["mock.a"]
  provisioner "mock" {
    secret = "ID=${"$"}{build.ID}, ${"$"}{upper(build.Host)}"
    size   = build.Port + 1
    wait   = "${"$"}{build.Port}s"
    lines  = [build.Host == "h" ? "ours" : "theirs", split(":", build.ID)[1]]
  }
}`);
    expect(result.found).toEqual([]);
    expect(result.seen.at(-1)?.config).toEqual({
      secret: "ID=<unknown>, <UNKNOWN>",
      size: 0,
      lines: ["<unknown>", "<unknown>"],
    });
    const bound = await result.plan.builds[0]?.provisioners[0]?.bind({ ID: "i:1", Host: "h", Port: 22 });
    expect(bound?.ok).toBe(true);
    expect(result.seen.at(-1)?.config).toEqual({ secret: "ID=i:1, H", size: 23, wait: 22_000, lines: ["ours", "1"] });
  });
  it("leave what the run never came to know as it was while checking", async () => {
    const result = await planned(`
source "mock" "a" {}
build {
  sources = ["mock.a"]
  provisioner "mock" { secret = "at ${"$"}{build.Host}" }
}`);
    await result.plan.builds[0]?.provisioners[0]?.bind({ ID: "i-1" });
    expect(result.seen.at(-1)?.config).toEqual({ secret: "at <unknown>" });
  });
  it("refuse bad meta-arguments at their places", async () => {
    const { found } = await planned(`
source "mock" "a" {}
build {
  sources = ["mock.a"]
  provisioner "mock" {
    pause_before = "soon"
    override     = ["x"]
    only         = { a = 1 }
    size         = "many"
    nosuch       = 1
  }
  provisioner "mock" {
    max_retries = 1.5
    only        = [1, null]
  }
  provisioner "mock" {
    max_retries = 1e30
    only        = ["mock.a"]
    except      = ["mock.b"]
  }
  post-processor "mock" {
    only   = ["mock.a"]
    except = ["mock.b"]
    size   = []
  }
  provisioner "mokc" {}
}`);
    expect(told(found)).toEqual([
      "Unsuitable value type @8:20",
      "provisioner's override block must be an HCL object @7:20",
      "Failed to parse pause_before duration @6:20",
      "Unsupported argument @10:5",
      "Incorrect attribute value type @9:20",
      "Unsuitable value type @14:19",
      "Unsuitable value type @13:19",
      "only one of 'only' or 'except' may be specified @19:19",
      "Unsuitable value type @17:19",
      "The provisioner mokc is unknown @26:15",
      "only one of 'only' or 'except' may be specified @23:14",
      "Incorrect attribute value type @24:14",
    ]);
    expect(found.at(-3)?.detail).toBe('Did you mean to use "mock"?');
  });
});
