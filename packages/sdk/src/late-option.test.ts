import { expect, it } from "vitest";
import { renderedOption } from "./late-option.ts";
import { FakeBuild } from "./testing/fake-context.ts";

const option = { option: "qemuargs", type: "qemu.qemuArgsTemplateData", complaint: "Error processing QemuArgs" };

it("renders an option's text", () => {
  expect(renderedOption(new FakeBuild(), option, "-{{.Name}}", { Name: "a" })).toBe("-a");
});

it("ends the step at a name that there is not, and says what names there are", () => {
  expect(() => renderedOption(new FakeBuild(), option, "{{.Nope}}", { Name: "a", HTTPPort: 1 })).toThrow(
    "Error processing QemuArgs: can't evaluate field Nope in type qemu.qemuArgsTemplateData\nqemuargs may use .Name, .HTTPPort.",
  );
  expect(() => renderedOption(new FakeBuild(), option, "{{.Nope}}", {})).toThrow("qemuargs has no names of its own.");
});
