import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { KilnBed, kilnBinary, run } from "../kiln.ts";

const ctrlC = "\u0003";
const ctrlD = "\u0004";
const up = "\u001b[A";

interface Played {
  readonly text: string;
  /** What was waited for in vain. */
  readonly missed: string | null;
  readonly code: number;
}

/** Kiln on a terminal, with a person who waits for something on the screen before typing the next thing. */
async function onTerminal(
  template: object | string,
  args: readonly string[],
  steps: readonly (readonly [string, string])[],
): Promise<Played> {
  using bed = new KilnBed();
  const name = typeof template === "string" ? "t.pkr.hcl" : "t.json";
  writeFileSync(join(bed.folder, name), typeof template === "string" ? template : JSON.stringify(template));
  const driver = join(import.meta.dirname, "on-terminal.py");
  const { stdout, stderr } = await run("python3", [driver, JSON.stringify(steps), kilnBinary(), ...args, name], {
    cwd: bed.folder,
    env: { KILN_STATE_DIR: bed.state, TERM: "xterm" },
  });
  if (stdout === "") throw new Error(stderr);
  const played = JSON.parse(stdout) as Played;
  return { ...played, text: stripVTControlCharacters(played.text).replaceAll("\r", "") };
}

const variables = `variable "a" { default = "A" }`;
const consoleWith = (...steps: readonly (readonly [string, string])[]) => onTerminal(variables, ["console"], steps);
const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "" && line !== "> ");

describe("the console on a terminal", () => {
  it("answers line by line, past mistakes, until exit", async () => {
    const played = await consoleWith(
      ["> ", "1+1\r"],
      ["2\r\n", "var.no\r"],
      ["does not have an attribute", "var.a\r"],
      ["A\r\n", "exit\r"],
    );
    expect(played).toMatchObject({ missed: null, code: 0 });
  });

  it("takes lines that are pasted together", async () => {
    const { text, missed } = await consoleWith(["> ", "1+1\r2+2\r3+3\r"], ["6\r\n", "exit\r"]);
    expect(missed).toBeNull();
    expect(lines(text).filter((line) => /^(> )?[246]$/.test(line))).toHaveLength(3);
  });

  it("has a history", async () => {
    const { text, missed } = await consoleWith(["> ", "20+1\r"], ["21\r\n", `${up}\r`], ["21\r\n", "exit\r"]);
    expect([missed, text.match(/^21$/gm)]).toEqual([null, ["21", "21"]]);
  });

  it("clears a line at Ctrl-C and ends there on an empty one", async () => {
    const played = await consoleWith(["> ", `40+1${ctrlC}`], ["^C\r\n", "50+1\r"], ["51\r\n", ctrlC]);
    expect(played).toMatchObject({ missed: null, code: 0 });
    expect(played.text).not.toContain("41");
  });

  it("ends at Ctrl-D", async () => {
    expect(await consoleWith(["> ", ctrlD])).toMatchObject({ missed: null, code: 0 });
  });
});

describe("-on-error=ask on a terminal", () => {
  const failing = {
    builders: [{ type: "null", communicator: "none" }],
    provisioners: [{ type: "shell-local", inline: ["echo tried; exit 3"] }],
    "error-cleanup-provisioner": { type: "shell-local", inline: ["echo cleaned"] },
  };
  const question = "retry succeeds)? ";
  const play = (...keys: readonly string[]) =>
    onTerminal(
      failing,
      ["build", "-color=false", "-on-error=ask"],
      keys.map((key) => [question, key]),
    );
  const told = (text: string): readonly string[] => text.match(/tried$|cleaned$|skipping cleanup.*/gm) ?? [];

  it("tries again, and cleans up once", async () => {
    const { text, missed, code } = await play("r\r", "c\r");
    expect([missed, code, told(text)]).toEqual([null, 1, ["tried", "tried", "cleaned"]]);
  });

  it("aborts", async () => {
    const { text, missed, code } = await play("a\r");
    expect([missed, code, told(text)]).toEqual([null, 1, ["tried", 'skipping cleanup of step "StepConnect"']]);
  });

  it.each([
    ["Ctrl-C", ctrlC],
    ["Ctrl-D", ctrlD],
    ["Enter", "\r"],
  ])("cleans up at %s", async (_, key) => {
    const { text, missed, code } = await play(key);
    expect([missed, code, told(text)]).toEqual([null, 1, ["tried", "cleaned"]]);
    if (key === ctrlC) expect(text).toContain("\nCancelling build after receiving interrupt\n");
  });
});

describe("-debug on a terminal", () => {
  const template = {
    builders: [{ type: "null", communicator: "none" }],
    provisioners: [{ type: "shell-local", inline: ["echo provisioned"] }],
  };
  const go = "Press enter to continue. ";
  const play = (...keys: readonly string[]) =>
    onTerminal(
      template,
      ["build", "-color=false", "-debug"],
      keys.map((key) => [go, key]),
    );

  it("waits at every pause", async () => {
    const { missed, code, text } = await play("\r", "\r", "\r", "\r", "\r");
    expect([missed, code, text.match(/Pausing/g)?.length]).toEqual([null, 0, 5]);
  });

  it("is ended by Ctrl-C at a pause", async () => {
    const { missed, code, text } = await play("\r", ctrlC);
    expect([missed, code, text.includes("provisioned")]).toEqual([null, 1, false]);
    expect(text).toContain("Cleanly cancelled builds after being interrupted.");
  });
});
