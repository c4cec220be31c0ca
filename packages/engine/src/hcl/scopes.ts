import { type FunctionSpec, type FunctionTable, Scope, STRING, stringValue } from "@kiln/hcl";
import type { Surroundings } from "../json/json-scope.ts";
import { packerFunctions } from "./functions.ts";

/** `env(NAME)`: the environment variable, empty where it is not set. */
function environment(env: Readonly<Record<string, string | undefined>>): FunctionSpec {
  return {
    parameters: [{ name: "key", type: STRING }],
    returns: STRING,
    call: ([name]) => stringValue(env[name?.text ?? ""] ?? ""),
  };
}

/** Default values of variables may call `env`, and use nothing else. */
export function defaultsScope(env: Readonly<Record<string, string | undefined>>): Scope {
  const spec = environment(env);
  const functions: FunctionTable = { get: (name) => (name === "env" ? spec : undefined), names: () => ["env"] };
  return new Scope({ functions });
}

/** Packer's functions. `root` is where paths given to file functions begin. */
export function functionScope(inputs: { readonly surroundings: Surroundings }, root: string): Scope {
  return new Scope({ functions: packerFunctions(inputs.surroundings, root) });
}
