import { type ConfigOf, communicatorOptions } from "@kiln/sdk";

/** The null builder has no options but those of the connection. */
export const config = communicatorOptions;
export type Config = ConfigOf<typeof config>;
