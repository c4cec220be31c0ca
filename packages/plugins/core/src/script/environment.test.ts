import { fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { environmentOf, environmentProblems } from "./environment.ts";
import { environmentText, formatPair } from "./environment-text.ts";

const run = { buildName: "web", builderType: "null", buildValues: {} };

it("sorts by name, and env wins", () => {
  const found = environmentOf({ environment_vars: ["B=1", "A=x=y", "C="], env: { B: "2" } }, run);
  expect([...found]).toEqual([
    ["A", "x=y"],
    ["B", "2"],
    ["C", ""],
    ["PACKER_BUILDER_TYPE", "null"],
    ["PACKER_BUILD_NAME", "web"],
  ]);
});

it("names the web server only where there is one", () => {
  const buildValues = {
    PackerHTTPAddr: "10.0.2.2:8080",
    PackerHTTPIP: "10.0.2.2",
    PackerHTTPPort: "ERR_HTTP_PORT_NOT_IMPLEMENTED_BY_BUILDER",
  };
  const found = environmentOf({}, { ...run, buildValues });
  expect(found.get("PACKER_HTTP_ADDR")).toBe("10.0.2.2:8080");
  expect(found.get("PACKER_HTTP_IP")).toBe("10.0.2.2");
  expect(found.has("PACKER_HTTP_PORT")).toBe(false);
});

it("refuses every entry that is no assignment", () => {
  const problems = environmentProblems({ environment_vars: ["=x", "A=1", "y", ""] }, fakePrepareContext());
  expect(problems.map((p) => p.summary)).toEqual(
    ["=x", "y", ""].map((entry) => `Environment variable not in format 'key=value': ${entry}`),
  );
});

it("writes variables as Packer does", () => {
  const variables = environmentOf({ environment_vars: ["A=it's"] }, run);
  expect(environmentText(variables, "%s='%s' ")).toBe(
    `A='it'"'"'s' PACKER_BUILDER_TYPE='null' PACKER_BUILD_NAME='web' `,
  );
});

it.each([
  ["set %s=%s && ", "set A=b && "],
  ["%[2]s of %[1]s", "b of A"],
  ["%q=%v 100%%", `"A"=b 100%`],
  ["%s", "A%!(EXTRA string=b)"],
  ["%s %s %s", "A b %!s(MISSING)"],
  ["%d=%s", "%!d(string=A)=b"],
])("formats %j as Go does", (format, text) => {
  expect(formatPair(format, "A", "b")).toBe(text);
});
