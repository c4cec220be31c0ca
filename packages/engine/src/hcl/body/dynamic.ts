import type { NativeBody } from "@kiln/hcl";
import type { Diagnostic } from "@kiln/sdk";
import type { HclScope } from "../hcl-scope.ts";

/** The body with its `dynamic` blocks expanded. */
export function expandedBody(body: NativeBody, _scope: HclScope, _found: Diagnostic[]): NativeBody {
  return body;
}
