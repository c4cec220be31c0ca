import type { RunContext } from "@kiln/sdk";
import { type GuestOs, posixWord } from "@kiln/sdk/guest";

/** The facts that Puppet gets, sorted by name: the build's own, then the template's, which win. */
export function factsOf(
  given: Readonly<Record<string, string>> | undefined,
  run: Pick<RunContext, "buildName" | "builderType" | "buildValues">,
): ReadonlyMap<string, string> {
  const address = run.buildValues.PackerHTTPAddr;
  const facts = {
    packer_build_name: run.buildName,
    packer_builder_type: run.builderType,
    ...(typeof address === "string" && address !== "" && !address.endsWith("_NOT_IMPLEMENTED_BY_BUILDER")
      ? { packer_http_addr: address }
      : {}),
    ...given,
  };
  return new Map(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Assignments for in front of the command: Facter takes facts from variables named `FACTER_…`. */
export function factsText(facts: ReadonlyMap<string, string>, os: GuestOs): string {
  return os === "windows"
    ? [...facts].map(([name, value]) => `SET "FACTER_${name}=${value}"`).join(" & ")
    : [...facts].map(([name, value]) => `FACTER_${name}=${posixWord(value)}`).join(" ");
}
