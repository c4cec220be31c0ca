import { splitArguments } from "../system/arguments.ts";
import type { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import type { Program } from "./program.ts";

function done(process: WindowsProcess): number {
  process.line("The command completed successfully.");
  process.line();
  return 0;
}
/** net.exe's errors: the text, its number, and 2 as exit code. */
function fail(process: WindowsProcess, text: string, number: number): number {
  process.errorLine(text);
  process.errorLine();
  process.errorLine(`More help is available by typing NET HELPMSG ${number}.`);
  process.errorLine();
  return 2;
}

function netUser(process: WindowsProcess, words: readonly string[]): number {
  const { accounts, computerName } = process.system;
  const names = words.filter((word) => !word.startsWith("/"));
  const switches = words.filter((word) => word.startsWith("/")).map((word) => word.toLowerCase());
  const [name, password] = names;
  if (name === undefined) {
    process.line();
    process.line(`User accounts for \\\\${computerName}`);
    process.line();
    process.line("-".repeat(79));
    process.line(
      accounts
        .users()
        .map((user) => user.name.padEnd(25))
        .join(""),
    );
    return done(process);
  }
  for (const one of switches)
    if (
      !/^\/(?:add|delete|active:(?:yes|no)|expires:never|passwordchg:(?:yes|no)|passwordreq:(?:yes|no)|logonpasswordchg:no|comment:.*|fullname:.*|y)$/.test(
        one,
      )
    )
      throw new Refusal(`net user ${one}`);
  const user = accounts.find(name, computerName);
  if (switches.includes("/add")) {
    if (user) return fail(process, "The account already exists.", 2224);
    if (name.length > 20) return fail(process, "The user name or group name parameter is invalid.", 2202);
    accounts.add(name, password);
  } else if (!user) return fail(process, "The user name could not be found.", 2221);
  if (switches.includes("/delete")) accounts.remove(name);
  else {
    if (password === "*") throw new Refusal("net user with a password that is asked for");
    if (password !== undefined && user) accounts.setPassword(name, password);
    for (const one of switches) {
      const active = /^\/active:(yes|no)$/.exec(one)?.[1];
      if (active) accounts.change(name, { isEnabled: active === "yes" });
      const comment = /^\/comment:(.*)$/.exec(words.find((word) => word.toLowerCase() === one) ?? "")?.[1];
      if (comment !== undefined) accounts.change(name, { comment });
    }
    if (names.length === 1 && switches.length === 0) {
      process.line(`User name                    ${user?.name ?? name}`);
      process.line(`Account active               ${user?.isEnabled ? "Yes" : "No"}`);
      process.line(`Password expires             ${user?.passwordExpires ? "Yes" : "Never"}`);
      const groups = accounts
        .groups()
        .filter(({ members }) => members.some((one) => one.toLowerCase() === name.toLowerCase()));
      process.line(`Local Group Memberships      ${groups.map((group) => `*${group.name}`).join(" ")}`);
    }
  }
  return done(process);
}

function netLocalGroup(process: WindowsProcess, words: readonly string[]): number {
  const { accounts, computerName } = process.system;
  const names = words.filter((word) => !word.startsWith("/"));
  const switches = words.filter((word) => word.startsWith("/")).map((word) => word.toLowerCase());
  const [group, ...users] = names;
  if (group === undefined) {
    for (const one of accounts.groups()) process.line(`*${one.name}`);
    return done(process);
  }
  const known = accounts.group(group);
  if (users.length === 0 && switches.includes("/add")) {
    if (known) return fail(process, "The specified local group already exists.", 1379);
    accounts.addGroup(group);
    return done(process);
  }
  if (!known) return fail(process, "The specified local group does not exist.", 1376);
  if (users.length === 0 && switches.includes("/delete")) accounts.removeGroup(group);
  for (const name of users) {
    const user = accounts.find(name, computerName);
    if (!user) return fail(process, `There is no such global user or group: ${name}.`, 3783);
    if (switches.includes("/add") && !accounts.join(group, user.name))
      return fail(process, "The specified account name is already a member of the group.", 1378);
    if (switches.includes("/delete") && !accounts.leave(group, user.name))
      return fail(process, "The specified account name is not a member of the group.", 1377);
  }
  if (users.length === 0 && switches.length === 0) {
    process.line(`Alias name     ${known.name}`);
    process.line("Members");
    process.line();
    process.line("-".repeat(79));
    for (const member of known.members) process.line(member);
  }
  return done(process);
}

function netService(process: WindowsProcess, name: string, wanted: "Running" | "Stopped"): number {
  const service = process.system.services.find(name);
  if (!service) return fail(process, "The service name is invalid.", 2185);
  const start = wanted === "Running";
  if (service.status === wanted)
    return start
      ? fail(process, "The requested service has already been started.", 2182)
      : fail(process, `The ${service.displayName} service is not started.`, 3521);
  if (start && service.startType === "Disabled") return fail(process, "System error 1058 has occurred.", 1058);
  process.line(`The ${service.displayName} service is ${start ? "starting" : "stopping"}.`);
  process.system.services.change(name, { status: wanted });
  process.line(`The ${service.displayName} service was ${start ? "started" : "stopped"} successfully.`);
  process.line();
  return 0;
}

const net: Program = (process, args) => {
  const [verb = "", ...words] = splitArguments(args);
  switch (verb.toLowerCase()) {
    case "user":
    case "users":
      return netUser(process, words);
    case "localgroup":
      return netLocalGroup(process, words);
    case "start":
      if (words.length > 0) return netService(process, words.join(" "), "Running");
      process.line("These Windows services are started:");
      process.line();
      for (const service of process.system.services.all())
        if (service.status === "Running") process.line(`   ${service.displayName}`);
      process.line();
      return done(process);
    case "stop":
      return netService(process, words.filter((word) => !word.startsWith("/")).join(" "), "Stopped");
    case "accounts":
      // Rules for passwords have no effect: there is nobody to keep them.
      return /^\/(?:maxpwage|minpwage|minpwlen|uniquepw|lockoutthreshold):/i.test(words[0] ?? "")
        ? done(process)
        : refuse(`net accounts ${words.join(" ")}`);
    default:
      return refuse(`net ${verb}`);
  }
};

function refuse(what: string): never {
  throw new Refusal(what);
}

const whoami: Program = (process, args) => {
  const words = splitArguments(args).map((word) => word.toLowerCase());
  const { system, user } = process;
  const domain = system.accounts.isSystemAccount(user) ? "nt authority" : system.computerName.toLowerCase();
  const name = `${domain}\\${user.toLowerCase()}`;
  if (words.length === 0) process.line(name);
  else if (words[0] === "/user" && words.length === 1) {
    process.line();
    process.line("USER INFORMATION");
    process.line("----------------");
    process.line();
    const sid = system.accounts.isSystemAccount(user) ? "S-1-5-18" : system.accounts.sid(user, system.computerName);
    process.line(`${"User Name".padEnd(name.length)} SID`);
    process.line(`${"=".repeat(name.length)} ${"=".repeat(sid.length)}`);
    process.line(`${name} ${sid}`);
  } else if (words[0] === "/groups") {
    const groups = system.accounts
      .groups()
      .filter(({ members }) => members.some((one) => one.toLowerCase() === user.toLowerCase()));
    for (const group of groups) process.line(`BUILTIN\\${group.name}`);
    if (system.accounts.isAdministrator(user)) process.line("Mandatory Label\\High Mandatory Level");
  } else refuse(`whoami ${args}`);
  return 0;
};

/** `wmic useraccount … set`, which scripts for first boots use; nothing else of it. */
const wmic: Program = (process, args) => {
  const match =
    /^\s*useraccount\s+where\s+(?:"?\(?\s*name\s*=\s*['"]([^'"]+)['"]\s*\)?"?)\s+set\s+PasswordExpires\s*=\s*(TRUE|FALSE)\s*$/i.exec(
      args,
    );
  if (!match) return refuse(`wmic ${args.trim()}`);
  const { accounts, computerName } = process.system;
  const user = accounts.find(match[1] ?? "", computerName);
  if (!user) {
    process.line("No Instance(s) Available.");
    return 0;
  }
  accounts.change(user.name, { passwordExpires: /true/i.test(match[2] ?? "") });
  process.line(
    `Updating property(s) of '\\\\${computerName}\\ROOT\\CIMV2:Win32_UserAccount.Domain="${computerName}",Name="${user.name}"'`,
  );
  process.line("Property(s) update successful.");
  return 0;
};

export const accountPrograms: Readonly<Record<string, Program>> = { net, net1: net, whoami, wmic };
