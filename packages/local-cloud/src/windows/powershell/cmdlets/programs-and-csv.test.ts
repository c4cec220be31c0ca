import { expect, it } from "vitest";
import { WindowsBench } from "../../testing/bench.ts";

it.each([
  [
    "'before'; Start-Process cmd -ArgumentList '/c','echo in & exit 3' -Wait -NoNewWindow; 'after'",
    "before\nin \nafter",
  ],
  [
    "$p = Start-Process -FilePath cmd.exe '/c exit 5' -Wait -PassThru; $p.ExitCode; $p.HasExited; $LASTEXITCODE -eq $null",
    "5\nTrue\nTrue",
  ],
  ["Start-Process cmd '/c echo unseen' -Wait; 'end'", "end"],
  [
    "Start-Process cmd '/c echo kept& echo bad>&2' -Wait -NoNewWindow -RedirectStandardOutput C:\\o.txt -RedirectStandardError C:\\e.txt; gc C:\\o.txt; gc C:\\e.txt",
    "kept\nbad",
  ],
  [
    'try { Start-Process nosuch.exe -Wait } catch { "$_" }',
    "This command cannot be run due to the error: The system cannot find the file specified.",
  ],
  [
    '\'a,b\',\'1,"x, ""y"""\',\'2\' | ConvertFrom-Csv | % { "$($_.a)=$($_.b)"; $_.b -eq $null }',
    '1=x, "y"\nFalse\n2=\nTrue',
  ],
  ["\"n;m`nx;y\" | ConvertFrom-Csv -Delimiter ';' | % m; ConvertFrom-Csv 'p,q' -Header One,Two | % Two", "y\nq"],
  [
    "Set-Content C:\\d.xml '<Task>',' <A>1</A>','</Task>'; [xml]$d = Get-Content C:\\d.xml; $d.OuterXml.Length -gt 10; $d.SelectSingleNode('/Task/A').OuterXml",
    "True\n<A>1</A>",
  ],
])("%s", async (script, output) => {
  using bench = new WindowsBench();
  const said = await bench.script(script);
  expect(said).toMatchObject({ code: 0, errors: "" });
  expect(said.out.replaceAll("\r\n", "\n").replace(/\n$/, "")).toBe(output);
});

it.each([
  "Start-Process cmd '/c echo x'",
  "Start-Process msiexec '/i x' -Wait",
  "Start-Process cmd -Verb RunAs -Wait",
  "'a, b','1' | ConvertFrom-Csv",
  "'a,a','1,2' | ConvertFrom-Csv",
  "'a','\"open' | ConvertFrom-Csv",
])("refuses loudly: %s", async (script) => {
  using bench = new WindowsBench();
  expect(await bench.script(`${script}; 'went on'`)).toMatchObject({ code: 99, out: "" });
});
