import type { ConfigOf } from "../schema.ts";
import { duration, text } from "../schema.ts";

/** How a machine is asked to stop. Spread it into a schema. Source: Packer plugin SDK. */
export const shutdownOptions = {
  shutdown_command: text({ doc: "Command that shuts the machine down; without one it is switched off." }),
  shutdown_timeout: duration({ doc: "How long the machine may take to stop.", fallback: 300_000 }),
} as const;
export type ShutdownConfig = ConfigOf<typeof shutdownOptions>;
