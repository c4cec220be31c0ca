import { packerFunctions, Scope, variableDefaultFunctions } from "@kiln/hcl";
import { type FunctionInputs, functionHost } from "./functions.ts";

/** Default values of variables may call `env`, and use nothing else. */
export function defaultsScope(env: Readonly<Record<string, string | undefined>>): Scope {
  return new Scope({ functions: variableDefaultFunctions({ environment: (name) => env[name] }) });
}

/** Packer's functions, and no names yet. */
export function functionScope(inputs: FunctionInputs): Scope {
  return new Scope({ functions: packerFunctions(functionHost(inputs)) });
}
