import type { Checked, Connector, EvalScope, Host, JournalStore, Lazy, ServeSsh, TemplateFunctions } from "@kiln/sdk";
import type { Registry } from "./registry.ts";

/** Renders Go-template text with `.Names` from data; see `RunContext`. */
export type Render = (template: string, data: Readonly<Record<string, unknown>>, type?: string) => Checked<string>;
/** Makes the renderer of one component: what its scope holds (variables, build values) and its own functions. */
export type RenderFactory = (scope: EvalScope, functions: TemplateFunctions) => Render;

/** What the engine works with; composed by the command line. */
export interface Engine {
  readonly host: Host;
  readonly registry: Registry;
  /** Ways to reach machines, by the value of `communicator`. */
  readonly connectors: Readonly<Record<string, Lazy<Connector>>>;
  /** The SSH server that provisioners may ask for; without it they are refused. */
  readonly serveSsh?: ServeSsh;
  readonly journals: JournalStore;
  readonly renderer: RenderFactory;
  /** The Packer version that Kiln stands in for, `1.16.0`. */
  readonly version: string;
}
