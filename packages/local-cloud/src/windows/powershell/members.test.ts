import { describe, expect, it } from "vitest";
import { benchOfFile, linesOf } from "../testing/bench-of-file.ts";

const file = benchOfFile();

const printed = (script: string): Promise<string> => linesOf(file.bench.script(script));

describe("numbers", () => {
  it.each([
    ["1e-5", "1E-05"],
    ["$y = 1e-5; $y", "1E-05"],
    ["5e-1; 1.5e+3; 0xe-5; 7-2", "0.5\n1500\n9\n5"],
    ["0.00001; 1/100000; 0.0001; 123456789012345.6", "1E-05\n1E-05\n0.0001\n123456789012346"],
    [
      "'{0:G3}|{1:G3}|{2:g2}|{3:G5}|{4:G3}' -f 1234.5, 0.00012345, 1234, 99999.7, 9996",
      "1.23E+03|0.000123|1.2e+03|1E+05|1E+04",
    ],
    ["'{0:G}|{1:G17}|{2:G2}' -f 1234567, 0.1, -0.06", "1234567|0.10000000000000001|-0.06"],
    ["100000000000000000000; (100000000000000000000).GetType().Name", "100000000000000000000\nDecimal"],
    ["[double]'100000000000000000000'; 9223372036854775807; 1e300", "1E+20\n9223372036854775807\n1E+300"],
    ["('abc' -split '').Count; ('abc' -split '' -join '|'); 'a1b2' -split '(\\d)', 2 -join '|'", "5\n|a|b|c|\na|1|b2"],
    ["[regex]::Split('a1b','(\\d)') -join '|'; [regex]::Split('ab','').Count", "a|1|b\n4"],
  ])("%s", async (script, output) => {
    expect(await printed(script)).toBe(output);
  });
  it("refuses to calculate with what only a decimal holds", async () => {
    for (const script of [
      "100000000000000000000 + 1",
      "100000000000000000000 -eq 5",
      "'{0:N0}' -f 100000000000000000000",
    ])
      expect(await file.bench.script(script)).toMatchObject({ code: 99, out: "" });
  });
});

describe("what counts as one thing", () => {
  it.each([
    ["Write-Output -NoEnumerate (1,2,3) | Measure-Object | % Count", "1"],
    ["1,2,3 | Measure-Object -Sum | % Sum", "6"],
    [",(3,1,2) | sort | % { $_.Count }", "3"],
    [
      "(1..4).Where({ $_ % 2 -eq 0 }) -join ','; (1,2).ForEach({ $_ * 2 }) -join ','; ('a').Where({ $true }).Count",
      "2,4\n2,4\n1",
    ],
  ])("%s", async (script, output) => {
    expect(await printed(script)).toBe(output);
  });
});

describe("errors as handlers read them", () => {
  it.each([
    [
      "try { 1/0 } catch [DivideByZeroException] { $_.CategoryInfo.Reason; $_.Exception.InnerException.GetType().Name }",
      "RuntimeException\nDivideByZeroException",
    ],
    ["trap [DivideByZeroException] { 'trapped'; continue } 1/0; 'on'", "trapped\non"],
    [
      "try { Get-Item C:\\nope -ErrorAction Stop } catch { $_.CategoryInfo.Category; $_.CategoryInfo.Reason; $_.CategoryInfo.Activity; $_.CategoryInfo.TargetName; $_.InvocationInfo.MyCommand.Name }",
      "ObjectNotFound\nItemNotFoundException\nGet-Item\nC:\\nope\nGet-Item",
    ],
    ["try { throw 'x' } catch { \"$($_.CategoryInfo)\" }", "OperationStopped: (x:String) [], RuntimeException"],
    [
      "try { throw [IO.IOException]'x' } catch { $_.CategoryInfo.Reason; $_.CategoryInfo.Category }",
      "IOException\nOperationStopped",
    ],
    [
      "trap { $_.InvocationInfo.ScriptLineNumber; $_.InvocationInfo.Line.Trim(); $_.InvocationInfo.ScriptName; $_.InvocationInfo.OffsetInLine; continue }\n'a'\n  throw 'x'\n'b'",
      "a\n3\nthrow 'x'\nC:\\script.ps1\n3\nb",
    ],
    [
      "function f {\n  throw 'deep'\n}\ntry {\n  1 | % {\n    f\n  }\n} catch { $_.ScriptStackTrace; $_.InvocationInfo.PositionMessage }",
      "at f, C:\\script.ps1: line 2\nat <ScriptBlock>, C:\\script.ps1: line 6\nat <ScriptBlock>, C:\\script.ps1: line 5\nAt C:\\script.ps1:2 char:3\n+ throw 'deep'\n+ ~~~~~~~~~~~~",
    ],
    [
      "Get-Item C:\\nope -ea SilentlyContinue -ev e; $e.Count; $e[0].CategoryInfo.Category; $e = $null; Get-Item C:\\ -ev e > $null; $e.Count",
      "1\nObjectNotFound\n0",
    ],
  ])("%s", async (script, output) => {
    expect(await printed(script)).toBe(output);
  });
});

describe("advanced functions", () => {
  it.each([
    [
      "function f { [CmdletBinding()] param() Write-Verbose 'v'; 'o' } f -Verbose; f; f -Verbose:$false",
      "VERBOSE: v\no\no\no",
    ],
    ["function f { [CmdletBinding()] param() Write-Warning 'w'; 'o' } f -WarningAction SilentlyContinue", "o"],
    [
      "function f { [CmdletBinding()] param() Write-Error 'one'; Get-Item C:\\nope; 'o' } f -ErrorAction SilentlyContinue -ErrorVariable e; $e.Count; \"$($e[0])\"; f -ea SilentlyContinue -ev +e; $e.Count",
      "o\n2\none\no\n4",
    ],
    ["function f { [CmdletBinding()] param() 1; 2 } f -OutVariable o | Out-Null; $o -join ','", "1,2"],
    ["function f { param($a) \"$a|$($args -join ',')\" } f -Verbose x", "x|-Verbose"],
    [
      "function f { [CmdletBinding(SupportsShouldProcess)] param() if ($PSCmdlet.ShouldProcess('x')) { 'did' } } f",
      "did",
    ],
    [
      "function f { $PSCmdlet -eq $null; $MyInvocation.MyCommand.Name; $MyInvocation.ScriptLineNumber } f",
      "True\nf\n1",
    ],
    [
      "$MyInvocation.MyCommand.Name; $MyInvocation.MyCommand.Path; $PSScriptRoot; & { $MyInvocation.MyCommand.Path -eq $null }",
      "script.ps1\nC:\\script.ps1\nC:\\\nTrue",
    ],
    [
      "[datetime]::UtcNow.Kind; (Get-Date).Kind; ([datetime]'2020-01-02').Kind; (Get-Date).ToUniversalTime().AddDays(1).Kind",
      "Utc\nLocal\nUnspecified\nUtc",
    ],
    [
      "([datetime]'2020-01-02').ToString('o'); (Get-Date '2020-01-02').ToUniversalTime().ToString('o')",
      "2020-01-02T00:00:00.0000000\n2020-01-02T00:00:00.0000000Z",
    ],
    [
      "(5).GetType().BaseType.Name; 'a'.GetType().BaseType.Name; (1,2).GetType().BaseType.Name; (1).GetType().BaseType.BaseType.BaseType -eq $null",
      "ValueType\nObject\nArray\nTrue",
    ],
  ])("%s", async (script, output) => {
    expect(await printed(script)).toBe(output);
  });
});

describe("what Windows tells of itself", () => {
  it.each([
    [
      "$o = Get-WmiObject Win32_OperatingSystem; $o.TotalVisibleMemorySize -gt $o.FreePhysicalMemory; $o.FreePhysicalMemory -gt 0",
      "True\nTrue",
    ],
    [
      "$c = Get-CimInstance Win32_ComputerSystem; $c.TotalPhysicalMemory / 1kb -eq (gwmi Win32_OperatingSystem).TotalVisibleMemorySize; $c.NumberOfProcessors",
      "True\n1",
    ],
    [
      "$o = gwmi Win32_OperatingSystem; $o.LastBootUpTime.GetType().Name; $o.ConvertToDateTime($o.LastBootUpTime) -lt (Get-Date).AddSeconds(1)",
      "String\nTrue",
    ],
    [
      '(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.GetType().Name; "$pwd"',
      "DateTime\nC:\\Users\\Administrator",
    ],
  ])("%s", async (script, output) => {
    expect(await printed(script)).toBe(output);
  });
});

describe("members", () => {
  it.each([
    "(Get-WmiObject Win32_OperatingSystem).InstallDate",
    "(Get-WmiObject Win32_OperatingSystem).Win32Shutdown(6)",
    "Get-CimInstance Win32_ComputerSystem | Select-Object Name, BootupState",
    "Get-Service | ? { $_.ServicesDependedOn }",
    "$Host.UI.RawUI.WindowTitle = 'x'",
    "$Host.UI.RawUI",
    "try { throw 'x' } catch { $_.Exception.StackTrace }",
    "(Get-Item C:\\Windows).LinkType",
    "function f { [CmdletBinding()] param() $PSCmdlet.ParameterSetName } f",
    "function f { [CmdletBinding()] param() 1 } f -WhatIf",
    "function f { [CmdletBinding()] param([Parameter(ParameterSetName='a')]$a, [Parameter(ParameterSetName='b')]$b) 1 } f",
    "'abc'.Chars",
    "@(1).IsReadOnly",
    "[math].BaseType",
    '"$(gwmi Win32_OperatingSystem)"',
    "gwmi Win32_Service -Filter \"StartName='x'\"",
  ])("refuses what Windows has and the stand-in has not: %s", async (script) => {
    const said = await file.bench.script(`try { ${script} } catch { 'caught' }; 'went on'`);
    expect(said).toMatchObject({ code: 99, out: "" });
    expect(said.errors).toContain("this stand-in does not know");
  });
  it.each([
    [
      "([pscustomobject]@{a=1}).b -eq $null; @{a=1}.b -eq $null; $null.x -eq $null; (5).x -eq $null; 'a'.x -eq $null; @().x -eq $null",
      "True\n".repeat(6).trimEnd(),
    ],
    ["(Get-Item C:\\Windows).DirectoryName -eq $null; (Get-Date).Nonsense -eq $null", "True\nTrue"],
    [
      "$x = [pscustomobject]@{A=1;B=2}; $x.PSObject.Properties['b'].Value; $x.PSObject.Properties['z'] -eq $null; $x.PSObject.Properties.Name -join ','",
      "2\nTrue\nA,B",
    ],
  ])("reads as null what Windows has not either: %s", async (script, output) => {
    expect(await printed(script)).toBe(output);
  });
});
