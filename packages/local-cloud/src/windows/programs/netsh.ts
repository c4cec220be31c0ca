import { splitArguments } from "../system/arguments.ts";
import { type FirewallRule, plainRule, profilesNamed } from "../system/firewall.ts";
import type { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import type { Program } from "./program.ts";

/** netsh.exe, of which `advfirewall firewall`, the switch of its profiles and their older forms are known. */
export const netsh: Program = (process, args) => {
  const words = splitArguments(args);
  const head = words.map((word) => word.toLowerCase());
  if (head[0] === "advfirewall" && head[1] === "firewall")
    return rules(process, head[2] ?? "", head[3] ?? "", words.slice(4));
  if (
    head[0] === "advfirewall" &&
    head[1] === "set" &&
    /^(?:allprofiles|currentprofile|domainprofile|privateprofile|publicprofile)$/.test(head[2] ?? "") &&
    head[3] === "state"
  ) {
    const names =
      head[2] === "allprofiles"
        ? ["domainprofile", "privateprofile", "publicprofile"]
        : [head[2] === "currentprofile" ? `${process.system.firewall.category}profile` : (head[2] ?? "")];
    process.system.firewall.switchProfiles(names, head[4] === "on");
    return ok(process);
  }
  if (head[0] === "firewall" && head[1] === "set" && head[2] === "opmode") {
    process.system.firewall.switchProfiles(
      ["domainprofile", "privateprofile", "publicprofile"],
      head.some((word) => /enable/.test(word)),
    );
    return ok(process);
  }
  if (head[0] === "firewall" && head[1] === "add" && head[2] === "portopening")
    return openPort(process, words.slice(3));
  throw new Refusal(`netsh ${args.trim()}`);
};

/** `netsh firewall add portopening TCP 5986 "NAME"`, also with `protocol=`, `port=` and `name=`: the older form of a rule. */
function openPort(process: WindowsProcess, words: readonly string[]): number {
  const places = ["protocol", "port", "name", "mode", "scope"];
  const given = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    const [, name, value = ""] = /^(\w+)=(.*)$/.exec(word) ?? ["", places[index], word];
    if (name === undefined || !(places.includes(name.toLowerCase()) || /^profile$/i.test(name)))
      throw new Refusal(`netsh firewall add portopening … ${word}`);
    given.set(name.toLowerCase(), value);
  }
  const [protocol = "", port = "", name = ""] = places.map((one) => given.get(one));
  if (!/^(?:tcp|udp|all)$/i.test(protocol) || !/^\d+$/.test(port))
    throw new Refusal(`netsh firewall add portopening ${words.join(" ")}`);
  process.system.firewall.add({
    name,
    isEnabled: !/^disable$/i.test(given.get("mode") ?? ""),
    direction: "in",
    action: "allow",
    protocol: /^all$/i.test(protocol) ? "any" : protocol.toUpperCase(),
    localPorts: [port],
    remoteIp: /^subnet$/i.test(given.get("scope") ?? "") ? "localsubnet" : "any",
    group: "",
  });
  process.line();
  process.line("IMPORTANT: Command executed successfully.");
  process.line('However, "netsh firewall" is deprecated;');
  process.line('use "netsh advfirewall firewall" instead.');
  process.line();
  return ok(process);
}

function ok(process: WindowsProcess): number {
  process.line("Ok.");
  process.line();
  return 0;
}

const settings = new Set([
  "name",
  "dir",
  "action",
  "protocol",
  "localport",
  "remoteport",
  "localip",
  "remoteip",
  "enable",
  "profile",
  "description",
  "program",
  "service",
  "edge",
  "interfacetype",
  "group",
]);

function rules(process: WindowsProcess, verb: string, what: string, words: readonly string[]): number {
  const { firewall } = process.system;
  if (what !== "rule") throw new Refusal(`netsh advfirewall firewall ${verb} ${what}`);
  const at = words.findIndex((word) => word.toLowerCase() === "new");
  const wanted = pairs(at < 0 ? words : words.slice(0, at));
  const change = pairs(at < 0 ? [] : words.slice(at + 1));
  if (verb === "add") {
    firewall.add(changed({ ...plainRule, name: wanted.get("name") ?? "" }, wanted));
    return ok(process);
  }
  const name = wanted.get("name");
  const group = wanted.get("group");
  const isMeant = (rule: FirewallRule): boolean =>
    (name === undefined || name.toLowerCase() === "all" || rule.name.toLowerCase() === name.toLowerCase()) &&
    (group === undefined || rule.group.toLowerCase() === group.toLowerCase());
  const found = firewall.rules.filter(isMeant);
  if (found.length === 0) {
    process.line();
    process.line("No rules match the specified criteria.");
    process.line();
    return 1;
  }
  switch (verb) {
    case "set":
      firewall.replace((rule) => (isMeant(rule) ? changed(rule, change) : rule));
      process.line();
      process.line(`Updated ${found.length} rule(s).`);
      return ok(process);
    case "delete":
      firewall.replace((rule) => (isMeant(rule) ? undefined : rule));
      process.line();
      process.line(`Deleted ${found.length} rule(s).`);
      return ok(process);
    case "show":
      for (const rule of found) {
        process.line();
        process.line(`Rule Name:                            ${rule.name}`);
        process.line("-".repeat(70));
        process.line(`Enabled:                              ${rule.isEnabled ? "Yes" : "No"}`);
        process.line(`Direction:                            ${rule.direction === "in" ? "In" : "Out"}`);
        process.line(`RemoteIP:                             ${rule.remoteIp === "any" ? "Any" : rule.remoteIp}`);
        process.line(`Protocol:                             ${rule.protocol.toUpperCase()}`);
        process.line(`LocalPort:                            ${rule.localPorts.join(",") || "Any"}`);
        process.line(`Action:                               ${rule.action[0]?.toUpperCase()}${rule.action.slice(1)}`);
      }
      return ok(process);
    default:
      throw new Refusal(`netsh advfirewall firewall ${verb} rule`);
  }
}

function pairs(words: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const word of words) {
    const [name = "", ...rest] = word.split("=");
    if (!settings.has(name.toLowerCase()) || rest.length === 0)
      throw new Refusal(`netsh advfirewall firewall … ${word}`);
    found.set(name.toLowerCase(), rest.join("="));
  }
  return found;
}

function changed(rule: FirewallRule, change: ReadonlyMap<string, string>): FirewallRule {
  const action = change.get("action")?.toLowerCase();
  const ports = change.get("localport");
  const profile = change.get("profile");
  const { profiles: before, ...rest } = rule;
  const profiles = profile === undefined ? before : profilesNamed(profile);
  return {
    ...rest,
    ...(profiles && { profiles }),
    name: change.get("name") ?? rule.name,
    isEnabled: change.has("enable") ? /^yes$/i.test(change.get("enable") ?? "") : rule.isEnabled,
    direction: /^out$/i.test(change.get("dir") ?? rule.direction) ? "out" : "in",
    action: action === "block" || action === "allow" || action === "bypass" ? action : rule.action,
    protocol: change.get("protocol") ?? rule.protocol,
    localPorts: ports === undefined ? rule.localPorts : /^any$/i.test(ports) ? [] : ports.split(","),
    remoteIp: change.get("remoteip")?.toLowerCase() ?? rule.remoteIp,
  };
}
