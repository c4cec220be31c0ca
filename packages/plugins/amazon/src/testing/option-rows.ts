import { expect } from "vitest";
import type { Answer } from "./fake-transport.ts";
import { checkEbs, type Options, plain, type Run, type RunOptions, runEbs } from "./run-ebs.ts";

/** Shows what changes when an option is set; fails when nothing does. */
export type Row = () => Promise<void>;
export type Base = Options;

const seen = new Map<string, Promise<Run>>();
/** The build without the option, once for all rows that share it. */
function without(base: Base, settings: RunOptions): Promise<Run> {
  // Handlers make a run a test's own.
  if (Object.keys(settings).length > 0) return runEbs(base, settings);
  const key = JSON.stringify(base);
  const known = seen.get(key) ?? runEbs(base);
  seen.set(key, known);
  return known;
}

function has(run: Run, action: string, part: Answer): boolean {
  return run.aws.inputs(action).some((input) => matches(input, part));
}
function matches(value: unknown, part: unknown): boolean {
  try {
    expect(value).toMatchObject(part as object);
    return true;
  } catch {
    return false;
  }
}

/** A request of this action holds `part`, and none did without the option. */
export function sends(
  options: Options,
  action: string,
  part: Answer,
  base: Base = plain,
  settings: RunOptions = {},
): Row {
  return async () => {
    const run = await runEbs({ ...base, ...options }, settings);
    expect(run.aws.problems).toEqual([]);
    const inputs = run.aws.inputs(action);
    expect(inputs.length, `${action} was sent; ${run.error?.message}`).toBeGreaterThan(0);
    if (!has(run, action, part)) expect(inputs).toContainEqual(expect.objectContaining(part));
    expect(has(await without(base, settings), action, part), "without the option").toBe(false);
  };
}
/** A request of this action is no longer sent. */
export function spares(options: Options, action: string, base: Base = plain): Row {
  return async () => {
    expect((await without(base, {})).aws.actions()).toContain(action);
    expect((await runEbs({ ...base, ...options })).aws.actions()).not.toContain(action);
  };
}
/** A line is printed that was not without the option. */
export function says(options: Options, line: string, base: Base = plain, settings: RunOptions = {}): Row {
  return async () => {
    const run = await runEbs({ ...base, ...options }, settings);
    expect(run.aws.problems).toEqual([]);
    expect(run.lines.join("\n")).toContain(line);
    expect((await without(base, settings)).lines.join("\n")).not.toContain(line);
  };
}
/** The check says this of the options and not of the base. */
export function refuses(options: Options, summary: string, base: Base = plain): Row {
  return async () => {
    const texts = (await checkEbs({ ...base, ...options })).map((d) => d.summary);
    expect(texts.join("\n")).toContain(summary);
    expect((await checkEbs(base)).map((d) => d.summary).join("\n")).not.toContain(summary);
  };
}
/** The option reaches the engine's connection as it is. */
export function connectsWith(name: string, value: unknown): Row {
  return async () => {
    const { ctx, error } = await runEbs({ ...plain, [name]: value }, { host: { files: { "/k": "key" } } });
    expect(error).toBeUndefined();
    expect(ctx.targets[0]?.config).toMatchObject({ [name]: value });
  };
}
