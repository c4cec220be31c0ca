import type { Connector, Lazy } from "@kiln/sdk";

/** The ways to reach machines that Kiln brings itself; each is loaded on first use. */
export const connectors: Readonly<Record<"ssh" | "winrm" | "none", Lazy<Connector>>> = {
  ssh: async () => (await import("./ssh/connector.ts")).sshConnector,
  winrm: async () => (await import("./winrm/connector.ts")).winrmConnector,
  none: async () => (await import("./none/connector.ts")).noneConnector,
};
