import { sleep } from "../powershell/cmdlets/time-and-chance.ts";
import { splitArguments } from "../system/arguments.ts";
import { shutdownError } from "../system/power.ts";
import type { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import type { Service } from "../system/services.ts";
import { absolutePath } from "../system/windows-path.ts";
import { environmentKey, userEnvironmentKey } from "../system/windows-system.ts";
import type { Program } from "./program.ts";

const shutdown: Program = (process, args) => {
  const words = splitArguments(args).map((word) => word.toLowerCase().replace(/^-/, "/"));
  const { power } = process.system;
  let kind: "restart" | "off" | undefined;
  let delay = 30;
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === "/a") return ended(process, power.abort());
    if (word === "/r" || word === "/g") kind = "restart";
    else if (word === "/s" || word === "/sg" || word === "/p") [kind, delay] = ["off", word === "/p" ? 0 : delay];
    else if (word === "/t") delay = Number(words[++at] ?? 30);
    else if (word === "/c" || word === "/d") at++;
    else if (word !== "/f" && word !== "/hybrid" && word !== "/full") throw new Refusal(`shutdown ${word}`);
  }
  if (!kind) throw new Refusal(`shutdown ${args.trim()}`);
  return ended(process, power.schedule({ kind, delayMs: delay * 1000 }));
};

function ended(process: WindowsProcess, error: number): number {
  const messages: Readonly<Record<number, string>> = {
    [shutdownError.inProgress]: "A system shutdown is in progress.",
    [shutdownError.isScheduled]: "A system shutdown has already been scheduled.",
    [shutdownError.none]: "Unable to abort the system shutdown because no shutdown was in progress.",
  };
  if (error !== 0) process.errorLine(`${messages[error] ?? "Error."}(${error})`);
  return error;
}

const sc: Program = (process, args) => {
  const [verb = "", name = "", ...rest] = splitArguments(args);
  const { services } = process.system;
  const service = services.find(name);
  const failed = (what: string, code: number, message: string): number => {
    process.line(`[SC] ${what} FAILED ${code}:`);
    process.line();
    process.line(message);
    process.line();
    return code;
  };
  const missing = (what: string): number =>
    failed(what, 1060, "The specified service does not exist as an installed service.");
  switch (verb.toLowerCase()) {
    case "query":
      if (!service) return missing("EnumQueryServicesStatus:OpenService");
      state(process, service);
      return 0;
    case "qc":
      if (!service) return missing("OpenService");
      process.line("[SC] QueryServiceConfig SUCCESS");
      process.line();
      process.line(`SERVICE_NAME: ${service.name}`);
      process.line(
        `        START_TYPE         : ${{ Automatic: "2   AUTO_START", Manual: "3   DEMAND_START", Disabled: "4   DISABLED" }[service.startType]}`,
      );
      process.line(`        DISPLAY_NAME       : ${service.displayName}`);
      return 0;
    case "start":
    case "stop": {
      if (!service) return missing(`${verb[0]?.toUpperCase()}${verb.slice(1).toLowerCase()}Service: OpenService`);
      const wanted = verb.toLowerCase() === "start" ? "Running" : "Stopped";
      if (service.status === wanted)
        return wanted === "Running"
          ? failed("StartService", 1056, "An instance of the service is already running.")
          : failed("ControlService", 1062, "The service has not been started.");
      services.change(name, { status: wanted });
      state(process, { ...service, status: wanted });
      return 0;
    }
    case "config": {
      if (!service) return missing("OpenService");
      const text = rest.join(" ");
      const start = /^start=\s*(auto|delayed-auto|demand|disabled)$/i.exec(text)?.[1]?.toLowerCase();
      if (start === undefined) throw new Refusal(`sc config ${text}`);
      services.change(name, {
        startType: start === "demand" ? "Manual" : start === "disabled" ? "Disabled" : "Automatic",
      });
      process.line("[SC] ChangeServiceConfig SUCCESS");
      return 0;
    }
    default:
      throw new Refusal(`sc ${verb}`);
  }
};

function state(process: WindowsProcess, service: Service): void {
  process.line();
  process.line(`SERVICE_NAME: ${service.name} `);
  process.line("        TYPE               : 20  WIN32_SHARE_PROCESS  ");
  process.line(`        STATE              : ${service.status === "Running" ? "4  RUNNING " : "1  STOPPED "}`);
  process.line("        WIN32_EXIT_CODE    : 0  (0x0)");
  process.line();
}

const setx: Program = (process, args) => {
  const words = splitArguments(args);
  const isMachine = words.some((word) => /^[-/]m$/i.test(word));
  const [name, value] = words.filter((word) => !/^[-/]m$/i.test(word));
  if (name === undefined || value === undefined || words.some((word) => /^[-/][a-ln-z]$/i.test(word)))
    throw new Refusal(`setx ${args.trim()}`);
  const key = isMachine ? environmentKey : userEnvironmentKey;
  process.system.registry.set(key, { name, type: value.includes("%") ? "ExpandString" : "String", data: value });
  process.line();
  process.line("SUCCESS: Specified value was saved.");
  return 0;
};

/** Rights on files have no effect here: all programs are the administrator's. What is asked for is at least checked. */
const icacls: Program = (process, args) => {
  const [path = "", ...rest] = splitArguments(args);
  const known = /^\/(?:grant(?::r)?|deny|remove(?::[gd])?|inheritance:[edr]|setowner|reset|t|c|l|q)$/i;
  for (const word of rest) if (word.startsWith("/") && !known.test(word)) throw new Refusal(`icacls ${word}`);
  if (!process.system.drive.facts(absolutePath(path, process.directory))) {
    process.errorLine(`${path}: The system cannot find the file specified.`);
    process.line("Successfully processed 0 files; Failed processing 1 files");
    return 2;
  }
  if (rest.length === 0) throw new Refusal("icacls without a change (files have no access lists here)");
  process.line(`processed file: ${path}`);
  process.line("Successfully processed 1 files; Failed processing 0 files");
  return 0;
};

const ping: Program = async (process, args) => {
  const words = splitArguments(args);
  const at = words.findIndex((word) => /^[-/]n$/i.test(word));
  const count = at < 0 ? 4 : Number(words[at + 1] ?? 4);
  const host = words.filter((word, index) => !/^[-/]/.test(word) && index !== at + 1).at(-1) ?? "";
  // Scripts use it to wait.
  if (!/^(?:127\.0\.0\.1|localhost|::1)$/i.test(host)) throw new Refusal(`ping ${host}`);
  process.line();
  process.line("Pinging 127.0.0.1 with 32 bytes of data:");
  for (let turn = 0; turn < count; turn++) {
    if (turn > 0) await sleep(1000, process.signal);
    process.line("Reply from 127.0.0.1: bytes=32 time<1ms TTL=128");
  }
  return 0;
};

const timeout: Program = async (process, args) => {
  if (!/^\s*(?:\/t\s+)?\d+\s*(?:\/nobreak)?\s*$|^\s*\/nobreak\s+(?:\/t\s+)?\d+\s*$/i.test(args))
    throw new Refusal(`timeout ${args.trim()}`);
  // A remote shell's standard input is redirected, which timeout does not take.
  process.errorLine("ERROR: Input redirection is not supported, exiting the process immediately.");
  return 1;
};

const hostname: Program = (process) => {
  process.line(process.system.computerName);
  return 0;
};

const chcp: Program = (process, args) => {
  const wanted = args.trim();
  if (wanted !== "") {
    if (!/^(?:437|65001|1252)$/.test(wanted)) throw new Refusal(`the code page ${wanted}`);
    process.page = Number(wanted);
  }
  process.line(`Active code page: ${process.page}`);
  return 0;
};

const systeminfo: Program = (process) => {
  const { version, computerName } = process.system;
  process.line();
  process.line(`Host Name:                 ${computerName}`);
  process.line(`OS Name:                   ${version.caption}`);
  process.line(`OS Version:                ${version.number} N/A Build ${version.number.split(".")[2]}`);
  return 0;
};

/** Programs about the system as a whole. */
export const systemPrograms: Readonly<Record<string, Program>> = {
  shutdown,
  sc,
  setx,
  icacls,
  ping,
  timeout,
  hostname,
  chcp,
  systeminfo,
};
