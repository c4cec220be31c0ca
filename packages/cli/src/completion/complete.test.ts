import { describe, expect, it } from "vitest";
import { completions } from "./complete.ts";

const at = (line: string): readonly string[] => completions(line, line.length);

describe("completion", () => {
  it("knows commands", () => {
    expect(at("kiln va")).toEqual(["validate"]);
    expect(at("kiln ")).toContain("hcl2_upgrade");
    expect(at("kiln -ver")).toEqual(["-version"]);
  });
  it("knows flags of a command, hidden ones not", () => {
    expect(at("kiln validate -s")).toEqual(["-strict", "-syntax-only"]);
    expect(at("kiln validate --s")).toEqual(["--strict", "--syntax-only"]);
    expect(at("kiln validate -use")).toEqual([]);
    expect(at("kiln nothing -")).toEqual([]);
  });
  it("knows the values of flags that have a closed set", () => {
    expect(at("kiln validate -output=j")).toEqual(["json"]);
    expect(at("kiln validate -config-type h")).toEqual(["hcl2"]);
    expect(at("kiln build -on-error=a")).toEqual(["abort", "ask"]);
  });
  it("knows the words that must follow a command", () => {
    expect(at("kiln cache ")).toEqual(["list", "prune"]);
    expect(at("kiln cache p")).toEqual(["prune"]);
    expect(at("kiln cache prune ")).toEqual([]);
    expect(at("kiln cache prune -m")).toEqual(["-max-size"]);
    expect(at("kiln plugins ")).toEqual(["install", "installed", "remove", "required"]);
    expect(at("kiln plugins required ")).toEqual([]);
  });
  it("predicts no arguments, and looks no further than the cursor", () => {
    expect(at("kiln validate t")).toEqual([]);
    expect(completions("kiln validate -strict", 7)).toEqual(["validate"]);
  });
});
