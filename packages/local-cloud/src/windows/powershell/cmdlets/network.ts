import { type FirewallRule, type NetworkCategory, plainRule, profilesNamed } from "../../system/firewall.ts";
import { Refusal } from "../../system/refusal.ts";
import { wildcard } from "../../system/windows-path.ts";
import { setUpWinrm } from "../../system/winrm-set-up.ts";
import { PsObject } from "../values/collections.ts";
import { text } from "../values/convert.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";

const capital = (word: string): string => `${word[0]?.toUpperCase() ?? ""}${word.slice(1)}`;

function ruleObject(rule: FirewallRule): PsObject {
  return new PsObject(
    [
      ["Name", rule.id ?? rule.name],
      ["DisplayName", rule.name],
      ["DisplayGroup", rule.group],
      ["Enabled", rule.isEnabled ? "True" : "False"],
      ["Profile", rule.profiles?.map(capital).join(", ") ?? "Any"],
      ["Direction", rule.direction === "in" ? "Inbound" : "Outbound"],
      ["Action", capital(rule.action)],
    ],
    "Microsoft.Management.Infrastructure.CimInstance#root/standardcimv2/MSFT_NetFirewallRule",
  );
}

/** What the parameters that New- and Set-NetFirewallRule share say of a rule. */
function changed(call: Call, rule: FirewallRule): FirewallRule {
  const profile = call.has("Profile") ? profilesNamed(call.texts("Profile").join(",")) : rule.profiles;
  const { profiles: _, ...rest } = rule;
  const ports = call.texts("LocalPort").flatMap((one) => one.split(","));
  const action = call.text("Action")?.toLowerCase();
  const remote = call.texts("RemoteAddress").join(",").toLowerCase();
  return {
    ...rest,
    ...(profile && { profiles: profile }),
    isEnabled: call.has("Enabled") ? isOn(call) : rule.isEnabled,
    direction: call.has("Direction") ? (/^out/i.test(call.required("Direction")) ? "out" : "in") : rule.direction,
    action: action === "block" ? "block" : action === "allow" ? "allow" : rule.action,
    protocol: call.text("Protocol") ?? rule.protocol,
    localPorts: call.has("LocalPort") ? ports.filter((port) => !/^any$/i.test(port)) : rule.localPorts,
    remoteIp: remote === "" ? rule.remoteIp : remote,
  };
}

const isOn = (call: Call): boolean => /^(?:true|1)$/i.test(call.required("Enabled"));

const ruleSettings = [
  takes("Profile"),
  takes("LocalPort"),
  takes("Action"),
  takes("RemoteAddress"),
  takes("Enabled"),
  takes("Direction"),
  takes("Protocol"),
  takes("Description"),
];
const which = [takes("Name", 0, "name"), takes("DisplayName"), takes("DisplayGroup"), takes("Group")];

/** The rules that the arguments name; names without any are reported. */
async function meant(call: Call): Promise<readonly FirewallRule[]> {
  const { rules } = call.process.system.firewall;
  const properties = [
    ["Name", (rule) => rule.id ?? rule.name],
    ["DisplayName", (rule) => rule.name],
    ["DisplayGroup", (rule) => rule.group],
    ["Group", (rule) => rule.group],
  ] as const satisfies readonly (readonly [string, (rule: FirewallRule) => string])[];
  const found: FirewallRule[] = [];
  for (const [property, of] of properties)
    for (const wanted of call.texts(property)) {
      const fitting = rules.filter((rule) => wildcard(wanted).test(of(rule)));
      if (fitting.length === 0 && !/[*?]/.test(wanted))
        await call.error(
          `CmdletizationQuery_NotFound_${property}`,
          `No MSFT_NetFirewallRule objects found with property '${property}' equal to '${wanted}'.  Verify the value of the property and retry.`,
          "ObjectNotFound",
          wanted,
          "Microsoft.PowerShell.Cmdletization.Cim.CimJobException",
        );
      found.push(...fitting);
    }
  if (properties.every(([property]) => !call.has(property))) {
    if (call.cmdlet.name !== "Get-NetFirewallRule") throw new Refusal(`${call.cmdlet.name} without a name`);
    return rules;
  }
  return found;
}

/** A cmdlet that changes rules, or with undefined takes them away. */
function changing(
  name: string,
  parameters: Cmdlet["parameters"],
  change: (call: Call, rule: FirewallRule) => FirewallRule | undefined,
): Cmdlet {
  return {
    name,
    parameters: [...which, ...parameters],
    async process(call) {
      const found = await meant(call);
      call.process.system.firewall.replace((rule) => (found.includes(rule) ? change(call, rule) : rule));
    },
  };
}

const profileNames = ["domain", "private", "public"];

function connectionProfile(category: NetworkCategory): PsObject {
  return new PsObject(
    [
      ["Name", "Network"],
      ["InterfaceAlias", "Ethernet"],
      ["InterfaceIndex", 12],
      ["NetworkCategory", category === "domain" ? "DomainAuthenticated" : capital(category)],
      ["IPv4Connectivity", "Internet"],
      ["IPv6Connectivity", "NoTraffic"],
    ],
    "Microsoft.Management.Infrastructure.CimInstance#root/StandardCimv2/MSFT_NetConnectionProfile",
  );
}

/** Cmdlets about the machine's network: who gets in. */
export const networkCmdlets: readonly Cmdlet[] = [
  {
    name: "New-NetFirewallRule",
    parameters: [takes("Name"), takes("DisplayName"), takes("Group"), ...ruleSettings],
    async process(call) {
      const made = changed(call, {
        ...plainRule,
        name: call.required("DisplayName"),
        id: call.text("Name") ?? `{${call.required("DisplayName")}}`,
        group: call.text("Group") ?? "",
      });
      call.process.system.firewall.add(made);
      await call.emit(ruleObject(made));
    },
  },
  {
    name: "Get-NetFirewallRule",
    parameters: which,
    async process(call) {
      for (const rule of await meant(call)) await call.emit(ruleObject(rule));
    },
  },
  changing("Set-NetFirewallRule", ruleSettings, changed),
  changing("Enable-NetFirewallRule", [], (_call, rule) => ({ ...rule, isEnabled: true })),
  changing("Disable-NetFirewallRule", [], (_call, rule) => ({ ...rule, isEnabled: false })),
  changing("Remove-NetFirewallRule", [], () => undefined),
  {
    name: "Set-NetFirewallProfile",
    parameters: [takes("Profile", 0, undefined, "Name"), flag("All"), takes("Enabled")],
    process(call) {
      const names = call.has("Profile") ? call.texts("Profile").flatMap((one) => one.split(",")) : profileNames;
      for (const name of names)
        if (!profileNames.includes(name.toLowerCase())) throw new Refusal(`the firewall's profile ${name}`);
      call.process.system.firewall.switchProfiles(
        names.map((name) => `${name.toLowerCase()}profile`),
        isOn(call),
      );
    },
  },
  {
    name: "Get-NetConnectionProfile",
    parameters: [takes("InterfaceAlias"), takes("InterfaceIndex"), takes("Name")],
    process: (call) => call.emit(connectionProfile(call.process.system.firewall.category)),
  },
  {
    // The machine has one network, whatever it is called.
    name: "Set-NetConnectionProfile",
    parameters: [
      takes("InputObject", undefined, "value"),
      takes("Name"),
      takes("InterfaceAlias"),
      takes("InterfaceIndex"),
      takes("NetworkCategory"),
    ],
    process(call) {
      const category = text(call.value("NetworkCategory") ?? null).toLowerCase();
      if (category !== "public" && category !== "private") throw new Refusal(`the network category ${category}`);
      call.process.system.firewall.category = category;
    },
  },
  {
    name: "Enable-PSRemoting",
    parameters: [flag("Force"), flag("SkipNetworkProfileCheck")],
    async process(call) {
      setUpWinrm(call.process.system);
      await call.emit("WinRM is already set up to receive requests on this computer.");
      await call.emit("WinRM is already set up for remote management on this computer.");
    },
  },
];
