import { describe, expect, it } from "vitest";
import { parseScp } from "./scp-options.ts";

describe("parseScp", () => {
  it("understands what clients send", () => {
    expect(parseScp("scp -vt /tmp")).toMatchObject({ direction: "sink", recursive: false, paths: ["/tmp"] });
    expect(parseScp("scp -r -p -d -t -- '/a b/ü'")).toMatchObject({
      direction: "sink",
      recursive: true,
      preserve: true,
      directory: true,
      paths: ["/a b/ü"],
    });
    expect(parseScp('/usr/bin/scp -f "x y" z\\ w')).toMatchObject({ direction: "source", paths: ["x y", "z w"] });
  });

  it("leaves to the shell what needs one", () => {
    for (const command of [
      "scp -f /etc/host*",
      "scp -t $HOME",
      "sudo scp -t /x",
      "scp -t /x; ls",
      "scp a b",
      "scp -ft x",
      "scp -t `pwd`",
      "ls",
      "scp -tZ x",
    ]) {
      expect(parseScp(command), command).toBeUndefined();
    }
  });
});
