import { pending } from "@kiln/sdk";

/** What `build.X` holds for every builder. Source: Packer's reference of contextual variables. */
const everyBuilder = [
  "ID",
  "Host",
  "Port",
  "User",
  "Password",
  "ConnType",
  "PackerHTTPIP",
  "PackerHTTPPort",
  "PackerHTTPAddr",
  "PackerRunUUID",
  "SSHPublicKey",
  "SSHPrivateKey",
  "SSHPrivateKeyFile",
  "SSHAgentAuth",
  "WinRMPassword",
] as const;

/** Values of `build` while checking: everything the run will know is pending. */
export function pendingBuildValues(exports: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(buildValueNames(exports).map((name) => [name, pending]));
}

/** Names of all values of `build` that a run may come to know. */
export function buildValueNames(exports: readonly string[]): readonly string[] {
  return [...new Set([...everyBuilder, ...exports])];
}

/** What a value reads as that the run never came to know, such as the host of a build without a communicator. */
export const unfilledValue = { hcl2: "<unknown>", json: "<no value>" } as const;

/** Values of `build` before a builder has said anything: what it never fills reads as Packer's own marker. */
export function initialBuildValues(runUuid: string): Record<string, unknown> {
  return {
    ID: "ERR_ID_NOT_IMPLEMENTED_BY_BUILDER",
    PackerHTTPIP: "ERR_HTTP_IP_NOT_IMPLEMENTED_BY_BUILDER",
    PackerHTTPPort: "ERR_HTTP_PORT_NOT_IMPLEMENTED_BY_BUILDER",
    PackerHTTPAddr: "ERR_HTTP_ADDR_NOT_IMPLEMENTED_BY_BUILDER",
    PackerRunUUID: runUuid,
  };
}
