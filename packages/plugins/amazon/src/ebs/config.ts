import { type ConfigOf, communicatorOptions } from "@kiln/sdk";
import { accessOptions } from "../options/access.ts";
import { blockDeviceOptions } from "../options/block-devices.ts";
import { fastLaunchOptions } from "../options/fast-launch.ts";
import { imageOptions } from "../options/image.ts";
import { instanceProfileOptions } from "../options/instance-profile.ts";
import { machineOptions } from "../options/machine.ts";
import { placementOptions } from "../options/placement.ts";
import { reachOptions } from "../options/reach.ts";
import { spotOptions } from "../options/spot.ts";

/** All options of `amazon-ebs`, by what they are about. */
export const config = {
  ...accessOptions,
  ...imageOptions,
  ...machineOptions,
  ...placementOptions,
  ...spotOptions,
  ...instanceProfileOptions,
  ...blockDeviceOptions,
  ...fastLaunchOptions,
  ...communicatorOptions,
  ...reachOptions,
} as const;
export type Config = ConfigOf<typeof config>;
