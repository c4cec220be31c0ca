import { type FunctionTable, temporaryFunctions } from "@kiln/hcl";
import type { Surroundings } from "../json/json-scope.ts";

/** The function table of Packer's language, asking the outside world through the host. */
export function packerFunctions(_surroundings: Surroundings, _root: string): FunctionTable {
  return temporaryFunctions;
}
