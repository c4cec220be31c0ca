import { expect, it } from "vitest";
import { strictly } from "../plan/strictly.ts";
import { unusedNames } from "./strict.ts";
import { planned, told } from "./template-under-test.ts";

it("names what nothing refers to; a rule about itself is no use", async () => {
  const { parsed } = await planned(`
variable "used" { default = 1 }
variable "unused" {
  default = 1
  validation {
    condition     = var.unused > 0
    error_message = "Too small."
  }
}
locals {
  a = var.used
  b = 1
}
source "mock" "x" { size = local.a }
build { sources = ["mock.x"] }`);
  expect(told(unusedNames(parsed))).toEqual(['Unused variable "unused" @3:10', 'Unused local "b" @12:3']);
});

it("knows nothing to be unused where all are used at once", async () => {
  const { parsed } = await planned(`
locals { a = 1 }
source "mock" "x" { lines = keys(local) }
build { sources = ["mock.x"] }`);
  expect(unusedNames(parsed)).toEqual([]);
});

it("makes errors of the warnings that it is about", async () => {
  const { found } = await planned('source "mock" "x" { older = "y" }\nbuild { sources = ["mock.x"] }');
  expect(strictly(found).map((d) => d.severity)).toEqual(["error"]);
});
