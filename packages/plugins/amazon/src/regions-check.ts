import { DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import { StepError } from "@kiln/sdk";
import type { Amazon } from "./access/amazon.ts";

/** Rejects when one of the regions is not open to this account. */
export async function checkRegions(amazon: Amazon, regions: readonly string[], signal: AbortSignal): Promise<void> {
  const { Regions = [] } = await amazon.ec2().send(new DescribeRegionsCommand({}), { abortSignal: signal });
  const available = Regions.flatMap(({ RegionName }) => (RegionName ? [RegionName] : [])).toSorted();
  const invalid = regions.filter((region) => !available.includes(region));
  if (invalid.length === 0) return;
  throw new StepError(
    `error validating regions: Invalid region(s): [${invalid.join(" ")}], available regions: [${available.join(" ")}]`,
    { code: "amazon/invalid-region" },
  );
}
