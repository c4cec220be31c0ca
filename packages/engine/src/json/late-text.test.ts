import { FakeHost } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { JsonScope } from "./json-scope.ts";
import { lateText } from "./late-text.ts";

const scope = new JsonScope(new Map([["build", { ID: "i-1" }]]), {
  host: new FakeHost(),
  startedAt: new Date(0),
  packerVersion: "1.0.0",
});
const render = lateText(scope, {});

it("renders a name that a map does not have as Go does", () => {
  expect(render("{{.Path}} {{.Nope}}", { Path: "p" })).toMatchObject({ value: "p <no value>" });
});

it.each(["*shell.ExecuteCommandTemplate", "qemu.qemuArgsTemplateData"])(
  "refuses a name that %s does not have",
  (type) => {
    expect(render("{{.Path}} {{.ID}} {{build `ID`}}", { Path: "p" }, type)).toMatchObject({ value: "p i-1 i-1" });
    expect(render("{{if .Path}}{{.Nope}}{{end}}", { Path: "p" }, type)).toMatchObject({
      diagnostics: [
        { summary: `template: root:1:14: executing "root" at <.Nope>: can't evaluate field Nope in type ${type}` },
      ],
    });
  },
);
