import { type ConfigOf, list, num, ofText, text } from "@kiln/sdk";
import { tagBlocks, tagMap } from "./tags.ts";

/** Building on a spot instance. */
export const spotOptions = {
  spot_price: text({ doc: "Highest price per hour, or `auto` for the on-demand price; asks for a spot instance." }),
  spot_instance_types: list(ofText, { doc: "Instance types that will do, instead of instance_type." }),
  spot_allocation_strategy: text({
    doc: "How the fleet chooses among them.",
    choices: [
      "price-capacity-optimized",
      "capacity-optimized",
      "capacity-optimized-prioritized",
      "diversified",
      "lowest-price",
    ],
  }),
  spot_price_auto_product: text({ doc: "No longer used.", deprecated: { note: "it is no longer necessary" } }),
  block_duration_minutes: num({ doc: "Minutes for which the instance is wanted; a multiple of 60." }),
  spot_tags: tagMap("Tags of the spot request."),
  spot_tag: tagBlocks("spot_tags"),
  fleet_tags: tagMap("Tags of the fleet request and the launch template."),
  fleet_tag: tagBlocks("fleet_tags"),
} as const;
export type SpotConfig = ConfigOf<typeof spotOptions>;
