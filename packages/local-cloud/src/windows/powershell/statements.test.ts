import { expect, it } from "vitest";
import { benchOfFile, linesOf } from "../testing/bench-of-file.ts";

const file = benchOfFile();

const printed = (script: string): Promise<string> => linesOf(file.bench.script(script));

it.each([
  ["1..3 | % { if ($_ -eq 2) { return }; $_ }; 'end'", "1\n3\nend"],
  ["$r = 1..3 | % { return $_ }; $r -join ','", "1,2,3"],
  ["1..4 | ? { return $_ -gt 2 }; 'end'", "3\n4\nend"],
  ["3,1,2 | sort { return -$_ }; 'end'", "3\n2\n1\nend"],
  ["1,2 | select @{n='a';e={ return $_ * 2 }} | % { $_.a }; 'end'", "2\n4\nend"],
  ["Invoke-Expression 'return 4'; 'end'", "4\nend"],
  ["function f { 1..3 | % { return $_ }; 'f' }; f; 'end'", "1\n2\n3\nf\nend"],
  ["switch (3) { { return $_ -gt 2 } { 'big' } }; 'end'", "big\nend"],
])("ends only the block at a return: %s", async (script, output) => {
  expect(await printed(script)).toBe(output);
});

it.each([
  ["foreach ($x in 1,2) { 1..3 | % { if ($_ -eq 2) { break }; $_ } }; 'end'", "1\nend"],
  ["foreach ($x in 1,2) { 1..3 | % { if ($_ -eq 2) { continue }; $_ } }; 'end'", "1\n1\nend"],
  ["1..3 | % { if ($_ -eq 2) { break }; $_ }; 'end'", "1"],
])("leaves the loop or script around a block at break and continue: %s", async (script, output) => {
  expect(await printed(script)).toBe(output);
});

it.each([
  ["if ($true) { 1 } 2", "1\n2"],
  ["if ($false) { 1 } else { 3 } 2", "3\n2"],
  ["foreach ($x in 1..2) { $x } 'done'", "1\n2\ndone"],
  ["function f { param($x) if ($x) { return $x * 2 } 'zero' } f 4; f 0", "8\nzero"],
  ["$n = 1; switch ($n) { 1 { 'one' } } $n", "one\n1"],
  ["try { throw 'x' } catch { 'c' } finally { 'f' } 'end'", "c\nf\nend"],
  ["do { 1 } while ($false) 'end'", "1\nend"],
])("takes a statement after a block on its line: %s", async (script, output) => {
  expect(await printed(script)).toBe(output);
});

it("wants something between a pipeline and what follows it", async () => {
  expect((await file.bench.script("& { 1 } | % { $_ } ; { 2 } 'x'")).errors).toContain("Unexpected token ''x''");
});
