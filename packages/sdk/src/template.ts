import type { Checked, SourceRange } from "./diagnostics.ts";
import type { ConfigOf, Schema } from "./schema.ts";

/** One model for both syntaxes; bodies stay undecoded until their schema is known. */
export interface Template {
  readonly syntax: "hcl2" | "json";
  /** The template's file, or its directory for HCL2; absent when it was read from standard input. */
  readonly path?: string;
  readonly description?: string;
  readonly variables: ReadonlyMap<string, Declaration>;
  readonly locals: ReadonlyMap<string, Declaration>;
  readonly data: readonly ComponentBlock[];
  readonly sources: readonly ComponentBlock[];
  readonly builds: readonly BuildBlock[];
  readonly requiredPlugins: ReadonlyMap<string, PluginRequirement>;
}
export interface Declaration {
  readonly name: string;
  readonly body: Body;
  readonly range: SourceRange;
}
export interface ComponentBlock {
  readonly type: string;
  /** JSON: the builder's or post-processor's name, the type where none was given. HCL2: the label or `name`; empty where there is none. */
  readonly name: string;
  /** HCL2: the name that a build's own `source` block gives the source it uses. */
  readonly localName?: string;
  /** Range of the block; `typeRange` is the word that names the type. */
  readonly range: SourceRange;
  readonly typeRange: SourceRange;
  readonly body: Body;
  /** What the engine, not the component, acts on; evaluated because HCL2 allows expressions there. */
  meta(scope: EvalScope): Promise<Checked<MetaArguments>>;
}
export interface MetaArguments {
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  readonly override?: ReadonlyMap<string, Body>;
  readonly pauseBeforeMs?: number;
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
  readonly continueOnError?: boolean;
  /** Absent where the template does not say. */
  readonly keepInputArtifact?: boolean;
}
export interface BuildBlock {
  readonly name?: string;
  readonly description?: string;
  /** Every use of a source, nested source blocks already laid over the top-level source. */
  readonly sources: readonly ComponentBlock[];
  readonly provisioners: readonly ComponentBlock[];
  readonly onError?: ComponentBlock;
  /** Chains: the artifact flows along each. */
  readonly postProcessors: readonly (readonly ComponentBlock[])[];
  readonly range: SourceRange;
}
export interface PluginRequirement {
  readonly source: string;
  readonly version: string;
  readonly range: SourceRange;
}

/**
 * The seam between syntaxes: implemented once for HCL bodies, once for JSON objects. Asynchronous because an expression may
 * read a file or ask Vault through the functions that the scope carries; the language packages themselves stay pure.
 */
export interface Body {
  readonly range: SourceRange;
  /**
   * Decodes against a schema: types (weakly converted in JSON), defaults, unknown names with a suggestion, all problems at
   * once. Fields marked `lateTemplate` keep their `{{ }}` text, checked for syntax.
   */
  decode<S extends Schema>(
    schema: S,
    scope: EvalScope,
    options?: DecodeOptions,
  ): Promise<Checked<Decoded<ConfigOf<S>>>>;
  /** This body with another laid over it: the other's attributes win (JSON `override`, nested HCL2 sources). */
  overlay(other: Body): Body;
}
export interface DecodeOptions {
  /** The component's own template functions, such as `clean_resource_name`. */
  readonly functions?: TemplateFunctions;
}
export interface Decoded<T> {
  readonly config: T;
  /** Where an option stands in the template: `at("ami_name")`, `at("tag", 0, "key")`; the body's range where it was not given. */
  at(...path: readonly (string | number)[]): SourceRange;
  /** True where some value depended on the run (`build.ID`): decode again with the real values before running. */
  readonly late: boolean;
  /** Values of fields marked sensitive, for masking. */
  readonly secrets: readonly string[];
}
/** Functions over strings that a component adds to `{{ }}` text. They may refuse with a message. */
export type TemplateFunctions = Readonly<Record<string, (...args: readonly string[]) => string>>;

/** Stands among the values of `build` for one that only the run will know; decoding with it makes the result `late`. */
export const pending: unique symbol = Symbol.for("kiln.pending");

/**
 * Names that expressions may use. Both syntaxes use the same: `var` and `local` (values by name), `data`, `source`
 * (`{ type, name }`), `build` (values of the machine, placeholders while checking), `path` (`{ root, cwd }`), `packer` (`{ version }`).
 */
export interface EvalScope {
  readonly names: ReadonlyMap<string, unknown>;
  child(names: Readonly<Record<string, unknown>>): EvalScope;
}
