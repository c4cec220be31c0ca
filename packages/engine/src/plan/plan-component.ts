import {
  type Body,
  type Checked,
  type ComponentBlock,
  type ConnectConfig,
  checked,
  type Decoded,
  type Diagnostic,
  type EvalScope,
  type MetaArguments,
  type PrepareContext,
  type Prepared,
  problem,
  type Schema,
  verdict,
} from "@kiln/sdk";
import type { Engine, Render } from "../engine.ts";
import type { SecretSet } from "../secrets.ts";
import type { Bound, Planned } from "./plan.ts";

/** Facts of the build that a component's configuration is checked for. */
export interface BuildFacts {
  readonly engine: Engine;
  readonly buildName: string;
  readonly builderType: string;
  readonly force: boolean;
  readonly debug: boolean;
  readonly signal: AbortSignal;
  readonly secrets: SecretSet;
  /** Some values could not be determined, for which the template is refused already. */
  readonly incomplete: boolean;
  /** What a value of the build reads as that no one gave by the time it is used. */
  readonly unfilledValue: string;
}

interface AnyComponent<Ctx, Out> {
  readonly kind: string;
  readonly type: string;
  readonly config: Schema;
  readonly functions?: Readonly<Record<string, (...args: readonly string[]) => string>>;
  readonly communicators?: readonly string[];
  prepare(config: never, ctx: PrepareContext): Promise<Checked<Prepared<Ctx, Out>>>;
}

function prepareContext(facts: BuildFacts, decoded: Decoded<unknown>, render: Render): PrepareContext {
  const { engine } = facts;
  return {
    env: engine.host.env,
    platform: engine.host.platform,
    cwd: engine.host.cwd,
    files: engine.host.files,
    http: engine.host.http,
    buildName: facts.buildName,
    builderType: facts.builderType,
    force: facts.force,
    debug: facts.debug,
    signal: facts.signal,
    at: decoded.at,
    render,
  };
}

/** The rules of the way to connect, for components that have one. */
async function checkCommunicator(
  component: { readonly config: Schema; readonly communicators?: readonly string[] },
  config: Partial<ConnectConfig>,
  facts: BuildFacts,
  ctx: PrepareContext,
): Promise<readonly Diagnostic[]> {
  if (!Object.hasOwn(component.config, "communicator")) return [];
  const communicator = config.communicator ?? "ssh";
  if (component.communicators?.includes(communicator)) return [];
  const load = Object.hasOwn(facts.engine.connectors, communicator) ? facts.engine.connectors[communicator] : undefined;
  if (!load) {
    const known = [...Object.keys(facts.engine.connectors), ...(component.communicators ?? [])];
    return [
      problem("communicator/unknown", `Communicator type ${communicator} is invalid`, {
        detail: `Known communicators: ${known.join(", ")}.`,
        subject: ctx.at("communicator"),
      }),
    ];
  }
  return (await load()).check(config as ConnectConfig, ctx);
}

/**
 * Decodes and prepares one component with the values known now (pending ones included); the result can be bound again when they
 * are all known.
 */
export async function planComponent<Ctx, Out>(
  block: ComponentBlock,
  component: AnyComponent<Ctx, Out>,
  body: Body,
  meta: MetaArguments,
  scopeOf: (values: Readonly<Record<string, unknown>>) => EvalScope,
  pendingValues: Readonly<Record<string, unknown>>,
  facts: BuildFacts,
): Promise<Checked<{ readonly planned: Planned<Ctx, Out>; readonly prepared: Prepared<Ctx, Out> }>> {
  const functions = component.functions ?? {};
  const unfilled = Object.fromEntries(Object.keys(pendingValues).map((name) => [name, facts.unfilledValue]));
  const prepareWith = async (values: Readonly<Record<string, unknown>>): Promise<Checked<Bound<Ctx, Out>>> => {
    const scope = scopeOf(values);
    const decoded = await body.decode(component.config, scope, { functions });
    if (!decoded.ok) return decoded;
    for (const secret of decoded.value.secrets)
      if (!isOpenText(secret, component.config, decoded.value.config)) facts.secrets.add(secret);
    const render = facts.engine.renderer(scope, functions);
    const ctx = prepareContext(facts, decoded.value, render);
    const connection = await checkCommunicator(component, decoded.value.config as Partial<ConnectConfig>, facts, ctx);
    const prepared = await component.prepare(decoded.value.config as never, ctx);
    const own = [...connection, ...(prepared.ok ? prepared.warnings : prepared.diagnostics)];
    // What the rules say of placeholders for values that will never come would only confuse.
    const found = [...decoded.warnings, ...(facts.incomplete && decoded.value.late ? [] : own)];
    if (!prepared.ok) return { ok: false, diagnostics: found };
    return verdict({ prepared: prepared.value, render, late: decoded.value.late }, found);
  };
  const first = await prepareWith(pendingValues);
  if (!first.ok) return first;
  const { prepared, late } = first.value;
  const planned: Planned<Ctx, Out> = {
    type: block.type,
    name: block.name,
    meta,
    bind: async (given) => {
      const values = { ...unfilled, ...given };
      if (late) return prepareWith(values);
      return checked({ prepared, render: facts.engine.renderer(scopeOf(values), functions), late });
    },
  };
  return checked({ planned, prepared }, first.warnings);
}

/** Whether an option that is no secret has the same text: a password that is also the user's name, say, hides nothing. */
function isOpenText(text: string, schema: Schema, config: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(config).some(([name, value]) => value === text && schema[name]?.sensitive !== true);
}
