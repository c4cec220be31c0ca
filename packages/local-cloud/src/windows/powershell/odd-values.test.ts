import fc from "fast-check";
import { expect, it } from "vitest";
import { WindowsBench } from "../testing/bench.ts";
import { cmdlets } from "./cmdlets/all.ts";

const values = fc.constantFrom(
  ...["$null", "''", "' '", "'zz'", "'%'", "'('", "'[a'", "'a*?['", "'{5}'", "'2024-13-45'", "'0x1G'", "'C:\\nope'"],
  ...["-1", "0", "5", "1.5", "99999999999", "1e300", "[double]::NaN", "[int]::MaxValue", "[int]::MinValue", "$true"],
  ...["@()", "@(1,'a')", "@{a=1}", "(Get-Date)", "([char]65)", "{ 1 }", "([byte[]](1,2))", "(New-TimeSpan -Seconds 5)"],
);
const several = fc.array(values, { maxLength: 3 }).map((list) => list.join(","));
const methods = fc.constantFrom(
  ...[
    "AddDays",
    "AddMonths",
    "Ceiling",
    "CompareTo",
    "Concat",
    "Contains",
    "Exists",
    "Floor",
    "Format",
    "FromBase64String",
  ],
  ...[
    "FromDays",
    "GetBytes",
    "GetEncoding",
    "GetFileName",
    "GetString",
    "IndexOf",
    "Insert",
    "IsMatch",
    "Join",
    "Matches",
  ],
  ...["Max", "PadLeft", "PadRight", "Parse", "ParseExact", "Pow", "ReadAllBytes", "ReadAllText", "Remove", "Replace"],
  ...["Reverse", "Round", "Sort", "Split", "StartsWith", "Substring", "Subtract", "ToBase64String", "ToByte", "ToChar"],
  ...["ToInt32", "ToInt64", "ToString", "Trim", "new"],
);
const types = fc.constantFrom(
  ...["array", "BitConverter", "byte", "byte[]", "char", "Convert", "datetime", "double", "Environment", "guid", "int"],
  ...["IO.Directory", "IO.File", "IO.Path", "long", "math", "regex", "string", "System.Text.Encoding", "timespan"],
  ...["Text.StringBuilder", "version", "xml"],
);
const operators = fc.constantFrom(
  ...["-eq", "-lt", "-like", "-match", "-replace", "-split", "-join", "-in", "-f", "-is", "-as", "-band", "-shl"],
  ...["+", "-", "*", "/", "%", "..", ","],
);
// What waits, restarts the machine or asks the network takes longer than it shows.
const quick = [...cmdlets.values()].filter(
  ({ name }) => !/^(?:Start-Sleep|(?:Re|St)[a-z]+-Computer|.*(?:Web|Rest).*|Test-\w*Connection)/.test(name),
);
const cmdlet = fc.constantFrom(...quick).chain(({ name, parameters }) => {
  const named = fc.tuple(fc.constantFrom("", ...parameters.map((parameter) => `-${parameter.name}`)), values);
  return fc
    .tuple(fc.option(values), fc.option(values), fc.array(named, { maxLength: 2 }))
    .map(([piped, first, rest]) => `${piped ? `${piped} | ` : ""}${name} ${first ?? ""} ${rest.flat().join(" ")}`);
});
const statement = fc.oneof(
  fc.tuple(types, methods, several).map(([type, method, args]) => `[${type}]::${method}(${args})`),
  fc.tuple(values, methods, several).map(([value, method, args]) => `(${value}).${method}(${args})`),
  fc.tuple(values, operators, values).map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
  fc.tuple(types, values).map(([type, value]) => `[${type}](${value})`),
  cmdlet,
);

it("ends with a result, an error of PowerShell or a refusal, whatever it is given", async () => {
  using bench = new WindowsBench();
  await fc.assert(
    fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 4 }), async (statements) => {
      // Anything else is thrown.
      const { code } = await bench.script(statements.map((one) => `try { ${one} } catch { 'caught' }`).join("\n"));
      expect([0, 1, 99]).toContain(code);
    }),
    { numRuns: 300, seed: 7 },
  );
});
