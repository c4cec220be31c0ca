import {
  codeOf,
  type Host,
  type InputsContext,
  messageOf,
  type ProvisionContext,
  pending,
  type StepInputs,
  type Unrepeatable,
} from "@kiln/sdk";
import type { Render } from "../engine.ts";
import type { Planned } from "../plan/plan.ts";
import { type Digested, digestInputs } from "./inputs-digest.ts";

export interface Surroundings {
  readonly host: Host;
  readonly buildName: string;
  readonly builderType: string;
  /** Values of `build` that are the same in every build that begins alike. */
  readonly stable: Readonly<Record<string, unknown>>;
  /** Names of all others. */
  readonly unknown: readonly string[];
  readonly salt: Uint8Array;
  readonly signal: AbortSignal;
}
type Provisioner = Planned<ProvisionContext, void>;

const marker = "kiln-value-of-the-run-";

function uses(names: readonly string[]): Unrepeatable {
  return { never: `uses ${names.map((name) => `build.${name}`).join(", ")}, which only the run knows` };
}

/** The salted inputs of a provisioner, before there is a machine; or why it has none that say everything. */
export async function provisionerInputs(provisioner: Provisioner, around: Surroundings): Promise<Digested> {
  const { host, salt, signal, stable, unknown } = around;
  const bound = await provisioner.bind({ ...stable, ...Object.fromEntries(unknown.map((name) => [name, pending])) });
  if (!bound.ok) return { never: "cannot be checked before there is a machine" };
  if (bound.value.late) return uses(await lateNames(provisioner, around));
  const { prepared } = bound.value;
  if (!prepared.inputs) return { never: "cannot tell what its effect depends on" };
  const asked = new Set<string>();
  const marked = await provisioner.bind(markers(around));
  const render = watchedRender(marked.ok ? marked.value.render : bound.value.render, unknown, asked);
  const { buildName, builderType } = around;
  let inputs: StepInputs | Unrepeatable;
  try {
    inputs = await prepared.inputs(host, { buildName, builderType, render });
  } catch (error) {
    signal.throwIfAborted();
    if (asked.size > 0) return uses([...asked]);
    return { never: `cannot tell what its effect depends on: ${codeOf(error) ?? ""} ${messageOf(error)}`.trim() };
  }
  if (asked.size > 0) return uses([...asked]);
  if ("never" in inputs) return inputs;
  const { pauseBeforeMs } = provisioner.meta;
  const config = pauseBeforeMs ? { ...asMembers(inputs.config), pause_before: pauseBeforeMs } : inputs.config;
  return digestInputs({ ...inputs, config }, host, salt, signal);
}

function asMembers(config: unknown): object {
  return typeof config === "object" && config !== null ? config : { value: config };
}

function markers({ stable, unknown }: Surroundings): Readonly<Record<string, unknown>> {
  return { ...stable, ...Object.fromEntries(unknown.map((name) => [name, `${marker}${name}`])) };
}

/** Which values the configuration waits for: each is asked alone. */
async function lateNames(provisioner: Provisioner, around: Surroundings): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of around.unknown) {
    const bound = await provisioner.bind({ ...markers(around), [name]: pending });
    if (bound.ok && bound.value.late) found.push(name);
  }
  return found.length > 0 ? found : ["*"];
}

/**
 * Notes every value of the run that a text asks for: those whose marker comes out, and those that are named in its calls at all, since a
 * condition shows nothing.
 */
function watchedRender(render: Render, unknown: readonly string[], asked: Set<string>): InputsContext["render"] {
  return (template, data, type) => {
    const calls = (template.match(/\{\{[\s\S]*?\}\}/g) ?? []).join(" ");
    const words = new Set(calls.match(/\w+/g));
    const names = unknown.filter((name) => !Object.hasOwn(data, name));
    for (const name of names) if (words.has(name)) asked.add(name);
    const result = render(template, data, type);
    if (result.ok && result.value.includes(marker))
      for (const name of names) if (result.value.includes(`${marker}${name}`)) asked.add(name);
    return result;
  };
}
