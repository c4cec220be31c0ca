import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { benchOfFile, linesOf } from "../testing/bench-of-file.ts";

const file = benchOfFile();

/** What a script prints, its lines with a line feed each. */
const printed = (script: string): Promise<string> => linesOf(file.bench.script(script));

/** Scripts and what Windows PowerShell 5.1 prints for them. */
const examples: readonly (readonly [script: string, output: string])[] = [
  [
    "[DateTime]::ParseExact('05/03/2024 17:08','dd/MM/yyyy HH:mm',$null).ToString('s'); try { [datetime]'2024-13-45' } catch { 'no' }",
    "2024-03-05T17:08:00\nno",
  ],
  [
    "[Convert]::ToInt32('ffffffff',16); [Convert]::ToString(-5,2); [Convert]::ToString(-5,10); try { [Convert]::ToInt32('zz',16) } catch { 'no' }",
    "-1\n11111111111111111111111111111011\n-5\nno",
  ],
  ["'abc'.Remove(1,1); 'abc'.Insert(1,'-'); try { 'abc'.Remove(5) } catch { 'no' }", "ac\na-bc\nno"],
  ["try { Remove-Item '' -Recurse -Force } catch { 'no' }; Test-Path $HOME", "no\nTrue"],
  ["7 / 2; 6 / 2; 7 % 3; -7 % 3; 2147483647 + 1; 1kb * 3; 0x1F", "3.5\n3\n1\n-1\n2147483648\n3072\n31"],
  ["1 + '2'; '1' + 2; '5' * 3; @(1,2) + 3 -join ','", "3\n12\n555\n1,2,3"],
  ["0.1 + 0.2; 1e20; 1/3; [double]5; 1.50", "0.3\n1E+20\n0.333333333333333\n5\n1.5"],
  ["[int]2.5; [int]3.5; [int]'42'; [string]$true; [bool]'False'; [char]65", "2\n4\n42\nTrue\nTrue\nA"],
  ["'abc' -eq 'ABC'; 'abc' -ceq 'ABC'; 1,2,3 -eq 2; 'a' -in 'A','b'; 3 -gt '10'", "True\nFalse\n2\nTrue\nFalse"],
  [
    "'a.b.c' -split '\\.'; 'x1y22z' -replace '\\d+','#'; 'one two' -replace '(\\w+) (\\w+)','$2 $1'",
    "a\nb\nc\nx#y#z\ntwo one",
  ],
  ["$a = 1,2,3; $a[0]; $a[-1]; $a[1..2] -join '+'; $a.Count; $a.Length", "1\n3\n2+3\n3\n3"],
  ["$h = @{a=1}; $h.b = 2; $h['c'] = 3; $h.Count; $h.ContainsKey('B'); ($h.Keys | sort) -join ''", "3\nTrue\nabc"],
  ['$x = "v"; "a$x b$($x.Length) ${x}c `$x `"q`" $x.Length"', 'av b1 vc $x "q" v.Length'],
  ['\'it\'\'s\'; "say ""hi"""; \'a`nb\'; "a`tb"', 'it\'s\nsay "hi"\na`nb\na\tb'],
  ["@'\nraw $x\n'@\n@\"\ncooked $(1+1)\n\"@", "raw $x\ncooked 2"],
  [
    "'{0}-{1:D3}-{2:X}-{3,5}|{4,-4}|{5:P1}|{6:N0}' -f 'a',7,255,'r','l',0.125,1234567",
    "a-007-FF-    r|l   |12.5 %|1,234,567",
  ],
  [
    'function f { param($a, [int]$b = 2, [switch]$c) "$a $b $c" }; f 1; f -b 5 -a x -c; f y 9',
    "1 2 False\nx 5 True\ny 9 False",
  ],
  ["function g { begin { $n = 0 } process { $n += $_ } end { $n } }; 1..4 | g", "10"],
  ["function h { $args.Count; $args -join '/' }; h a b 3", "3\na/b/3"],
  ["foreach ($i in 1..5) { if ($i -eq 2) { continue }; if ($i -eq 4) { break }; $i }", "1\n3"],
  [
    "for ($i = 0; $i -lt 3; $i++) { $i }; $n = 3; while ($n) { $n--; $n }; do { 'once' } until ($true)",
    "0\n1\n2\n2\n1\n0\nonce",
  ],
  [':outer foreach ($i in 1,2) { foreach ($j in 1,2) { if ($j -eq 2) { continue outer }; "$i$j" } }', "11\n21"],
  ["switch (3) { 1 { 'one' } { $_ -gt 2 } { 'big' } 3 { 'three' } default { 'none' } }", "big\nthree"],
  ["switch -wildcard ('file.txt') { '*.txt' { 'text'; break } '*' { 'any' } }", "text"],
  [
    "try { throw 'x' } catch { \"c:$_\" } finally { 'f' }; try { 1/0 } catch [DivideByZeroException] { 'zero' }",
    "c:x\nf\nzero",
  ],
  [
    "try { [int]'abc' } catch { $_.Exception.Message }",
    'Cannot convert value "abc" to type "System.Int32". Error: "Input string was not in a correct format."',
  ],
  [
    "foreach ($bad in { [int]'abc' }, { [int]99999999999 }, { 2 * 'x' }) { try { & $bad } catch { $_.Exception.GetType().FullName } }",
    Array(3).fill("System.Management.Automation.PSInvalidCastException").join("\n"),
  ],
  ["try { [int]'abc' } catch [IO.IOException] { 'io' } catch [InvalidCastException] { 'cast' }", "cast"],
  [
    "try { throw [System.InvalidOperationException]'x' } catch [InvalidOperationException] { \"$_\"; $_.Exception.GetType().Name }",
    "x\nInvalidOperationException",
  ],
  [
    "foreach ($e in [Exception]'y', (New-Object System.Exception 'z')) { try { throw $e } catch [SystemException] { 'no' } catch { $_.Exception.GetType().FullName + $_ } }",
    "System.Exceptiony\nSystem.Exceptionz",
  ],
  ["function t { trap { \"trapped $_\"; continue }; throw 'y'; 'after' }; t", "trapped y\nafter"],
  ["$ErrorActionPreference = 'Stop'; try { Get-Item C:\\no } catch { 'stopped' }", "stopped"],
  ["$x = 1; function s { $x = 2; $script:x = 3; $x }; s; $x; & { $x = 9 }; $x; . { $x = 8 }; $x", "2\n3\n3\n8"],
  ["1..10 | ? { $_ % 2 } | % { $_ * 10 } | select -First 3", "10\n30\n50"],
  [
    "'b','C','a' | sort; 3,1,2 | sort -Descending; 'a','b','a' | select -Unique; 1,2,3 | measure -Sum | % Sum",
    "a\nb\nC\n3\n2\n1\na\nb\n6",
  ],
  ["[pscustomobject]@{n='x';v=2}, [pscustomobject]@{n='y';v=1} | sort v | % n", "y\nx"],
  [
    "'a b c'.Split(' ').Count; 'abc'.ToUpper().Substring(1); '  x '.Trim(); 'abc'.IndexOf('c'); 'a-b'.Replace('-','+')",
    "3\nBC\nx\n2\na+b",
  ],
  [
    "[string]::Join('-', @(1,2)); [math]::Max(3,7); [string]::IsNullOrEmpty(''); [Environment]::GetEnvironmentVariable('SystemRoot')",
    "1-2\n7\nTrue\nC:\\Windows",
  ],
  ["'2024-02-29' | % { [datetime]$_ } | % { $_.AddYears(1).ToString('yyyy-MM-dd') }", "2025-02-28"],
  [
    '$o = \'{"a":[1,{"b":null}],"c":"x"}\' | ConvertFrom-Json; $o.a[0]; $o.c; @{x=1} | ConvertTo-Json -Compress',
    '1\nx\n{"x":1}',
  ],
  [
    "New-Item -ItemType Directory C:\\t1 -Force | Out-Null; 'one','two' | Set-Content C:\\t1\\f.txt; Add-Content C:/t1/F.TXT three; (gc C:\\T1\\f.txt) -join ','; Test-Path C:\\t1\\x",
    "one,two,three\nFalse",
  ],
  ["Set-Content C:\\t2.txt x; Copy-Item C:\\t2.txt C:\\t3.txt; ri C:\\t2.txt; (dir C:\\t?.txt).Name", "t3.txt"],
  ["$env:MY_VAR = 'v1'; cmd /c 'echo %MY_VAR%'; cmd /c 'exit 5'; $?; $LASTEXITCODE", "v1\nFalse\n5"],
  [
    "$p = 'HKLM:\\SOFTWARE\\Kiln'; New-Item $p | Out-Null; Set-ItemProperty $p -Name N -Value 5; (Get-ItemProperty $p).N; Test-Path $p",
    "5\nTrue",
  ],
  [
    "New-Item HKLM:\\SOFTWARE\\P\\Q -Force | Out-Null; (dir HKLM:\\SOFTWARE\\P | Get-ItemProperty).PSChildName; dir HKLM:\\SOFTWARE\\P | Remove-Item; @(dir HKLM:\\SOFTWARE\\P).Count",
    "Q\n0",
  ],
  [
    "md C:\\l\\m\\o -Force | Out-Null; md C:\\l\\_d | Out-Null; 'x' > C:\\l\\a.txt; 'x' > C:\\l\\n.txt; 'x' > C:\\l\\m\\f; (dir C:\\l -Recurse).Name -join ' '; (dir C:\\l\\*).Name -join ' '",
    "m _d a.txt n.txt o f\nm _d a.txt n.txt",
  ],
  ["Test-Path HKLM:SOFTWARE\\Microsoft; Test-Path HKLM:SOFTWARE\\Nosuch; Test-Path HKLM:", "True\nFalse\nTrue"],
  [
    "$l = New-Object System.Collections.ArrayList; [void]$l.Add(1); $l.Add(2) | Out-Null; $l.Count; $l -contains 2",
    "2\nTrue",
  ],
  ["$s = { param($n) $n * 2 }; & $s 21; $s.Invoke(4)", "42\n8"],
  ['$a, $b = 1, 2; $a, $b = $b, $a; "$a$b"; $null -eq $nothing; @($null).Count; @().Count', "21\nTrue\n1\n0"],
  ["if (-not (Test-Path variable:zzz)) { 'unset' } elseif (1) { 'no' } else { 'no' }", "unset"],
  ["$x = if ($true) { 'yes' } else { 'no' }; $x; $y = foreach ($i in 1..3) { $i * $i }; $y -join ' '", "yes\n1 4 9"],
  ['"$(1..3)"; $OFS = \',\'; "$(1..3)"', "1 2 3\n1,2,3"],
  [
    "Write-Output a b; echo 'c' | Out-String | % { $_.Trim() }; Write-Host one two -NoNewline; Write-Host ''",
    "a\nb\nc\none two",
  ],
  ["$m = 'k=v' -match '(?<key>\\w)=(?<val>\\w)'; $Matches.key + $Matches['val'] + $Matches[0]", "kvk=v"],
  ["5 -band 3; 5 -bor 3; 5 -bxor 3; 1 -shl 4; -bnot 0; !$true; -not 0", "1\n7\n6\n16\n-1\nFalse\nTrue"],
  ["$h = [ordered]@{z=1;a=2}; $h.Keys -join ''; foreach ($k in $h.Keys) { $h[$k] }", "za\n1\n2"],
  [
    "function Named([Parameter(Mandatory=$true)][ValidateSet('a','b')][string]$x) { $x }; Named b; try { Named c } catch { 'bad' }",
    "b\nbad",
  ],
  ["$p = @{ Path = 'C:\\'; ChildPath = 'x' }; Join-Path @p; $list = 'C:\\a','b'; Join-Path @list", "C:\\x\nC:\\a\\b"],
  [
    "[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('hé')); [Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('aABpAA=='))",
    "aMOp\nhi",
  ],
  [
    "'x' | Out-File C:\\o.txt; [IO.File]::ReadAllBytes('C:\\o.txt') -join ' '; 'y' > C:\\p.txt; gc C:\\p.txt",
    "255 254 120 0 13 0 10 0\ny",
  ],
];

describe("PowerShell", () => {
  it.each(examples)("%s", async (script, output) => {
    expect(await printed(script)).toBe(output);
  });

  it("ends with the code of exit, with 1 after an error that nobody caught, with 0 otherwise", async () => {
    expect(await file.bench.script("exit 7")).toMatchObject({ code: 7 });
    expect(await file.bench.script("exit -1")).toMatchObject({ code: -1 });
    expect(await file.bench.script("throw 'gone'")).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^gone\r\nAt C:\\script.ps1:1 char:1/),
    });
    expect(await file.bench.script("Get-Item C:\\no; 'on'")).toMatchObject({ code: 0, out: "on\r\n" });
    expect(await file.bench.script("Get-Item C:\\no", "command")).toMatchObject({ code: 1 });
    expect(await file.bench.script("cmd /c 'exit 3'", "command")).toMatchObject({ code: 1 });
    expect(await file.bench.script("cmd /c 'exit 3'")).toMatchObject({ code: 0 });
  });

  it("shows a directory's directories and files under one heading", async () => {
    const { out } = await file.bench.script(
      "md C:\\h\\b\\z -Force | Out-Null; 'x' > C:\\h\\a; 'x' > C:\\h\\b\\c; dir C:\\h -Recurse",
    );
    const rows = out.split("\r\n").filter((line) => /^ {4}Directory|^(?:d-|-a)-{4} /.test(line));
    expect(rows.map((line) => line.replace(/^[d-].* /, ""))).toEqual([
      "    Directory: C:\\h",
      "b",
      "a",
      "    Directory: C:\\h\\b",
      "z",
      "c",
    ]);
  });

  it("says where an error is, as PowerShell prints it", async () => {
    const { errors } = await file.bench.script("'first'\n  Get-Content C:\\nosuch.txt");
    expect(errors.split("\r\n")).toEqual([
      "Get-Content : Cannot find path 'C:\\nosuch.txt' because it does not exist.",
      "At C:\\script.ps1:2 char:3",
      "+ Get-Content C:\\nosuch.txt",
      "+ ~~~~~~~~~~~~~~~~~~~~~~~~~",
      "    + CategoryInfo          : ObjectNotFound: (C:\\nosuch.txt:String) [Get-Content], ItemNotFoundException",
      "    + FullyQualifiedErrorId : PathNotFound,Microsoft.PowerShell.Commands.GetContentCommand",
      " ",
      "",
    ]);
  });

  it("runs nothing of a script that cannot be read", async () => {
    for (const script of ["'ran'; if (", "'ran'; 'open", "'ran'; foo)", "'ran'; 1 +", "'ran'; @{ a 1 }"]) {
      const said = await file.bench.script(script);
      expect(said).toMatchObject({ code: 1, out: "" });
      expect(said.errors).not.toBe("");
    }
  });

  it.each([
    "Get-WindowsFeature",
    "try { Install-WindowsFeature Web-Server } catch { 'hidden' }",
    "Get-ChildItem -Attributes Hidden -ErrorAction SilentlyContinue",
    "[System.Net.Sockets.TcpClient]::new('a', 1)",
    "New-Object -ComObject WScript.Shell",
    "(New-Object System.Net.WebClient).DownloadFile('a','b')",
    "Invoke-WebRequest http://example.com -UseBasicParsing",
    "class A { [int]$x }",
    "1.5d",
    "Get-WmiObject Win32_DiskDrive",
    "msiexec /i x.msi",
    "'a' -replace 'a', { $_ }",
  ])("refuses loudly: %s", async (script) => {
    const said = await file.bench.script(`${script}; 'went on'`);
    expect(said.code).toBe(99);
    expect(said.errors).toContain("this stand-in does not know");
    expect(said.out).not.toContain("went on");
  });

  it("does not find commands that Windows has not either, which scripts may catch", async () => {
    expect(await printed("try { choco install x } catch { $_.Exception.GetType().Name }")).toBe(
      "CommandNotFoundException",
    );
    expect(await printed("if (Get-Command choco -ErrorAction SilentlyContinue) { 'there' } else { 'not there' }")).toBe(
      "not there",
    );
  });

  it("sends other streams where redirections say", async () => {
    expect(await printed("Write-Error 'e' 2>$null; 'on'")).toBe("on");
    expect(await printed("(Write-Warning 'w' 3>&1) -is [object]; Write-Warning 'shown'")).toBe("True\nWARNING: shown");
    expect(await printed("$r = cmd /c 'echo out& echo err>&2' 2>&1; $r.Count; $r -join '|'")).toBe("2\nout|err");
    expect(await printed("Write-Verbose 'hidden'; Write-Verbose 'shown' -Verbose")).toBe("VERBOSE: shown");
  });
});

/** Text that no encoding on the way changes, with all that PowerShell gives a meaning to. */
const anyText = fc.string({
  unit: fc.constantFrom(..."abcXYZ019 $`'\"{}()[]@#%&|;,.<>\\/*?!^~-_=+:äß€"),
  maxLength: 24,
});

describe("PowerShell, whatever the script says", () => {
  it("means by a quoted text that text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 6 }), async (texts) => {
        const single = texts.map((text) => `'${text.replaceAll("'", "''")}'`);
        const double = texts.map((text) => `"${text.replace(/[`$"]/g, "`$&")}"`);
        const script = `$a = @(${single.join(",")}); $b = @(${double.join(",")}); foreach ($i in 0..${texts.length - 1}) { Write-Host "<$($a[$i])>"; Write-Host ('<' + $b[$i] + '>') }`;
        expect(await printed(script)).toBe(texts.flatMap((text) => [`<${text}>`, `<${text}>`]).join("\n"));
      }),
      { numRuns: 60 },
    );
  });

  it("calculates as whole numbers of 32 bits and doubles do", async () => {
    type Tree = { readonly text: string; readonly value: number };
    const leaf: fc.Arbitrary<Tree> = fc.integer({ min: 0, max: 999 }).map((value) => ({ text: String(value), value }));
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.tuple(tie("tree"), fc.constantFrom("+", "-", "*"), tie("tree")).map(([left, operator, right]) => ({
          text: `(${left.text} ${operator} ${right.text})`,
          value:
            operator === "+"
              ? left.value + right.value
              : operator === "-"
                ? left.value - right.value
                : left.value * right.value,
        })),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(
        tree.filter(({ value }) => Math.abs(value) < 1e14),
        async ({ text, value }) => {
          expect(await printed(text)).toBe(String(value === 0 ? 0 : value));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("filters, projects and sorts as a list elsewhere", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: -20, max: 20 }),
        fc.integer({ min: 1, max: 5 }),
        async (numbers, limit, count) => {
          const expected = numbers
            .filter((value) => value > limit)
            .map((value) => value * value)
            .toSorted((a, b) => a - b)
            .slice(0, count);
          const script = `$r = @(@(${numbers.join(",")}) | Where-Object { $_ -gt ${limit} } | ForEach-Object { $_ * $_ } | Sort-Object | Select-Object -First ${count}); "$($r.Count):" + ($r -join ',')`;
          expect(await printed(script)).toBe(`${expected.length}:${expected.join(",")}`);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("takes branches and loops as written", async () => {
    const program = fc.array(fc.tuple(fc.constantFrom("add", "double", "if", "loop"), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(program, async (steps) => {
        let value = 1;
        const lines = ["$v = 1"];
        for (const [kind, by] of steps) {
          switch (kind) {
            case "add":
              value += by;
              lines.push(`$v += ${by}`);
              break;
            case "double":
              value = (value * 2) % 10007;
              lines.push("$v = ($v * 2) % 10007");
              break;
            case "if":
              value = value % by === 0 ? value - by : value + 3;
              lines.push(`if ($v % ${by} -eq 0) { $v -= ${by} } else { $v += 3 }`);
              break;
            default:
              for (let i = 0; i < by; i++) value = i % 2 ? value + i : value - 1;
              lines.push(`for ($i = 0; $i -lt ${by}; $i++) { if ($i % 2) { $v += $i; continue }; $v-- }`);
          }
        }
        expect(await printed([...lines, "$v"].join("\n"))).toBe(String(value));
      }),
      { numRuns: 60 },
    );
  });
});
