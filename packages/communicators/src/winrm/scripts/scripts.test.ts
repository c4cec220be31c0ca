import { describe, expect, it } from "vitest";
import { longestCommand, powershellCommand } from "./command.ts";
import { literal, pathExpression } from "./path-expression.ts";
import { receiveScript } from "./receive.ts";
import { sendScript } from "./send.ts";

describe("the scripts that move files", () => {
  it("fit on a command line of cmd.exe, with the longest path that Windows has by default", () => {
    const path = `C:\\${"x".repeat(257)}`;
    expect(powershellCommand(receiveScript(path, "kiln0123456789ab")).length).toBeLessThan(longestCommand);
    expect(powershellCommand(sendScript(path, "directory")).length).toBeLessThan(longestCommand);
  });
});

describe("remote paths in scripts", () => {
  it("are taken literally, with either separator", () => {
    expect(pathExpression("c:/Windows/Temp/a b.ps1")).toBe(String.raw`'c:\Windows\Temp\a b.ps1'`);
    expect(pathExpression(String.raw`C:\it's $x $(y) ` + "`z`")).toBe(String.raw`'C:\it''s $x $(y) ` + "`z`'");
    expect(pathExpression("C:/grüße-日本語.txt")).toBe(String.raw`'C:\grüße-日本語.txt'`);
  });
  it("lose the quotes around them", () => {
    expect(pathExpression("'C:/Program Files/x'")).toBe(String.raw`'C:\Program Files\x'`);
  });
  it("expand the machine's variables", () => {
    expect(pathExpression("$env:TEMP/x")).toBe(String.raw`[Environment]::ExpandEnvironmentVariables('%TEMP%\x')`);
    expect(pathExpression("${env:ProgramFiles(x86)}\\x")).toBe(
      String.raw`[Environment]::ExpandEnvironmentVariables('%ProgramFiles(x86)%\x')`,
    );
    expect(pathExpression("%TEMP%\\x")).toBe(String.raw`[Environment]::ExpandEnvironmentVariables('%TEMP%\x')`);
    expect(pathExpression("~/x")).toBe(String.raw`[Environment]::ExpandEnvironmentVariables('%USERPROFILE%\x')`);
  });
  it("double every kind of single quote that PowerShell knows", () => {
    expect(literal("a'b\u2018c\u2019d\u201Ae\u201Bf")).toBe(
      "'a''b\u2018\u2018c\u2019\u2019d\u201A\u201Ae\u201B\u201Bf'",
    );
  });
});
