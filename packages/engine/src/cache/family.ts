import type { Family } from "@kiln/sdk";

/** What a killed build with `-cache` may leave: undone like everything else. */
export const cacheFamily: Family = {
  name: "cache",
  resourceKinds: { "cache.unfinished": async () => (await import("./staging.ts")).stagingKind },
};
