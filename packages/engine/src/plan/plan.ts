import type {
  Artifact,
  BuildContext,
  Checked,
  Diagnostic,
  MetaArguments,
  PostProcessContext,
  PostProcessed,
  Prepared,
  ProvisionContext,
} from "@kiln/sdk";
import type { Render } from "../engine.ts";

/** Fully checked, nothing created: printable, diffable, runnable. */
export interface Plan {
  readonly builds: readonly PlannedBuild[];
}
export interface PlannedBuild {
  /** As printed: `NAME`, `TYPE.NAME`, `BUILD.TYPE.NAME`. */
  readonly name: string;
  /** What PACKER_BUILD_NAME and `build_name` give. */
  readonly plainName: string;
  readonly type: string;
  /** Place in the template, for the final summary. */
  readonly position: number;
  readonly builder: Planned<BuildContext, Artifact | undefined>;
  readonly provisioners: readonly Planned<ProvisionContext, void>[];
  readonly onError?: Planned<ProvisionContext, void>;
  readonly postProcessors: readonly (readonly Planned<PostProcessContext, PostProcessed>[])[];
}
/** A component bound to its configuration, and the renderer of its late text. */
export interface Bound<Ctx, Out> {
  readonly prepared: Prepared<Ctx, Out>;
  readonly render: Render;
  /** Something in it still waits for a value that only the run knows. */
  readonly late: boolean;
}
/**
 * A component whose configuration was checked with placeholders for values that exist only during a run (`build.ID`, `build.Host`,
 * …). `bind` decodes again with the real values; where nothing was late it only renews the renderer.
 */
export interface Planned<Ctx, Out> {
  readonly type: string;
  /** The name the template gave, or the type. */
  readonly name: string;
  readonly meta: MetaArguments;
  bind(values: Readonly<Record<string, unknown>>): Promise<Checked<Bound<Ctx, Out>>>;
}
/** The builds that can run, and everything found on the way: one bad build does not stop the others. */
export interface PlanResult extends Plan {
  readonly diagnostics: readonly Diagnostic[];
}
