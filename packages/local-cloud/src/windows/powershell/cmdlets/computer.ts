import { Refusal } from "../../system/refusal.ts";
import { MessageRecord } from "../run/engine.ts";
import { PsObject } from "../values/collections.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";
import { sleep } from "./time-and-chance.ts";

function restart(kind: "restart" | "off"): (call: Call) => Promise<void> {
  return async (call) => {
    if (call.has("ComputerName")) throw new Refusal(`${call.cmdlet.name} -ComputerName`);
    call.process.system.power.schedule({ kind, delayMs: 0 });
    // The machine goes down under the script.
    await sleep(3_600_000, call.process.signal);
  };
}

/** Cmdlets about the computer as a whole, and its users. */
export const computerCmdlets: readonly Cmdlet[] = [
  {
    name: "Restart-Computer",
    parameters: [takes("ComputerName", 0), flag("Force"), flag("AsJob")],
    process: restart("restart"),
  },
  { name: "Stop-Computer", parameters: [takes("ComputerName", 0), flag("Force")], process: restart("off") },
  {
    name: "Rename-Computer",
    parameters: [takes("NewName", 0), takes("ComputerName"), flag("Force"), flag("Restart"), flag("PassThru")],
    async process(call) {
      const { system } = call.process;
      system.pendingName = call.required("NewName");
      if (call.flag("Restart")) system.power.schedule({ kind: "restart", delayMs: 0 });
      else
        await call.frame.streams[3](
          new MessageRecord(
            "WARNING",
            `The changes will take effect after you restart the computer ${system.computerName}.`,
          ),
        );
    },
  },
  {
    name: "New-SelfSignedCertificate",
    parameters: [
      takes("DnsName", 0),
      takes("CertStoreLocation"),
      takes("Subject"),
      takes("NotAfter"),
      takes("FriendlyName"),
    ],
    async process(call) {
      const store = call.text("CertStoreLocation") ?? "Cert:\\LocalMachine\\My";
      if (!/^cert:\\localmachine\\my\\?$/i.test(store)) throw new Refusal(`the certificate store ${store}`);
      const name = call.text("DnsName") ?? (call.text("Subject") ?? "").replace(/^CN=/i, "");
      const made = call.process.system.certificates.create(name, call.process.system.now());
      await call.emit(
        new PsObject(
          [
            ["Thumbprint", made.thumbprint],
            ["Subject", made.subject],
          ],
          "System.Security.Cryptography.X509Certificates.X509Certificate2",
        ),
      );
    },
  },
  {
    name: "Get-Process",
    parameters: [takes("Name", 0, "both", "ProcessName"), takes("Id", undefined, undefined, "PID")],
    async process(call) {
      for (const name of call.texts("Name"))
        if (!/^(?:powershell|lsass|services|svchost|winlogon|System)$/i.test(name))
          await call.error(
            "NoProcessFoundForGivenName",
            `Cannot find a process with the name "${name}". Verify the process name and call the cmdlet again.`,
            "ObjectNotFound",
            name,
            "Microsoft.PowerShell.Commands.ProcessCommandException",
          );
        else
          await call.emit(
            new PsObject(
              [
                ["Id", call.process.id],
                ["ProcessName", name],
                ["Name", name],
              ],
              "System.Diagnostics.Process",
            ),
          );
      if (!call.has("Name")) throw new Refusal("Get-Process without a name");
    },
  },
  {
    name: "Get-LocalUser",
    parameters: [takes("Name", 0, "both")],
    async process(call) {
      const { accounts, computerName } = call.process.system;
      const names = call.has("Name") ? call.texts("Name") : accounts.users().map(({ name }) => name);
      for (const name of names) {
        const user = accounts.find(name, computerName);
        if (user)
          await call.emit(
            new PsObject(
              [
                ["Name", user.name],
                ["Enabled", user.isEnabled],
                ["Description", user.comment],
              ],
              "Microsoft.PowerShell.Commands.LocalUser",
            ),
          );
        else
          await call.error(
            "UserNotFound",
            `User ${name} was not found.`,
            "ObjectNotFound",
            name,
            "Microsoft.PowerShell.Commands.UserNotFoundException",
          );
      }
    },
  },
  {
    name: "Remove-LocalUser",
    parameters: [takes("Name", 0, "both")],
    process(call) {
      for (const name of call.texts("Name")) call.process.system.accounts.remove(name);
    },
  },
];
