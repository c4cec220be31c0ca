import type { SpotConfig } from "../options/spot.ts";
import type { Refusals } from "./refusals.ts";

const strategies = [
  "price-capacity-optimized",
  "capacity-optimized",
  "capacity-optimized-prioritized",
  "diversified",
  "lowest-price",
];

export function checkSpot(config: SpotConfig, refuse: Refusals): void {
  const spot = Boolean(config.spot_price && config.spot_price !== "0");
  for (const kind of ["fleet", "spot"] as const) {
    const map = `${kind}_tags` as const;
    const blocks = `${kind}_tag` as const;
    const given = Object.keys(config[map] ?? {}).length > 0 ? map : config[blocks]?.length ? blocks : undefined;
    if (given && !spot) {
      refuse.error([given], "spot-tags", `${map} should not be set when not requesting a spot instance`);
    }
  }
  if (config.spot_price && config.spot_price !== "auto" && Number.isNaN(Number(config.spot_price))) {
    refuse.error(["spot_price"], "spot-price", `spot_price must be "auto" or a number: ${config.spot_price}`);
  }
  if (config.spot_instance_types?.length && !spot) {
    refuse.error(["spot_instance_types"], "spot-price", 'spot_instance_types needs a spot_price; "auto" will do.');
  }
  if ((config.block_duration_minutes ?? 0) % 60 !== 0) {
    refuse.error(["block_duration_minutes"], "block-duration", "block_duration_minutes must be multiple of 60");
  } else if (config.block_duration_minutes) {
    refuse.warning(
      ["block_duration_minutes"],
      "block-duration",
      "block_duration_minutes has no effect: EC2 no longer offers spot instances for a defined duration",
    );
  }
  const strategy = config.spot_allocation_strategy;
  if (strategy && !strategies.includes(strategy)) {
    refuse.error(
      ["spot_allocation_strategy"],
      "spot-strategy",
      `invalid spot allocation strategy ${JSON.stringify(strategy)}; one of ${strategies.join(", ")}`,
    );
  }
}
