import type { WindowsSystem } from "./windows-system.ts";

/** What `winrm quickconfig` and Enable-PSRemoting do: the service runs, listens over HTTP, and the firewall lets it. */
export function setUpWinrm(system: WindowsSystem): void {
  system.services.change("WinRM", { startType: "Automatic", status: "Running" });
  if (!system.winrm.listeners.some((one) => one.transport === "HTTP"))
    system.winrm.setListeners([
      ...system.winrm.listeners,
      { transport: "HTTP", port: 5985, address: "*", hostName: "", thumbprint: "" },
    ]);
  system.firewall.replace((rule) =>
    rule.name === "Windows Remote Management (HTTP-In)"
      ? { ...rule, isEnabled: true, action: "allow", remoteIp: "any" }
      : rule,
  );
}
