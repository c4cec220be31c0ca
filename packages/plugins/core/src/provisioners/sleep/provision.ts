import type { ProvisionContext } from "@kiln/sdk";
import type { Config } from "./config.ts";

/** Waits; an interruption ends it at once. */
export async function provision(config: Config, ctx: ProvisionContext): Promise<void> {
  await ctx.host.clock.sleep(config.duration ?? 0, ctx.signal);
}
