import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { checkScript, receiveScript, sendScript } from "@kiln/communicators";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { powershell } from "./powershell/powershell.ts";
import { FedInput, noInput } from "./system/streams.ts";
import { type Said, WindowsBench } from "./testing/bench.ts";

let bench: WindowsBench;
beforeAll(() => {
  bench = new WindowsBench();
});
afterAll(() => bench[Symbol.dispose]());

function encoded(script: string, lines?: readonly string[]): Promise<Said> {
  const input = new FedInput();
  if (lines) input.feed(Buffer.from(lines.map((line) => `${line}\n`).join("")));
  input.end();
  const text = Buffer.from(script, "utf16le").toString("base64");
  return bench.run((process) => powershell(process, `-NoProfile -EncodedCommand ${text}`), lines ? input : noInput);
}
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** The scripts of our own WinRM client, which move files. */
describe("the scripts that move files over WinRM", () => {
  it("say that the machine is ready", async () => {
    expect(await encoded(checkScript)).toEqual({ code: 0, out: "WinRM connected.\r\n", errors: "" });
  });

  it("take files and directories, packed or not, and give them back", async () => {
    const first = Buffer.from(Array.from({ length: 5000 }, (_, index) => index & 255));
    const second = Buffer.from("Grüße\r\n");
    const sha = (bytes: Buffer): string => createHash("sha1").update(bytes).digest("hex").toUpperCase();
    const lines = [
      `d ${base64("sub")}`,
      `f ${base64("sub/a.bin")}`,
      `r ${first.subarray(0, 3000).toString("base64")}`,
      `z ${deflateRawSync(first.subarray(3000)).toString("base64")}`,
      `c ${sha(first)}`,
      `f ${base64("ü b.txt")}`,
      `r ${second.toString("base64")}`,
      `c ${sha(second)}`,
    ];
    expect(await encoded(receiveScript("C:/up/tree", "kiln1"), lines)).toEqual({
      code: 0,
      out: `kiln-ok ${lines.length}\r\n`,
      errors: "",
    });
    expect(bench.system.drive.read("C:\\up\\tree\\sub\\a.bin")).toEqual(first);
    // A second time over what is there.
    expect((await encoded(receiveScript("C:/up/tree", "kiln2"), lines)).code).toBe(0);
    expect(bench.system.drive.list("C:\\up\\tree").map(({ path }) => path)).toEqual([
      "C:\\up\\tree\\sub",
      "C:\\up\\tree\\ü b.txt",
    ]);

    const sent = await encoded(sendScript("C:/up/tree", "directory"));
    expect(sent.code, sent.errors).toBe(0);
    expect(sent.out.split("\r\n")).toEqual([
      `f ${base64("ü b.txt")} ${second.length}`,
      `r ${second.toString("base64")}`,
      `c ${sha(second)}`,
      `d ${base64("sub")}`,
      `f ${base64("sub/a.bin")} ${first.length}`,
      `r ${first.toString("base64")}`,
      `c ${sha(first)}`,
      "kiln-ok",
      "",
    ]);
  });

  it("leave nothing of a file whose bytes are wrong, and say what is wrong", async () => {
    const said = await encoded(receiveScript("C:/up/bad.txt", "kiln3"), [
      `f ${base64("")}`,
      `r ${base64("abc")}`,
      "c 0000",
    ]);
    expect(said.code).toBe(1);
    const [, text = ""] = /^kiln-error (\S+)/.exec(said.out) ?? [];
    expect(Buffer.from(text, "base64").toString()).toBe("the bytes that arrived are not those that were sent");
    expect(bench.system.drive.facts("C:\\up\\bad.txt")).toBeUndefined();
    const missing = await encoded(sendScript("C:/nosuch", "file"));
    expect(missing.code).toBe(1);
    expect(Buffer.from(/^kiln-error (\S+)/.exec(missing.out)?.[1] ?? "", "base64").toString()).toContain("C:\\nosuch");
  });
});
