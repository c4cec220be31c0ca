import type { Provisioner, StepInputs } from "@kiln/sdk";
import { FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { powershell } from "./powershell/index.ts";
import { windowsRestart } from "./windows-restart/index.ts";
import { windowsShell } from "./windows-shell/index.ts";

const host = new FakeHost({ files: { "a.ps1": "1", "b.ps1": "2" } });
const run = new FakeRun({ host, buildValues: { User: "me" } });

/** What the cache hashes for a provisioner. */
async function inputsOf(component: Provisioner, settings: Readonly<Record<string, unknown>>): Promise<StepInputs> {
  const defaults = Object.fromEntries(
    Object.entries(component.config).flatMap(([name, { fallback }]) =>
      fallback === undefined ? [] : [[name, fallback]],
    ),
  );
  const checked = await component.prepare({ ...defaults, ...settings }, fakePrepareContext({ host }));
  if (!checked.ok) throw new Error("refused");
  const inputs = await checked.value.inputs?.(host, run);
  if (!inputs || "never" in inputs) throw new Error("not repeatable");
  return inputs;
}

it.each<readonly [string, Provisioner]>([
  ["powershell", powershell],
  ["windows-shell", windowsShell],
])("%s depends on its scripts, its rendered options and the build's name", async (_, component) => {
  const inputs = await inputsOf(component, { scripts: ["a.ps1", "b.ps1"], execute_command: "{{.User}} {{.Path}}" });
  expect(inputs.files).toEqual(["a.ps1", "b.ps1"]);
  expect(inputs.config).toMatchObject({ execute_command: expect.stringMatching(/^me /) as unknown });
  expect(inputs.facts).toEqual({ "the build's name": "test", "the builder's type": "null" });
  const [one, two] = await Promise.all(["{{.User}}", "you"].map((inline) => inputsOf(component, { inline: [inline] })));
  expect(one?.config).toMatchObject({ inline: ["me"] });
  expect(one).not.toEqual(two);
});

it("an elevated password is no input of powershell, its user is", async () => {
  const inputs = (user: string, password: string): Promise<StepInputs> =>
    inputsOf(powershell, { inline: ["x"], elevated_user: user, elevated_password: password });
  expect(await inputs("a", "1")).toEqual(await inputs("a", "2"));
  expect(await inputs("a", "1")).not.toEqual(await inputs("b", "1"));
});

it("windows-restart depends on its options", async () => {
  expect((await inputsOf(windowsRestart, { restart_command: "r" })).config).toMatchObject({ restart_command: "r" });
});
