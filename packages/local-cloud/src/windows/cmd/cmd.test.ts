import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FedInput } from "../system/streams.ts";
import type { Said } from "../testing/bench.ts";
import { benchOfFile, linesOf } from "../testing/bench-of-file.ts";

const file = benchOfFile();

const printed = (line: string): Promise<string> => linesOf(file.bench.cmd(line));
async function batch(text: string, args = ""): Promise<Said> {
  file.bench.system.drive.write("C:\\b.cmd", Buffer.from(text.replaceAll("\n", "\r\n")));
  return file.bench.cmd(`C:\\b.cmd ${args}`);
}

const examples: readonly (readonly [line: string, output: string])[] = [
  ["echo hello  world", "hello  world"],
  ['echo "a & b" & echo c', '"a & b" \nc'],
  ["echo a&& echo b|| echo c", "a\nb"],
  ["dir C:\\nosuch >nul 2>&1 || echo failed", "failed"],
  ["echo.>nul 2>&1& echo x>C:\\r.txt 2>&1& type C:\\r.txt", "x"],
  ["cd C:\\Windows && cd", "C:\\Windows"],
  ["echo %ComSpec% %NOSUCH% ^%x", "C:\\Windows\\system32\\cmd.exe %NOSUCH% %x"],
  ["set A_B=1 2& set A_", "A_B=1 2"],
  ["set /a 6*7", "42"],
  ['set /a d="1<<4|3"', "19"],
  ["(echo x)>C:\\c1.txt& (echo y)>>C:\\c1.txt& type C:\\c1.txt", "x\ny"],
  ["if exist C:\\Windows (echo yes) else (echo no)", "yes"],
  ["if not exist C:\\zzz echo none", "none"],
  ["if /i AbC==aBc (echo same) else echo other", "same"],
  ["if 10 GTR 9 echo more", "more"],
  ["for %i in (a b c) do @echo [%i]", "[a]\n[b]\n[c]"],
  ["for /l %n in (1,2,5) do @echo %n", "1\n3\n5"],
  ['for /f "tokens=1,2 delims=," %a in ("x,y,z") do @echo %b-%a', "y-x"],
  ["for /f %v in ('echo one^& echo two') do @echo got %v", "got one\ngot two"],
  ["mkdir C:\\d1\\d2 & echo z>C:\\d1\\d2\\f.txt & dir /b C:\\d1\\d2", "f.txt"],
  [
    "copy /y C:\\d1\\d2\\f.txt C:\\d1\\g.txt >nul & del C:\\d1\\d2\\f.txt & dir /s /b C:\\d1",
    "C:\\d1\\d2\nC:\\d1\\g.txt",
  ],
  ["echo one two three| findstr two", "one two three"],
  ["powershell -Command \"Write-Output ('a' + 1)\"", "a1"],
  ["powershell -NoProfile -ExecutionPolicy Bypass \"& { 'from a block' }\"", "from a block"],
  ["hostname", "WIN-BENCH"],
  [
    "reg add HKLM\\Software\\T /v N /t REG_DWORD /d 7 /f >nul & reg query HKLM\\Software\\T /v N | findstr REG_",
    "    N    REG_DWORD    0x7",
  ],
];

describe("cmd", () => {
  it.each(examples)("%s", async (line, output) => {
    expect(await printed(line)).toBe(output);
  });

  it("gives exit codes as they are", async () => {
    expect((await file.bench.cmd("exit 3")).code).toBe(3);
    expect((await file.bench.cmd("cmd /c exit /b -5")).code).toBe(-5);
    expect((await file.bench.cmd("powershell -Command exit 9")).code).toBe(9);
    expect(await file.bench.cmd("nosuch")).toMatchObject({
      code: 1,
      errors: expect.stringContaining("'nosuch' is not recognized"),
    });
    expect((await file.bench.cmd("type C:\\nosuch")).code).toBe(1);
  });

  it("runs batch files: arguments, labels, calls, local changes, blocks", async () => {
    const said = await batch(
      `@echo off
setlocal enabledelayedexpansion
set sum=0
for %%n in (%*) do (
  set /a sum=!sum!+%%n
  if !sum! gtr 5 goto :over
)
:over
echo sum !sum! of %1 and %~n0
call :sub "a b" c
echo level %errorlevel%
endlocal
if defined sum (echo kept) else (
  echo gone
)
exit /b 4
:sub
echo in sub %~1 %2
exit /b 7`,
      "1 2 3 4",
    );
    expect(said).toEqual({ code: 4, out: "sum 6 of 1 and b\r\nin sub a b c\r\nlevel 7\r\ngone\r\n", errors: "" });
  });

  it("reads batch files and the files of loops in the console's code page", async () => {
    expect((await batch("@echo off\necho é ü €\ngoto :ü\necho no\n:ü\necho there")).out).toBe("é ü €\r\nthere\r\n");
    file.bench.system.drive.write("C:\\page.txt", Buffer.from("é €\r\n"));
    expect(await printed('for /f "tokens=*" %i in (C:\\page.txt) do @echo %i')).toBe("é €");
    // A page that the file itself chooses counts for the lines after that.
    const other = await batch("@echo off\nchcp 437 >nul\necho é\nchcp 65001 >nul\necho é");
    expect(other.out).toBe("é\r\né\r\n");
    expect((await batch("@chcp 437 >nul\n@for /f %%i in (C:\\page.txt) do @echo %%i& chcp 65001 >nul")).errors).toBe(
      "",
    );
  });

  it("takes the mark of a UTF-8 file for a part of its first command, as cmd does", async () => {
    const said = await batch("\ufeff@echo off\n@echo on anyway");
    expect(said.errors).toContain("'\ufeff@echo' is not recognized as an internal or external command");
    expect(said.out).toBe("\r\nC:\\Users\\Administrator>\ufeff@echo off \r\non anyway\r\n");
  });

  it("skips lines at the start of each file", async () => {
    file.bench.system.drive.write("C:\\s1.txt", Buffer.from("a\r\n\r\nb\r\nc\r\n"));
    file.bench.system.drive.write("C:\\s2.txt", Buffer.from("d\r\ne\r\nf\r\n"));
    expect(await printed('for /f "skip=2" %i in (C:\\s1.txt C:\\s2.txt) do @echo %i')).toBe("b\nc\nf");
  });

  it("echoes the lines of batch files and what loops run, as it understood them", async () => {
    const said = await batch(
      `echo first
:label

@echo silent
set A=5
echo %A% x>C:\\e.txt
type C:\\e.txt >nul 2>&1
cd C:\\Windows
if "%A%"=="5" (echo yes) else (echo no)
if exist C:\\e.txt (
  rem note & more
  echo two ^& three
)
for %%i in (a b) do echo [%%i]
for %%i in (c) do @echo [%%i]
echo one | findstr o && echo found
@echo off
echo quiet`,
    );
    const home = "C:\\Users\\Administrator>";
    const lines = [
      ["", `${home}echo first `, "first"],
      ["silent"],
      ["", `${home}set A=5 `],
      ["", `${home}echo 5 x 1>C:\\e.txt `],
      ["", `${home}type C:\\e.txt  1>nul 2>&1 `],
      ["", `${home}cd C:\\Windows `],
      ["", `C:\\Windows>if "5" == "5" (echo yes )  else (echo no ) `, "yes"],
      ["", "C:\\Windows>if exist C:\\e.txt (", "rem note & more ", " echo two & three ", ") ", "two & three"],
      ["", "C:\\Windows>for %i in (a b) do echo [%i] "],
      ["", "C:\\Windows>echo [a] ", "[a]", "", "C:\\Windows>echo [b] ", "[b]"],
      ["", "C:\\Windows>for %i in (c) do @echo [%i] ", "[c]"],
      ["", "C:\\Windows>echo one  | findstr o  && echo found ", "one ", "found"],
      ["quiet", ""],
    ];
    expect(said.errors).toBe("");
    expect(said.out.split("\r\n")).toEqual(lines.flat());
    expect(await printed("echo a& echo b& cmd /q /c C:\\b.cmd | findstr first")).toBe("a\nb\nfirst");
    expect(await printed("for %i in (x) do echo %i")).toBe("\nC:\\Users\\Administrator>echo x \nx");
  });

  it("feeds programs and sorts what they read", async () => {
    const input = new FedInput();
    input.feed(Buffer.from("b\r\na\r\n"));
    input.end();
    expect(await file.bench.cmd("sort", input)).toMatchObject({ out: "a\r\nb\r\n" });
  });

  it.each([
    "msiexec /i x.msi",
    "start notepad",
    "robocopy a b",
    "net share",
    "netsh interface show",
    "schtasks /query",
    "sc delete x",
    "wmic os get caption",
    "for /r C:\\Windows %i in (*) do echo %i",
    "for /d /r %i in (*) do echo %i",
    "for /f tokens^=1 %i in (x) do echo %i",
    'for /f "skip=0" %i in (x) do echo %i',
  ])("refuses loudly: %s", async (line) => {
    const said = await file.bench.cmd(`${line} & echo went on`);
    expect(said).toMatchObject({ code: 99, out: "" });
    expect(said.errors).toContain("this stand-in does not know");
  });

  it("keeps one restart at a time, and takes it back", async () => {
    expect((await file.bench.cmd("shutdown /a")).code).toBe(1116);
    expect((await file.bench.cmd('shutdown /r /f /t 60 /c "later"')).code).toBe(0);
    expect((await file.bench.cmd("shutdown /r /t 60")).code).toBe(1190);
    expect((await file.bench.cmd("shutdown /a")).code).toBe(0);
    expect((await file.bench.cmd("shutdown /r /t 0")).code).toBe(0);
    expect(file.bench.power).toEqual(["restart"]);
    expect((await file.bench.cmd("shutdown /r /t 0")).code).toBe(1115);
  });

  it("calculates as 32 bits do, whatever is asked", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -9999, max: 9999 }),
        fc.constantFrom("+", "-", "*", "&", "|"),
        fc.integer({ min: 0, max: 9999 }),
        async (a, operator, b) => {
          const values: Record<string, number> = {
            "+": a + b,
            "-": a - b,
            "*": Math.imul(a, b),
            "&": a & b,
            "|": a | b,
          };
          expect(await printed(`set /a "${a} ${operator} ${b}"`)).toBe(String(values[operator]));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("hands any text of a variable on to PowerShell as it is", async () => {
    const plain = fc
      .string({ unit: fc.constantFrom(..."abcXYZ 019$`'{}()[]@#;,./*?~-_=+:"), minLength: 1, maxLength: 20 })
      .filter((text) => text.trim() === text);
    await fc.assert(
      fc.asyncProperty(plain, async (text) => {
        expect(await printed(`set "V=${text}" && powershell -Command "Write-Host ('<' + $env:V + '>')"`)).toBe(
          `<${text}>`,
        );
      }),
      { numRuns: 40 },
    );
  });
});
