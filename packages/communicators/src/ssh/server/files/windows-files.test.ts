import { Buffer } from "node:buffer";
import { FakeCommunicator } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { WindowsFiles } from "./windows-files.ts";

/** A machine that answers PowerShell by what a script holds. */
function machine(answers: Readonly<Record<string, string | number>>) {
  const scripts: string[] = [];
  const communicator = new FakeCommunicator({
    kind: "winrm",
    onExec: ({ command }) => {
      const script = Buffer.from(command.split(" ").at(-1) ?? "", "base64").toString("utf16le");
      scripts.push(/try \{ (.*) \} catch/.exec(script)?.[1] ?? script);
      const [, answer = ""] = Object.entries(answers).find(([part]) => script.includes(part)) ?? [];
      return typeof answer === "number" ? { exit: answer, stderr: "no" } : { stdout: answer };
    },
  });
  return { communicator, scripts, files: new WindowsFiles(communicator, new AbortController().signal) };
}

it("understands every way in which clients write Windows paths", async () => {
  const { files } = machine({ USERPROFILE: "C:\\Users\\me\r\n" });
  const paths = ["C:\\a\\b", "/C:/a/b", "/C:/Users/me/C:/a/b", "x/y", ".", "/tmp"];
  expect(await Promise.all(paths.map((path) => files.absolute(path)))).toEqual([
    "/C:/a/b",
    "/C:/a/b",
    "/C:/a/b",
    "/C:/Users/me/x/y",
    "/C:/Users/me",
    "/tmp",
  ]);
});

it("reads what PowerShell prints of items, and tells refusals apart", async () => {
  const { files, scripts } = machine({
    "Get-ChildItem": "0 5 1500000000 1500000001 a b.txt\r\n1 0 1 2 dir\r\n",
    "'C:\\it''s'": "0 12 1500000000 1500000001 it's\r\n",
    absent: 3,
    secret: 4,
  });
  expect(await files.stat("/C:/it's")).toMatchObject({ size: 12, mode: 0o100644, times: { modified: 1_500_000_001 } });
  expect((await files.list("/C:/x")).map(({ name, attributes }) => [name, attributes.mode])).toEqual([
    ["a b.txt", 0o100644],
    ["dir", 0o040755],
  ]);
  await expect(files.stat("/C:/absent")).rejects.toMatchObject({ why: "missing" });
  await expect(files.remove("/C:/secret")).rejects.toMatchObject({ why: "denied" });
  expect(scripts[0]).toContain("Get-Item -Force -LiteralPath 'C:\\it''s' |");
});

it("moves contents by the communicator", async () => {
  const { communicator, files } = machine({ "Test-Path": "1\r\n", "Get-Item": "0 5 1 2 f\r\n" });
  communicator.machine.set("C:\\f", { bytes: Buffer.from("hello"), mode: 0o644 });
  const reader = await files.read("/C:/f", 2);
  expect(Buffer.from((await reader.next()) ?? []).toString()).toBe("llo");
  expect(await reader.next()).toBeUndefined();
  const writer = await files.write("/C:/dir", { create: { mode: 0o644 }, truncate: true, orInside: "new" });
  await writer.write(Buffer.from("one "));
  await writer.write(Buffer.from("two"));
  await writer.end();
  expect(writer.path).toBe("/C:/dir/new");
  expect(communicator.text("C:\\dir\\new")).toBe("one two");
  await expect(files.write("/C:/f", { append: true })).rejects.toMatchObject({ why: "unsupported" });
});
