import type { InputsContext, Prepared } from "@kiln/sdk";
import { FakeHost, fakePrepareContext, renderNames } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { breakpoint } from "./breakpoint/index.ts";
import { file } from "./file/index.ts";
import { shell } from "./shell/index.ts";
import { shellLocal } from "./shell-local/index.ts";
import { sleep } from "./sleep/index.ts";

const host = new FakeHost({ files: { "setup.sh": "true", "app/x": "1" } });
const run: InputsContext = {
  buildName: "web",
  builderType: "docker",
  render: (template, data) => renderNames(template, { Version: "7", ...data }),
};

/** What the engine would be told of a provisioner with these options. */
async function inputsOf(
  component: { readonly prepare: unknown; readonly config: object },
  options: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const defaults = Object.fromEntries(
    Object.entries(component.config).flatMap(([name, field]) =>
      field.fallback === undefined ? [] : [[name, field.fallback]],
    ),
  );
  const prepare = component.prepare as (
    config: object,
    ctx: object,
  ) => Promise<{ ok: boolean; value: Prepared<never, void> }>;
  const prepared = await prepare({ ...defaults, ...options }, fakePrepareContext({ host }));
  if (!prepared.ok) throw new Error("refused");
  return prepared.value.inputs?.(host, run);
}

it("shell depends on its scripts, and on its commands as they will be run", async () => {
  expect(await inputsOf(shell, { scripts: ["setup.sh"], environment_vars: ["A=1"] })).toMatchObject({
    config: { environment_vars: ["A=1"], execute_command: "chmod +x <no value>; <no value> <no value>" },
    files: ["setup.sh"],
    fileNoun: "script",
    facts: { "the build's name": "web" },
  });
  expect(
    await inputsOf(shell, { inline: ["echo {{.Version}}"], execute_command: "sudo {{.Path}} {{.Version}}" }),
  ).toMatchObject({
    config: { inline: "#!/bin/sh -e\necho 7\n", execute_command: "sudo <no value> 7" },
    files: [],
  });
});

it("file depends on what it sends and where to", async () => {
  expect(
    await inputsOf(file, { sources: ["app"], source: "setup.sh", destination: "/opt/{{.Version}}" }),
  ).toMatchObject({
    config: { destination: "/opt/7" },
    files: ["app", "setup.sh"],
  });
  expect(await inputsOf(file, { content: "v{{.Version}}", destination: "/v" })).toMatchObject({
    config: { content: "v7" },
    files: [],
  });
});

it("must run always where it reaches beyond the machine", async () => {
  expect(await inputsOf(file, { source: "/etc/x", destination: "x", direction: "download" })).toEqual({
    never: "downloads from the machine",
  });
  expect(await inputsOf(file, { source: "app", destination: "/x", generated: true })).toEqual({
    never: "sends what the build itself makes",
  });
  expect(await inputsOf(shellLocal, { inline: ["true"] })).toEqual({ never: "works on this machine" });
  expect(await inputsOf(breakpoint, {})).toEqual({ never: "waits for a person" });
});

it("need not wait again", async () => {
  expect(await inputsOf(sleep, { duration: 5 })).toEqual({ config: { duration: 5 }, files: [] });
  expect(await inputsOf(breakpoint, { disable: true })).toEqual({ config: {}, files: [] });
});
