import type { ProvisionContext } from "@kiln/sdk";
import { FakeCommunicator, type FakeExecResult, FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { IdleClock } from "../../testing/idle-clock.ts";
import { checkCommand, defaultRegistryKeys, registryCommand } from "./commands.ts";
import type { Config } from "./config.ts";
import { windowsRestart } from "./index.ts";

const defaults = {
  restart_command: 'shutdown /r /f /t 0 /c "packer restart"',
  restart_timeout: 300_000,
  check_registry: false,
  registry_keys: defaultRegistryKeys,
} as const;
const shortNames: Readonly<Record<string, string>> = {
  [defaults.restart_command]: "restart",
  'shutdown /r /f /t 60 /c "packer restart test"': "probe",
  "shutdown /a": "abort",
  [checkCommand]: "check",
  [registryCommand(defaultRegistryKeys)]: "registry",
};
const gone: FakeExecResult = { exit: "disconnected", neverStarted: true };
const back: FakeExecResult = { stdout: "WIN-1 restarted.\r\n" };

/** `script` has the machine's answers by command, in order; the last one stays. */
async function restart(
  script: Readonly<Record<string, readonly (FakeExecResult | "hangs")[]>>,
  settings: Partial<Config> = {},
  signal = new AbortController().signal,
) {
  const clock = new IdleClock();
  const host = Object.assign(new FakeHost(), { clock });
  const asked: string[] = [];
  const counts: Record<string, number> = {};
  const communicator = new FakeCommunicator({ kind: "winrm" });
  communicator.exec = async (command, options) => {
    options.signal.throwIfAborted();
    const name = shortNames[command] ?? command;
    asked.push(name);
    const answers = script[name] ?? [{ exit: 0 }];
    const n = counts[name] ?? 0;
    counts[name] = n + 1;
    const answer = answers[Math.min(n, answers.length - 1)];
    if (answer === undefined || answer === "hangs") {
      return new Promise((_, reject) => {
        options.signal.addEventListener("abort", () => reject(options.signal.reason));
      });
    }
    for (const stream of ["stdout", "stderr"] as const) {
      if (answer[stream]) options.onOutput?.({ stream, bytes: Buffer.from(answer[stream]) });
    }
    return { exit: answer.exit ?? 0 };
  };
  const checked = await windowsRestart.prepare({ ...defaults, ...settings }, fakePrepareContext({ host }));
  if (!checked.ok) throw new Error("refused");
  const run = new FakeRun({ host, signal });
  const ctx = Object.assign(run, { machine: { communicator, facts: {} } }) as unknown as ProvisionContext;
  const error = await checked.value.run(ctx).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { asked, lines: run.ui.lines, error, message: error instanceof Error ? error.message : "", clock };
}

it("restarts and waits as printed in Packer's guide", async () => {
  const { asked, lines, error } = await restart({ probe: [gone], check: [gone, gone, back] });
  expect(error).toBeUndefined();
  expect(lines).toEqual([
    "==> Restarting Machine",
    "==> Waiting for machine to restart...",
    "    WIN-1 restarted.",
    "==> Machine successfully restarted, moving on",
  ]);
  expect(asked).toEqual(["restart", "probe", "check", "check", "check"]);
});

it("takes a probe that was accepted back, and waits while a shutdown is under way", async () => {
  const busy: FakeExecResult = { exit: 1115, stderr: "A system shutdown is in progress.(1115)\r\n" };
  const { asked, lines, clock } = await restart({ probe: [busy, { exit: 1190 }, { exit: 0 }], check: [back] });
  expect(asked).toEqual(["restart", "probe", "probe", "probe", "abort", "check"]);
  expect(clock.sleeps).toEqual([300_000, 10_000, 10_000, 5_000]);
  expect(lines).toContain("!!> A system shutdown is in progress.(1115)");
});

it("asks the template's own check until it succeeds, and then no more", async () => {
  const { asked, lines } = await restart(
    {
      probe: [{ exit: 1 }],
      "my check": [gone, { exit: 3, stdout: "not yet\n" }, { stdout: "ready\n" }],
      check: [gone, back],
    },
    { restart_check_command: "my check" },
  );
  expect(asked).toEqual(["restart", "probe", "my check", "my check", "my check", "check", "check"]);
  expect(lines.slice(2, -1)).toEqual(["    not yet", "    ready", "    WIN-1 restarted."]);
});

it("waits for the registry where it is told to", async () => {
  const pending: FakeExecResult = { stdout: `${defaultRegistryKeys[0]}\r\n` };
  const { asked, error } = await restart(
    { probe: [gone], check: [back], registry: [pending, { exit: 1 }, {}] },
    { check_registry: true },
  );
  expect(error).toBeUndefined();
  expect(asked.filter((name) => name === "registry")).toHaveLength(3);
});

it.each<readonly [string, Parameters<typeof restart>[0], Partial<Config>, string]>([
  [
    "never comes back",
    { probe: [gone], check: [gone] },
    {},
    "The machine went away as it should; last seen within 5m0s: it does not answer.",
  ],
  [
    "hangs",
    { probe: [gone], check: ["hangs"] },
    { restart_timeout: 60_000 },
    "The machine went away as it should; last seen within 1m0s: it does not answer.",
  ],
  [
    "never goes away",
    { probe: [{ exit: 1190, stderr: "scheduled (1190)" }] },
    {},
    "The machine was never seen to go away: the restart command may not have restarted it; last seen within 5m0s: " +
      "shutdown answered with exit code 1190: scheduled (1190).",
  ],
  [
    "comes back with a broken PowerShell",
    { probe: [gone], check: [{ exit: 255, stderr: "not recognized\r\n" }] },
    {},
    "last seen within 5m0s: it answers, but PowerShell ended with exit code 255: not recognized.",
  ],
  [
    "never passes the template's check",
    { probe: [gone], mine: [{ exit: 7 }] },
    { restart_check_command: "mine" },
    "last seen within 5m0s: restart_check_command ended with exit code 7.",
  ],
  [
    "keeps wanting a restart",
    { probe: [gone], check: [back], registry: [{ stdout: "HKLM:A\r\nHKLM:B\r\n" }] },
    { check_registry: true },
    "it is back, but the registry still has HKLM:A, HKLM:B.",
  ],
])("says what was seen of a machine that %s", async (_, script, settings, seen) => {
  const { message, error } = await restart(script, settings);
  expect(message).toMatch(/^Timeout waiting for machine to restart\. /);
  expect(message).toContain(seen);
  expect(error).toMatchObject({ code: "windows-restart/timeout" });
});

it("accepts a restart command that was cut off, and refuses one that failed", async () => {
  const cut = await restart({ restart: [{ exit: "disconnected" }], probe: [gone], check: [back] });
  expect(cut.error).toBeUndefined();
  const denied = await restart({ restart: [{ exit: 5, stderr: "Access is denied.(5)\r\n" }] });
  expect(denied.message).toBe("Restart script exited with non-zero exit status: 5");
  expect(denied.lines).toContain("!!> Access is denied.(5)");
  expect(denied.asked).toEqual(["restart"]);
});

it("does not go on when its own probe would restart the machine", async () => {
  const { message, asked } = await restart({ abort: [{ exit: 5, stderr: "Access is denied.(5)" }] });
  expect(message).toContain("`shutdown /a` ended with exit code 5: Access is denied.(5)");
  expect(asked.filter((name) => name === "abort")).toHaveLength(5);
});

it("stops when the build is interrupted", async () => {
  const stop = new AbortController();
  const running = restart({ probe: ["hangs"] }, {}, stop.signal);
  stop.abort(new Error("interrupted"));
  expect((await running).message).toBe("interrupted");
});
