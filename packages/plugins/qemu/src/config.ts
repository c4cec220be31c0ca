import {
  type ConfigOf,
  cdOptions,
  communicatorOptions,
  floppyOptions,
  httpOptions,
  isoOptions,
  outputOptions,
  shutdownOptions,
  vncBootOptions,
} from "@kiln/sdk";
import { diskOptions } from "./options/disk.ts";
import { displayOptions } from "./options/display.ts";
import { firmwareOptions } from "./options/firmware.ts";
import { machineOptions } from "./options/machine.ts";
import { networkOptions } from "./options/network.ts";

/** All options of `qemu`, by what they are about. Source: Packer's reference. */
export const config = {
  ...isoOptions,
  ...diskOptions,
  ...machineOptions,
  ...firmwareOptions,
  ...networkOptions,
  ...displayOptions,
  ...vncBootOptions,
  ...httpOptions,
  ...floppyOptions,
  ...cdOptions,
  ...outputOptions,
  ...shutdownOptions,
  ...communicatorOptions,
} as const;
export type Config = ConfigOf<typeof config>;
