import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WindowsBench } from "./testing/bench.ts";

let bench: WindowsBench;
beforeEach(() => {
  bench = new WindowsBench();
});
afterEach(() => bench[Symbol.dispose]());

/** Runs a script that must work, and says which ports are open afterwards. */
async function openAfter(script: string): Promise<readonly number[]> {
  const said = await bench.script(script);
  expect(said.errors).toBe("");
  expect(said.code).toBe(0);
  const { winrm, firewall } = bench.system;
  return winrm.listeners.map(({ port }) => port).filter((port) => firewall.letsIn(port));
}

/** What published bootstrap scripts do, by their own commands. */
describe("scripts that set up WinRM", () => {
  it("open HTTPS with a certificate, by WSMan: and by winrm through cmd", async () => {
    const opened = await openAfter(`
Set-ExecutionPolicy Unrestricted -Scope LocalMachine -Force -ErrorAction Ignore
$ErrorActionPreference = "stop"
Remove-Item -Path WSMan:\\Localhost\\listener\\listener* -Recurse
$Cert = New-SelfSignedCertificate -CertstoreLocation Cert:\\LocalMachine\\My -DnsName "packer"
New-Item -Path WSMan:\\LocalHost\\Listener -Transport HTTPS -Address * -CertificateThumbPrint $Cert.Thumbprint -Force
cmd.exe /c winrm quickconfig -q
cmd.exe /c winrm set "winrm/config" '@{MaxTimeoutms="1800000"}'
cmd.exe /c winrm set "winrm/config/winrs" '@{MaxMemoryPerShellMB="1024"}'
cmd.exe /c winrm set "winrm/config/service" '@{AllowUnencrypted="true"}'
cmd.exe /c winrm set "winrm/config/client" '@{AllowUnencrypted="true"}'
cmd.exe /c winrm set "winrm/config/client/auth" '@{Basic="true"}'
cmd.exe /c winrm set "winrm/config/service/auth" '@{CredSSP="true"}'
cmd.exe /c winrm set "winrm/config/listener?Address=*+Transport=HTTPS" "@{Port=\`"5986\`";Hostname=\`"packer\`";CertificateThumbprint=\`"$($Cert.Thumbprint)\`"}"
cmd.exe /c netsh advfirewall firewall set rule group="remote administration" new enable=yes
cmd.exe /c netsh firewall add portopening TCP 5986 "Port 5986"
cmd.exe /c net stop winrm
cmd.exe /c sc config winrm start= auto
cmd.exe /c net start winrm`);
    expect(opened).toEqual([5986, 5985]);
    const { winrm, certificates, services } = bench.system;
    expect(winrm.listeners[0]).toMatchObject({ transport: "HTTPS", hostName: "packer" });
    expect(certificates.find(winrm.listeners[0]?.thumbprint ?? "")?.subject).toBe("CN=packer");
    expect(winrm.get("MaxTimeoutms")).toBe("1800000");
    expect(services.find("WinRM")?.status).toBe("Running");
  });

  it("remove all listeners, and only those that are meant", async () => {
    expect(await openAfter("winrm quickconfig -q | Out-Null")).toEqual([5985]);
    const removal = "Remove-Item -Path WSMan:\\localhost\\Listener\\* -Recurse -Force";
    expect(await openAfter(removal)).toEqual([]);
    expect((await bench.script("(dir WSMan:\\localhost\\Listener | measure).Count")).out.trim()).toBe("0");
    const chosen = `New-Item WSMan:\\localhost\\Listener -Transport HTTP -Address * -Force | Out-Null
New-Item WSMan:\\localhost\\Listener -Transport HTTPS -Address * -Force | Out-Null
dir WSMan:\\localhost\\Listener | where { $_.Keys -eq 'TRANSPORT=HTTPS' } | Remove-Item -Recurse`;
    expect(await openAfter(chosen)).toEqual([5985]);
  });

  it("move a listener to another port", async () => {
    await openAfter(
      'winrm quickconfig -q; netsh advfirewall firewall add rule name="x" dir=in action=allow localport=8000-8100',
    );
    expect(await openAfter("winrm set winrm/config/listener?Address=*+Transport=HTTP '@{Port=\"8001\"}'")).toEqual([
      8001,
    ]);
    expect(await openAfter("Set-Item WSMan:\\localhost\\Listener\\*\\Port 8002 -Force")).toEqual([8002]);
  });

  it("open HTTP by cmdlets", async () => {
    const opened = await openAfter(`
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
Set-PSDebug -Trace 2
Enable-PSRemoting -Force -SkipNetworkProfileCheck
Set-Item -Path WSMan:\\localhost\\Service\\Auth\\Basic -Value $true
Set-Item WSMan:\\localhost\\MaxTimeoutms 1800000`);
    expect(opened).toEqual([5985]);
    expect(bench.system.winrm.isOn("Service.Auth.Basic")).toBe(true);
    const closed = await openAfter("Set-NetFirewallRule -Name WINRM-HTTP-In-TCP-PUBLIC -RemoteAddress LocalSubnet");
    expect(closed).toEqual([]);
    expect(await openAfter("Set-NetFirewallProfile -Profile Domain,Public,Private -Enabled False")).toEqual([5985]);
    expect(await openAfter("Set-NetFirewallProfile -All -Enabled True")).toEqual([]);
    const rule =
      "New-NetFirewallRule -DisplayName w -Direction Inbound -Protocol TCP -LocalPort 80,5985 -Action Allow | Out-Null";
    expect(await openAfter(rule)).toEqual([5985]);
    expect(await openAfter("Disable-NetFirewallRule -DisplayName w")).toEqual([]);
    expect((await bench.script("Enable-NetFirewallRule -DisplayName nosuch")).errors).toContain(
      "No MSFT_NetFirewallRule objects",
    );
  });

  it("let the rules of a private network in once the network is one", async () => {
    expect(await openAfter("(Get-NetConnectionProfile).NetworkCategory")).toEqual([]);
    expect(await openAfter("Get-NetConnectionProfile | Set-NetConnectionProfile -NetworkCategory Private")).toEqual([
      5985,
    ]);
  });

  it("are refused where their settings are not here", async () => {
    for (const script of [
      "Get-Item WSMan:\\localhost\\Plugin",
      "Set-Item WSMan:\\localhost\\Nosuch 1",
      "dir WSMan:\\elsewhere",
    ])
      expect((await bench.script(script)).errors).toContain("this stand-in does not know");
  });
});
