import { Refusal } from "../../system/refusal.ts";
import type { Service } from "../../system/services.ts";
import { hasWildcard, wildcard } from "../../system/windows-path.ts";
import { PsObject } from "../values/collections.ts";
import type { Value } from "../values/value.ts";
import { NetObject } from "../values/value.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";

export function serviceObject(service: Service): PsObject {
  return new PsObject(
    [
      ["Status", service.status],
      ["Name", service.name],
      ["DisplayName", service.displayName],
      ["ServiceName", service.name],
      ["StartType", service.startType],
      ["CanStop", service.status === "Running"],
    ],
    "System.ServiceProcess.ServiceController",
  );
}

/** The services that the arguments name; those that are not there are reported. */
async function named(call: Call): Promise<Service[]> {
  const { services } = call.process.system;
  const found: Service[] = [];
  const names: Value[] = [...call.list("Name"), ...call.list("DisplayName"), ...call.list("InputObject")];
  if (names.length === 0) return [...services.all()];
  for (const one of names) {
    const name = one instanceof NetObject ? String(one.get("Name") ?? "") : String(one);
    if (hasWildcard(name)) found.push(...services.all().filter((service) => wildcard(name).test(service.name)));
    else {
      const service = services.find(name);
      if (service) found.push(service);
      else
        await call.error(
          "NoServiceFoundForGivenName",
          `Cannot find any service with service name '${name}'.`,
          "ObjectNotFound",
          name,
          "Microsoft.PowerShell.Commands.ServiceCommandException",
        );
    }
  }
  return found;
}

const which = [takes("Name", 0, "both", "ServiceName"), takes("DisplayName"), takes("InputObject")];

function changing(name: string, change: (call: Call, service: Service) => void): Cmdlet {
  return {
    name,
    parameters: [...which, flag("Force"), flag("PassThru"), flag("NoWait")],
    async process(call) {
      for (const service of await named(call)) {
        if (name === "Start-Service" && service.startType === "Disabled") {
          await call.error(
            "CouldNotStartService",
            `Service '${service.displayName} (${service.name})' cannot be started due to the following error: Cannot start service ${service.name} on computer '.'.`,
            "OpenError",
            service.name,
            "Microsoft.PowerShell.Commands.ServiceCommandException",
          );
          continue;
        }
        change(call, service);
        const now = call.process.system.services.find(service.name);
        if (call.flag("PassThru") && now) await call.emit(serviceObject(now));
      }
    },
  };
}

/** Cmdlets about services. */
export const serviceCmdlets: readonly Cmdlet[] = [
  {
    name: "Get-Service",
    parameters: which,
    async process(call) {
      for (const service of await named(call)) await call.emit(serviceObject(service));
    },
  },
  changing("Start-Service", (call, service) =>
    call.process.system.services.change(service.name, { status: "Running" }),
  ),
  changing("Stop-Service", (call, service) => call.process.system.services.change(service.name, { status: "Stopped" })),
  changing("Restart-Service", (call, service) => {
    call.process.system.services.change(service.name, { status: "Stopped" });
    call.process.system.services.change(service.name, { status: "Running" });
  }),
  {
    name: "Set-Service",
    parameters: [
      ...which,
      takes("StartupType", undefined, undefined, "StartMode"),
      takes("Status"),
      takes("Description"),
      flag("PassThru"),
    ],
    async process(call) {
      const { services } = call.process.system;
      const type = call.text("StartupType")?.toLowerCase();
      const wanted = ({ automatic: "Automatic", manual: "Manual", disabled: "Disabled" } as const)[type ?? ""];
      if (type !== undefined && !wanted) throw new Refusal(`Set-Service -StartupType ${type}`);
      for (const service of await named(call)) {
        if (wanted) services.change(service.name, { startType: wanted });
        const status = call.text("Status")?.toLowerCase();
        if (status !== undefined)
          services.change(service.name, { status: status === "running" ? "Running" : "Stopped" });
        const display = call.has("Name") ? call.text("DisplayName") : undefined;
        if (display !== undefined) services.change(service.name, { displayName: display });
      }
    },
  },
];
