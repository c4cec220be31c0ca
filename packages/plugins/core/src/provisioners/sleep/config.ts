import { type ConfigOf, duration } from "@kiln/sdk";

/** Options of the sleep provisioner. Source: Packer's reference. */
export const config = { duration: duration({ doc: "How long to wait." }) } as const;
export type Config = ConfigOf<typeof config>;
