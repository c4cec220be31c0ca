import type { BlockContent, Body, Expression, Span, Type, TypeDefaults, Value } from "@kiln/hcl";
import type { Diagnostic, PluginRequirement, Template } from "@kiln/sdk";

/** A file of a template, as it was read. */
export interface HclFile {
  /** As the user would write it. */
  readonly path: string;
  readonly bytes: Uint8Array | string;
  readonly syntax: "native" | "json";
}
/** `variable "name" { … }`, or a member of `variables`. */
export interface HclVariable {
  readonly name: string;
  /** The `type`; else that of the default; else any. */
  readonly type: Type;
  /** Whether the template says what the type is. */
  readonly typed: boolean;
  readonly defaults: TypeDefaults | undefined;
  /** Absent: somebody must set it. */
  readonly fallback?: Value;
  /** Where a default is given, be it a wrong one. */
  readonly fallbackSpan?: Span;
  readonly description?: string;
  readonly sensitive: boolean;
  readonly validations: readonly Validation[];
  /** The block's head or the member's name. */
  readonly nameSpan: Span;
  readonly span: Span;
}
export interface Validation {
  readonly condition: Expression;
  readonly message: string;
  readonly span: Span;
}
/** A member of `locals`, or a `local "name"` block. */
export interface HclLocal {
  readonly name: string;
  readonly expression: Expression;
  readonly sensitive: boolean;
  readonly nameSpan: Span;
}
export interface HclData {
  readonly type: string;
  readonly name: string;
  readonly block: BlockContent;
}
/** What was read, before anything but variable defaults is evaluated. */
export interface HclParts {
  readonly variables: ReadonlyMap<string, HclVariable>;
  readonly locals: ReadonlyMap<string, HclLocal>;
  readonly data: readonly HclData[];
  /** By `TYPE.NAME`. */
  readonly sources: ReadonlyMap<string, BlockContent>;
  readonly builds: readonly BlockContent[];
  readonly registry?: BlockContent;
  /** Bodies of the files, for what looks at everything. */
  readonly files: readonly Body[];
}
/**
 * An HCL2 template as it was read; `evaluateHclTemplate` makes it ready to plan. Its `builds` are empty until then: dynamic blocks and
 * references need values.
 */
export interface HclTemplate extends Template {
  readonly syntax: "hcl2";
  /** `path.root`: as the user typed it, with slashes. */
  readonly root: string;
  readonly parts: HclParts;
  /** Found while variables were declared; `-syntax-only` tells these too, `inspect` goes on in spite of them. */
  readonly found: readonly Diagnostic[];
  readonly requiredPlugins: ReadonlyMap<string, PluginRequirement>;
}
