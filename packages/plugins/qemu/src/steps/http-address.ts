import { type BuildContext, type HttpServing, StepError } from "@kiln/sdk";
import type { Settings } from "../settings.ts";

/** This machine as a guest of QEMU's user network sees it. */
const userNetworkGateway = "10.0.2.2";

/** Where the machine finds the HTTP server (`stepHTTPIPDiscover`). */
export function httpAddress({ host }: BuildContext, settings: Settings, serving: HttpServing | undefined): string {
  if (serving?.address !== undefined) return serving.address;
  const bridge = settings.net_bridge;
  if (!bridge) return userNetworkGateway;
  const found = host.net.addresses()[bridge]?.find(({ family }) => family === "IPv4");
  if (found) return found.address;
  throw new StepError(
    `Error getting the address of the bridge ${bridge}: it has no IPv4 address. Give it one, or set http_interface.`,
    { code: "qemu/bridge" },
  );
}
