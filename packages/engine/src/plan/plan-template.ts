import {
  type Artifact,
  append,
  type Body,
  type BuildBlock,
  type BuildContext,
  type ComponentBlock,
  type Diagnostic,
  diagnosticsOf,
  type EvalScope,
  type MetaArguments,
  type PostProcessContext,
  type PostProcessed,
  type ProvisionContext,
  type Template,
} from "@kiln/sdk";
import type { Engine } from "../engine.ts";
import type { SecretSet } from "../secrets.ts";
import { pendingBuildValues, unfilledValue } from "./build-values.ts";
import type { Planned, PlannedBuild, PlanResult } from "./plan.ts";
import { type BuildFacts, planComponent } from "./plan-component.ts";
import { type Selection, selectorFor } from "./select.ts";
import { unknownComponent } from "./unknown-component.ts";

export interface PlanRequest {
  readonly template: Template;
  /** Variables and the like, evaluated. */
  readonly scope: EvalScope;
  readonly selection: Selection;
  readonly force: boolean;
  readonly debug: boolean;
  readonly signal: AbortSignal;
  readonly secrets: SecretSet;
  /** The template is refused already, for values that could not be determined: only what has nothing to do with those is told. */
  readonly incomplete?: boolean;
}

/** The name that is printed, and matched by `-only` in HCL2. */
export function displayName(template: Template, build: BuildBlock, source: ComponentBlock): string {
  if (template.syntax === "json") return source.name === source.type ? source.name : `${source.type}.${source.name}`;
  return [...(build.name ? [build.name] : []), source.type, nameInBuild(source)].join(".");
}

/** The name a source has in the build that uses it. */
function nameInBuild(source: ComponentBlock): string {
  return source.localName ?? source.name;
}

/** The name that `only`, `except` and `override` of a provisioner mean. */
function keyOf(template: Template, source: ComponentBlock): string {
  return template.syntax === "json" ? source.name : `${source.type}.${nameInBuild(source)}`;
}

function applies(meta: MetaArguments, key: string): boolean {
  if (meta.only && meta.only.length > 0) return meta.only.includes(key);
  return !meta.except?.includes(key);
}

/** Plans one build; undefined where something is wrong with it, which `found` then says. */
class BuildPlanner {
  readonly #engine: Engine;
  readonly #request: PlanRequest;
  readonly #build: BuildBlock;
  readonly #source: ComponentBlock;
  readonly #facts: BuildFacts;
  readonly found: Diagnostic[] = [];
  readonly name: string;

  constructor(engine: Engine, request: PlanRequest, build: BuildBlock, source: ComponentBlock) {
    this.#engine = engine;
    this.#request = request;
    this.#build = build;
    this.#source = source;
    this.name = displayName(request.template, build, source);
    const { force, debug, signal, secrets, incomplete = false } = request;
    const { name: buildName, type: builderType } = source;
    this.#facts = {
      engine,
      buildName,
      builderType,
      force,
      debug,
      signal,
      secrets,
      incomplete,
      unfilledValue: unfilledValue[request.template.syntax],
    };
  }

  async plan(position: number, dropped: (block: ComponentBlock) => boolean): Promise<PlannedBuild | undefined> {
    const builder = await this.#component<BuildContext, Artifact | undefined>(
      "builder",
      this.#source,
      this.#source.body,
      {},
      {},
    );
    const exports = builder?.prepared.exports ?? [];
    const values = pendingBuildValues(exports);
    const provisioners: Planned<ProvisionContext, void>[] = [];
    for (const block of this.#build.provisioners) {
      const planned = await this.#provisioner(block, values);
      if (planned) provisioners.push(planned);
    }
    const { onError: errorBlock } = this.#build;
    const onError =
      errorBlock && (await this.#provisioner(errorBlock, values, this.#request.template.syntax === "json"));
    const postProcessors: (readonly Planned<PostProcessContext, PostProcessed>[])[] = [];
    for (const chain of this.#build.postProcessors) {
      const planned = await this.#chain(chain, values, dropped);
      if (planned.length > 0) postProcessors.push(planned);
    }
    if (!builder || this.found.some((d) => d.severity === "error")) return undefined;
    return {
      name: this.name,
      plainName: this.#source.name,
      type: this.#source.type,
      position,
      builder: builder.planned,
      provisioners,
      ...(onError && { onError }),
      postProcessors,
    };
  }

  async #provisioner(
    block: ComponentBlock,
    values: Readonly<Record<string, unknown>>,
    always = false,
  ): Promise<Planned<ProvisionContext, void> | undefined> {
    const meta = await this.#meta("provisioner", block, values);
    const key = keyOf(this.#request.template, this.#source);
    if (!meta || (!always && !applies(meta, key))) return undefined;
    const { override } = meta;
    const over = override?.get(key) ?? override?.get(nameInBuild(this.#source)) ?? override?.get(this.#source.name);
    const body = over ? block.body.overlay(over) : block.body;
    return (await this.#component<ProvisionContext, void>("provisioner", block, body, meta, values))?.planned;
  }

  async #chain(
    chain: readonly ComponentBlock[],
    values: Readonly<Record<string, unknown>>,
    dropped: (block: ComponentBlock) => boolean,
  ): Promise<readonly Planned<PostProcessContext, PostProcessed>[]> {
    const planned: Planned<PostProcessContext, PostProcessed>[] = [];
    for (const block of chain) {
      const meta = await this.#meta("post-processor", block, values);
      if (!meta || !applies(meta, keyOf(this.#request.template, this.#source))) continue;
      // Without one of them, those that follow it would get the wrong artifact: the rest of the chain goes with it.
      if (dropped(block)) break;
      const component = await this.#component<PostProcessContext, PostProcessed>(
        "post-processor",
        block,
        block.body,
        meta,
        values,
      );
      if (component) planned.push(component.planned);
    }
    return planned;
  }

  async #meta(
    kind: "provisioner" | "post-processor",
    block: ComponentBlock,
    values: Readonly<Record<string, unknown>>,
  ): Promise<MetaArguments | undefined> {
    const meta = await block.meta(this.#scope({}));
    this.#note(diagnosticsOf(meta));
    if (meta.ok) return meta.value;
    // The block is refused already; what else is wrong with it is told all the same.
    await this.#component(kind, block, block.body, {}, values);
    return undefined;
  }

  #scope(values: Readonly<Record<string, unknown>>): EvalScope {
    const hcl = this.#request.template.syntax === "hcl2";
    const build = hcl ? { ...values, name: this.#build.name ?? "" } : values;
    const name = nameInBuild(this.#source);
    return this.#request.scope.child({
      source: { type: this.#source.type, name },
      build,
      ...(hcl && { buildName: this.#source.name }),
    });
  }

  #note(diagnostics: readonly Diagnostic[], group = `Failed to prepare build: "${this.name}"`): void {
    const warned = `Warning when preparing build: "${this.name}"`;
    for (const d of diagnostics) this.found.push({ ...d, group: d.severity === "warning" ? warned : group });
  }

  async #component<Ctx, Out>(
    kind: "builder" | "provisioner" | "post-processor",
    block: ComponentBlock,
    body: Body,
    meta: MetaArguments,
    values: Readonly<Record<string, unknown>>,
  ) {
    const component = await this.#engine.registry.find(kind, block.type);
    if (!component) {
      this.#note([unknownComponent(this.#engine, kind, block)], `Failed to initialize build "${this.name}"`);
      return undefined;
    }
    const result = await planComponent<Ctx, Out>(
      block,
      component as never,
      body,
      meta,
      (v) => this.#scope(v),
      values,
      this.#facts,
    );
    this.#note(diagnosticsOf(result));
    return result.ok ? result.value : undefined;
  }
}

/** Checks everything a template's selected builds need, and makes nothing. */
export async function planTemplate(engine: Engine, request: PlanRequest): Promise<PlanResult> {
  const { template } = request;
  const selector = selectorFor(template, request.selection);
  const uses = template.builds.flatMap((build) => build.sources.map((source) => ({ build, source })));
  const found: Diagnostic[] = [];
  const builds: PlannedBuild[] = [];
  for (const [position, { build, source }] of uses.entries()) {
    const matched = template.syntax === "json" ? source.name : displayName(template, build, source);
    if (!selector.takesBuild(matched)) continue;
    const planner = new BuildPlanner(engine, request, build, source);
    const planned = await planner.plan(position, (block) => selector.dropsPostProcessor(block));
    append(found, planner.found);
    if (planned) builds.push(planned);
  }
  const names = uses.map(({ build, source }) => displayName(template, build, source));
  const postProcessors = template.builds.flatMap((build) => build.postProcessors.flat());
  found.unshift(...selector.diagnostics(names, postProcessors));
  // Packer starts (and colours) JSON builds by name; HCL2 builds as they stand.
  if (template.syntax === "json")
    builds.sort((a, b) => (a.plainName < b.plainName ? -1 : a.plainName > b.plainName ? 1 : 0));
  return { builds, diagnostics: found };
}
