import { expect, it } from "vitest";
import { unifiedDiff } from "./unified-diff.ts";

it("leaves the count of a single line out", () => {
  expect(unifiedDiff("v", "a=1\n", "a = 1\n")).toBe("--- old/v\n+++ new/v\n@@ -1 +1 @@\n-a=1\n+a = 1\n");
});

it("prints what diff -u prints", () => {
  const before = 'variable "a" {\ntype=string\n  default =   "x"\n}\n';
  const after = 'variable "a" {\n  type    = string\n  default = "x"\n}\n';
  expect(unifiedDiff("t.pkr.hcl", before, after)).toBe(`--- old/t.pkr.hcl
+++ new/t.pkr.hcl
@@ -1,4 +1,4 @@
 variable "a" {
-type=string
-  default =   "x"
+  type    = string
+  default = "x"
 }
`);
});
