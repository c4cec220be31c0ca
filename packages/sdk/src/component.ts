import type { Artifact } from "./artifact.ts";
import type { InputsContext, StepInputs, Unrepeatable } from "./cache.ts";
import type { Checked, SourceRange } from "./diagnostics.ts";
import type { Host, PrepareHost } from "./host.ts";
import type { ResourceKind } from "./resource.ts";
import type { BuildContext, PostProcessContext, PostProcessed, ProvisionContext, RunContext } from "./run.ts";
import type { ConfigOf, Schema } from "./schema.ts";
import type { TemplateFunctions } from "./template.ts";

/** What a component may ask while it checks its configuration. */
export interface PrepareContext extends PrepareHost {
  readonly buildName: string;
  readonly builderType: string;
  readonly force: boolean;
  readonly debug: boolean;
  readonly signal: AbortSignal;
  /** Where an option stands in the template. */
  at(...path: readonly (string | number)[]): SourceRange;
  /** Renders with placeholders, to check text that will be rendered during the run. */
  render(template: string, data: Readonly<Record<string, unknown>>, type?: string): Checked<string>;
}

/** A component bound to valid configuration. Everything it still needs arrives in `ctx`. */
export interface Prepared<Ctx, Out> {
  /** Names it will give to later steps as `build.X` (a builder's generated data). */
  readonly exports?: readonly string[];
  /** What its effect depends on, for `-cache`. Without it, nothing that it did is ever reused. */
  inputs?(host: Host, run: InputsContext): Promise<StepInputs | Unrepeatable>;
  run(ctx: Ctx): Promise<Out>;
}

interface Component<K extends string, S extends Schema, Ctx, Out> {
  readonly kind: K;
  readonly type: string;
  /** One sentence for the docs. */
  readonly doc: string;
  readonly config: S;
  /** Further functions for its `{{ }}` text, such as `clean_resource_name`. */
  readonly functions?: TemplateFunctions;
  /** Builders: values of `communicator` beyond ssh, winrm and none that it serves itself. */
  readonly communicators?: readonly string[];
  /** Cross-field checks and read-only look-ups (does the script exist?). Shape, types and defaults are already done. Must have no side effect. */
  prepare(config: ConfigOf<S>, ctx: PrepareContext): Promise<Checked<Prepared<Ctx, Out>>>;
}
export type Builder<S extends Schema = Schema> = Component<"builder", S, BuildContext, Artifact | undefined>;
export type Provisioner<S extends Schema = Schema> = Component<"provisioner", S, ProvisionContext, void>;
export type PostProcessor<S extends Schema = Schema> = Component<
  "post-processor",
  S,
  PostProcessContext,
  PostProcessed
>;
export type DataSource<S extends Schema = Schema> = Component<
  "data-source",
  S,
  RunContext,
  Readonly<Record<string, unknown>>
> & {
  /** What it gives: `data.TYPE.NAME.X`, for checking a template without asking. */
  readonly outputs?: Schema;
};

/** Loads a component's code on first use, so that `validate` of a null build never pays for a cloud SDK. */
export type Lazy<T> = () => Promise<T>;
/** What a plugin package exports as `family`. */
export interface Family {
  readonly name: string;
  readonly builders?: Readonly<Record<string, Lazy<Builder>>>;
  readonly provisioners?: Readonly<Record<string, Lazy<Provisioner>>>;
  readonly postProcessors?: Readonly<Record<string, Lazy<PostProcessor>>>;
  readonly dataSources?: Readonly<Record<string, Lazy<DataSource>>>;
  /** Keyed by `ResourceKind.kind`. */
  readonly resourceKinds?: Readonly<Record<string, Lazy<ResourceKind>>>;
}

/** Fixes a component's schema type while checking it, so that `prepare` sees its own configuration. */
export function defineBuilder<S extends Schema>(builder: Builder<S>): Builder<S> {
  return builder;
}
export function defineProvisioner<S extends Schema>(provisioner: Provisioner<S>): Provisioner<S> {
  return provisioner;
}
export function definePostProcessor<S extends Schema>(postProcessor: PostProcessor<S>): PostProcessor<S> {
  return postProcessor;
}
export function defineDataSource<S extends Schema>(dataSource: DataSource<S>): DataSource<S> {
  return dataSource;
}
