import { expect, it } from "vitest";
import { accepts, until, WindowsBed } from "./bed.ts";

const overHttps = `<powershell>
$ErrorActionPreference = "stop"
Remove-Item -Path WSMan:\\Localhost\\listener\\listener* -Recurse
$Cert = New-SelfSignedCertificate -CertstoreLocation Cert:\\LocalMachine\\My -DnsName "packer"
New-Item -Path WSMan:\\LocalHost\\Listener -Transport HTTPS -Address * -CertificateThumbPrint $Cert.Thumbprint -Force
cmd.exe /c netsh firewall add portopening TCP 5986 "Port 5986"
cmd.exe /c winrm set "winrm/config/listener?Address=*+Transport=HTTPS" '@{Port="5987"}'
cmd.exe /c netsh firewall add portopening TCP 5987 "Port 5987"
cmd.exe /c net stop winrm
cmd.exe /c net start winrm
</powershell>`;

it("opens the ports of the listeners that user data leaves, and no other", async () => {
  await using bed = await WindowsBed.open();
  const machine = await bed.launch(overHttps);
  await until("its port is open", () => accepts(machine.address, 5987));
  expect(machine.console()).toContain("ended with 0");
  expect(await accepts(machine.address, 5985)).toBe(false);
  expect(await accepts(machine.address, 5986)).toBe(false);
});

it("tells the host what user data asked for and the stand-in has not", async () => {
  await using bed = await WindowsBed.open();
  const machine = await bed.launch("<powershell>\nmsiexec /i x.msi\n</powershell>");
  await until("it has complained", () => bed.complaints.length > 0);
  expect(bed.complaints).toEqual([
    `${machine.id}: <powershell> was given up: this stand-in does not know the command "msiexec"`,
  ]);
});
