import type { ConnectConfig } from "@kiln/sdk";
import { fakePrepareContext } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { checkWinrm } from "./check.ts";
import { userAndDomain, winrmSettings } from "./settings.ts";

const check = async (config: Partial<ConnectConfig>): Promise<readonly string[]> =>
  (await checkWinrm({ communicator: "winrm", ...config } as ConnectConfig, fakePrepareContext())).map(
    ({ severity, summary }) => `${severity}: ${summary}`,
  );

describe("WinRM options", () => {
  it("need a user, as Packer says it, and a port that there is", async () => {
    expect(await check({ winrm_port: 70_000, winrm_timeout: -1 })).toEqual([
      "error: winrm_username must be specified.",
      "error: winrm_port must be between 1 and 65535, not 70000",
      "error: winrm_timeout must not be negative",
    ]);
    expect(await check({ winrm_username: "Administrator", winrm_port: 0 })).toEqual([]);
  });
  it("that have no effect are told", async () => {
    expect(await check({ winrm_username: "a", winrm_insecure: true })).toEqual([
      "warning: winrm_insecure has no effect without winrm_use_ssl",
    ]);
  });
  it("have Packer's defaults", () => {
    const settings = winrmSettings({ communicator: "winrm", winrm_username: "a" } as ConnectConfig, "given");
    expect(settings).toMatchObject({ timeout: 1_800_000, ssl: false, authentication: "basic", password: "given" });
    expect(settings.operationTimeout).toBe(60_000);
  });
  it("name a domain before the user", () => {
    expect(userAndDomain("CORP\\me")).toEqual({ user: "me", domain: "CORP" });
    expect(userAndDomain("me@corp.example")).toEqual({ user: "me@corp.example", domain: "" });
  });
});
