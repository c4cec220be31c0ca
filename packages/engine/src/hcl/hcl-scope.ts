import { objectValue, type Scope, stringValue, type Value } from "@kiln/hcl";
import { SurroundedScope, type Surroundings } from "../json/json-scope.ts";
import { valueOf } from "./values/from-plain.ts";
import { unknownText } from "./values/to-plain.ts";

/**
 * What expressions of an HCL2 template may use: HCL values (`var`, `local`, `data`, …) and functions. `names` holds, for the engine,
 * what it put there itself: `source`, `build`.
 */
export class HclScope extends SurroundedScope {
  /** For `evaluate`. */
  readonly values: Scope;

  constructor(values: Scope, surroundings: Surroundings, names: ReadonlyMap<string, unknown> = new Map()) {
    super(names, surroundings);
    this.values = values;
  }

  /** A scope with further names; values of the run that are not known yet become unknown values. */
  child(names: Readonly<Record<string, unknown>>): HclScope {
    const { buildName: _, ...visible } = names;
    const values = new Map(Object.entries(visible).map(([name, plain]): [string, Value] => [name, valueOf(plain)]));
    return new HclScope(
      this.values.child(values),
      this.surroundings,
      new Map([...this.names, ...Object.entries(names)]),
    );
  }

  /** The values as Packer has them while checking: what only the run will know is the text `<unknown>`. Source: core-behaviour §3.3. */
  get placeholders(): Scope {
    return this.values.child({ build: valueOf(this.names.get("build"), stringValue(unknownText)) });
  }

  /** A scope with further HCL values. */
  with(values: Readonly<Record<string, ReadonlyMap<string, Value>>>): HclScope {
    const made = new Map(
      Object.entries(values).map(([name, members]): [string, Value] => [name, objectValue(members)]),
    );
    return new HclScope(this.values.child(made), this.surroundings, this.names);
  }

  override get buildInText(): boolean {
    return false;
  }
}
