import type { Connector, Lazy } from "@kiln/sdk";

/** The ways to reach machines that Kiln brings itself; each is loaded on first use. */
export const connectors: Readonly<Record<"ssh" | "none", Lazy<Connector>>> = {
  ssh: async () => (await import("./ssh/connector.ts")).sshConnector,
  none: async () => (await import("./none/connector.ts")).noneConnector,
};
