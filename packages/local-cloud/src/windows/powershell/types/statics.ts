import { randomUUID } from "node:crypto";
import type { WindowsProcess } from "../../system/process.ts";
import { Refusal } from "../../system/refusal.ts";
import { environmentKey, userEnvironmentKey } from "../../system/windows-system.ts";
import { PsObject } from "../values/collections.ts";
import { convert, count, itemsOf, number, roundHalfEven, text, versionFrom } from "../values/convert.ts";
import { DateTime, parseDate, TimeSpan } from "../values/date-time.ts";
import { Char, Double } from "../values/double.ts";
import { methodFailure } from "../values/errors.ts";
import { formatText } from "../values/format.ts";
import { compare, compareText } from "../values/operators.ts";
import { Match, regexFrom, replacementFrom } from "../values/regex.ts";
import { isArray, type Value } from "../values/value.ts";
import { Encoding, namedEncoding } from "./encoding.ts";
import { callFiles } from "./files.ts";
import { construct } from "./new-object.ts";
import { ConsoleReader, ConsoleWriter } from "./streams.ts";

/** `[TYPE]::Name` */
export function staticMember(type: string, name: string, process: WindowsProcess): Value {
  const found = member(type.toLowerCase(), name.toLowerCase(), name, process);
  if (found === undefined) throw new Refusal(`[${type}]::${name}`);
  return found;
}

/** `[TYPE]::Name = …` */
export function setStaticMember(type: string, name: string, value: Value, process: WindowsProcess): void {
  if (type.toLowerCase() !== "system.net.servicepointmanager" || name.toLowerCase() !== "securityprotocol")
    throw new Refusal(`assigning to [${type}]::${name}`);
  // Names with commas between them, or their sum.
  const named = typeof value === "string" ? value.split(",") : [];
  process.securityProtocol = typeof value === "string" ? 0 : count(value);
  for (const one of named) {
    const protocol = securityProtocols[one.trim().toLowerCase()];
    if (protocol === undefined) throw new Refusal(`the security protocol ${one.trim()}`);
    process.securityProtocol |= protocol;
  }
}

const securityProtocols: Readonly<Record<string, number>> = {
  systemdefault: 0,
  ssl3: 48,
  tls: 192,
  tls11: 768,
  tls12: 3072,
  tls13: 12288,
};

function member(type: string, wanted: string, name: string, process: WindowsProcess): Value | undefined {
  switch (type) {
    case "system.int32":
      return { maxvalue: 2147483647, minvalue: -2147483648 }[wanted];
    case "system.int64":
      return { maxvalue: 9223372036854775807n, minvalue: -9223372036854775808n }[wanted];
    case "system.byte":
      return { maxvalue: 255, minvalue: 0 }[wanted];
    case "system.math":
      return wanted === "pi" ? new Double(Math.PI) : wanted === "e" ? new Double(Math.E) : undefined;
    case "system.string":
      return wanted === "empty" ? "" : undefined;
    case "system.datetime":
      if (wanted === "now" || wanted === "utcnow") return new DateTime(process.system.now());
      return wanted === "today" ? new DateTime(Math.floor(process.system.now() / 86_400_000) * 86_400_000) : undefined;
    case "system.timespan":
      return wanted === "zero" ? new TimeSpan(0) : undefined;
    case "system.text.encoding":
      return namedEncoding(name);
    case "system.guid":
      return wanted === "empty" ? "00000000-0000-0000-0000-000000000000" : undefined;
    case "system.environment":
      return environmentMember(wanted, process);
    case "system.console":
      if (wanted === "out") return new ConsoleWriter((said) => process.print(said));
      if (wanted === "error") return new ConsoleWriter((said) => process.printError(said));
      if (wanted === "in") return new ConsoleReader(process);
      return wanted === "outputencoding" || wanted === "inputencoding" ? new Encoding(process.page) : undefined;
    case "system.net.servicepointmanager":
      return wanted === "securityprotocol" ? process.securityProtocol : undefined;
    case "system.net.securityprotocoltype":
      return securityProtocols[wanted];
    case "system.globalization.cultureinfo":
      return /^(?:current|invariant|currentui)culture$/.test(wanted)
        ? new PsObject(
            [
              ["Name", "en-US"],
              [
                "TextInfo",
                new PsObject([
                  ["OEMCodePage", 437],
                  ["ANSICodePage", 1252],
                ]),
              ],
            ],
            "System.Globalization.CultureInfo",
          )
        : undefined;
    case "system.io.path":
      return {
        directoryseparatorchar: new Char("\\"),
        pathseparator: new Char(";"),
        altdirectoryseparatorchar: new Char("/"),
      }[wanted];
    case "system.dayofweek":
    case "system.io.filemode":
    case "system.io.fileaccess":
    case "system.io.fileshare":
    case "system.io.searchoption":
    case "system.io.seekorigin":
    case "system.io.compression.compressionmode":
    case "system.stringcomparison":
    case "system.stringsplitoptions":
    case "system.environmentvariabletarget":
    case "system.base64formattingoptions":
    case "system.midpointrounding":
    case "system.text.regularexpressions.regexoptions":
      // Members of enumerations are their names.
      return name;
    default:
      return undefined;
  }
}

function environmentMember(wanted: string, process: WindowsProcess): Value | undefined {
  switch (wanted) {
    case "newline":
      return "\r\n";
    case "machinename":
      return process.system.computerName;
    case "username":
      return process.environment.get("USERNAME") ?? process.user;
    case "userdomainname":
      return process.system.computerName;
    case "currentdirectory":
      return process.directory;
    case "systemdirectory":
      return "C:\\Windows\\system32";
    case "is64bitoperatingsystem":
    case "is64bitprocess":
      return true;
    case "processorcount":
      return 1;
    case "tickcount":
      return Math.floor(process.system.now() - process.system.bootedMs);
    case "osversion":
      return new PsObject(
        [
          ["Platform", "Win32NT"],
          ["Version", versionFrom(`${process.system.version.number}.0`) ?? null],
          ["VersionString", `Microsoft Windows NT ${process.system.version.number}.0`],
        ],
        "System.OperatingSystem",
      );
    default:
      return undefined;
  }
}

/** `[TYPE]::Name(…)` */
export async function callStatic(
  type: string,
  name: string,
  args: readonly Value[],
  process: WindowsProcess,
): Promise<Value> {
  const wanted = name.toLowerCase();
  if (wanted === "new") return construct(type, args, process);
  const found = call(type.toLowerCase(), wanted, args, process, name);
  if (found === undefined) throw new Refusal(`[${type}]::${name}()`);
  return found;
}

function call(
  type: string,
  wanted: string,
  args: readonly Value[],
  process: WindowsProcess,
  name: string,
): Value | undefined {
  const [first = null, second = null] = args;
  switch (type) {
    case "system.io.file":
    case "system.io.directory":
    case "system.io.path":
      return callFiles(type, name, args, process);
    case "system.convert":
      return convertMethod(wanted, name, args);
    case "system.bitconverter":
      if (wanted !== "tostring" || !(first instanceof Uint8Array)) return undefined;
      return Array.from(first, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join("-");
    case "system.environment":
      return environmentMethod(wanted, args, process);
    case "system.math":
      return mathMethod(wanted, args);
    case "system.string":
      return stringMethod(wanted, args);
    case "system.text.regularexpressions.regex":
      return regexMethod(wanted, args);
    case "system.guid":
      return wanted === "newguid" ? randomUUID() : undefined;
    case "system.text.encoding":
      return wanted === "getencoding" ? encodingFor(first) : undefined;
    case "system.int32":
    case "system.int64":
    case "system.double":
      if (wanted === "parse") return convert(text(first), type);
      return undefined;
    case "system.char":
      if (wanted === "isdigit") return /^\d$/.test(text(first));
      if (wanted === "isletter") return /^\p{L}$/u.test(text(first));
      if (wanted === "toupper") return new Char(text(first).toUpperCase());
      return wanted === "tolower" ? new Char(text(first).toLowerCase()) : undefined;
    case "system.datetime":
      if (wanted === "parse") return convert(first, "datetime");
      if (wanted === "parseexact") return parseDate(text(first)) ?? undefined;
      return wanted === "fromfiletime"
        ? new DateTime(Number(convert(first, "long")) / 10_000 - 11_644_473_600_000)
        : undefined;
    case "system.timespan": {
      const unit = {
        frommilliseconds: 1,
        fromseconds: 1000,
        fromminutes: 60_000,
        fromhours: 3_600_000,
        fromdays: 86_400_000,
      }[wanted];
      const amount = number(first);
      return unit === undefined || amount === undefined
        ? undefined
        : new TimeSpan((amount instanceof Double ? amount.value : Number(amount)) * unit);
    }
    case "system.array":
      if (!isArray(first)) return undefined;
      if (wanted === "reverse") first.reverse();
      else if (wanted === "sort") first.sort((a, b) => compare(a, b, true));
      else if (wanted === "indexof") return first.findIndex((item) => text(item) === text(second));
      else return undefined;
      return null;
    case "system.console":
      return consoleMethod(wanted, args, process);
    case "system.runtime.interopservices.marshal":
      return wanted === "releasecomobject" ? 0 : undefined;
    case "system.net.dns":
      return wanted === "gethostname" ? process.system.computerName : undefined;
    case "system.threading.thread":
      throw new Refusal(`[Threading.Thread]::${name}()`);
    case "system.version":
      return wanted === "parse" ? convert(first, "version") : undefined;
    default:
      return undefined;
  }
}

function convertMethod(wanted: string, name: string, args: readonly Value[]): Value | undefined {
  const [first = null, second = null, third = null] = args;
  switch (wanted) {
    case "frombase64string": {
      const source = text(first).replace(/\s/g, "");
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(source) || source.length % 4 !== 0)
        throw methodFailure(name, 1, "System.FormatException", "Invalid length for a Base-64 char array or string.");
      return Uint8Array.from(Buffer.from(source, "base64"));
    }
    case "tobase64string": {
      const bytes = convert(first, "byte[]");
      if (!(bytes instanceof Uint8Array)) return undefined;
      const from = typeof second === "number" ? second : 0;
      const part = typeof third === "number" ? bytes.subarray(from, from + third) : bytes;
      return Buffer.from(part).toString("base64");
    }
    case "toint32":
    case "toint64":
    case "tobyte": {
      const type = wanted === "toint32" ? "int" : wanted === "toint64" ? "long" : "byte";
      if (second === null) return convert(first, type);
      const whole = BigInt({ 2: "0b", 8: "0o", 10: "", 16: "0x" }[count(second)] + text(first).replace(/^0x/i, ""));
      return type === "int"
        ? Number(BigInt.asIntN(32, whole))
        : type === "long"
          ? BigInt.asIntN(64, whole)
          : Number(whole);
    }
    case "tostring": {
      if (second === null) return text(first);
      const whole = number(first);
      if (whole === undefined || whole instanceof Double) return undefined;
      return BigInt.asUintN(typeof whole === "number" ? 32 : 64, BigInt(whole)).toString(count(second));
    }
    case "toboolean":
      return convert(first, "bool");
    case "todouble":
      return convert(first, "double");
    case "tochar":
      return convert(first, "char");
    case "todatetime":
      return convert(first, "datetime");
    default:
      return undefined;
  }
}

function environmentMethod(wanted: string, args: readonly Value[], process: WindowsProcess): Value | undefined {
  const [first = null, second = null, third = null] = args;
  const { registry } = process.system;
  const target = text(wanted === "setenvironmentvariable" ? third : second).toLowerCase();
  const key = target === "machine" ? environmentKey : target === "user" ? userEnvironmentKey : undefined;
  switch (wanted) {
    case "getenvironmentvariable": {
      if (key === undefined) return process.environment.get(text(first)) ?? null;
      const found = registry.get(key, text(first));
      return found ? process.environment.expand(String(found.data)) : null;
    }
    case "setenvironmentvariable": {
      const value = text(second);
      if (key === undefined) process.environment.set(text(first), value);
      else if (value === "") registry.unset(key, text(first));
      else registry.set(key, { name: text(first), type: value.includes("%") ? "ExpandString" : "String", data: value });
      return null;
    }
    case "expandenvironmentvariables":
      return process.environment.expand(text(first));
    case "getfolderpath": {
      const name = text(first).toLowerCase();
      const profile = process.environment.get("USERPROFILE") ?? "";
      const known: Readonly<Record<string, string>> = {
        desktop: `${profile}\\Desktop`,
        mydocuments: `${profile}\\Documents`,
        personal: `${profile}\\Documents`,
        userprofile: profile,
        applicationdata: `${profile}\\AppData\\Roaming`,
        localapplicationdata: `${profile}\\AppData\\Local`,
        commonapplicationdata: "C:\\ProgramData",
        programfiles: "C:\\Program Files",
        system: "C:\\Windows\\system32",
        windows: "C:\\Windows",
      };
      return known[name];
    }
    default:
      return undefined;
  }
}

function mathMethod(wanted: string, args: readonly Value[]): Value | undefined {
  const [first = null, second = null, third = null] = args;
  const [a, b] = [number(first), number(second)];
  if (a === undefined) return undefined;
  const x = a instanceof Double ? a.value : Number(a);
  const y = b === undefined ? 0 : b instanceof Double ? b.value : Number(b);
  switch (wanted) {
    case "abs":
      return a instanceof Double ? new Double(Math.abs(x)) : typeof a === "bigint" ? (a < 0n ? -a : a) : Math.abs(a);
    case "floor":
      return new Double(Math.floor(x));
    case "ceiling":
      return new Double(Math.ceil(x));
    case "truncate":
      return new Double(Math.trunc(x));
    case "round": {
      const away = /awayfromzero/i.test(text(third) + text(second));
      const places = typeof second === "number" ? second : 0;
      const scaled = Number(`${x}e${places}`);
      const whole = away ? Math.sign(scaled) * Math.round(Math.abs(scaled)) : roundHalfEven(scaled);
      return new Double(Number(`${whole}e-${places}`));
    }
    case "sqrt":
      return new Double(Math.sqrt(x));
    case "pow":
      return new Double(x ** y);
    case "log":
      return new Double(args.length > 1 ? Math.log(x) / Math.log(y) : Math.log(x));
    case "log10":
      return new Double(Math.log10(x));
    case "sign":
      return Math.sign(x);
    case "max":
      return compare(first, second) >= 0 ? first : second;
    case "min":
      return compare(first, second) <= 0 ? first : second;
    default:
      return undefined;
  }
}

function stringMethod(wanted: string, args: readonly Value[]): Value | undefined {
  const [first = null, second = null, third = null] = args;
  switch (wanted) {
    case "isnullorempty":
      return text(first) === "";
    case "isnullorwhitespace":
      return text(first).trim() === "";
    case "join":
      return (isArray(second) && args.length === 2 ? second : args.slice(1))
        .map((item) => text(item))
        .join(text(first));
    case "format":
      return formatText(text(first), isArray(second) && args.length === 2 ? second : args.slice(1));
    case "concat":
      return (args.length === 1 ? itemsOf(first) : args).map((item) => text(item)).join("");
    case "compare":
      return Math.sign(compareText(text(first), text(second), third !== true));
    case "equals":
      return text(first) === text(second);
    default:
      return undefined;
  }
}

function regexMethod(wanted: string, args: readonly Value[]): Value | undefined {
  const [first = null, second = null, third = null] = args;
  const options = args.length > 2 && wanted !== "replace" ? text(third) : args.length > 3 ? text(args[3] ?? null) : "";
  const flags = `${/ignorecase/i.test(options) ? "i" : ""}${/multiline/i.test(options) ? "m" : ""}${/singleline/i.test(options) ? "s" : ""}`;
  switch (wanted) {
    case "escape":
      return text(first).replace(/[\\*+?|{[()^$.# ]/g, "\\$&");
    case "ismatch":
      return regexFrom(text(second), flags).test(text(first));
    case "match":
      return new Match(regexFrom(text(second), flags).exec(text(first)) ?? undefined);
    case "matches":
      return [...text(first).matchAll(regexFrom(text(second), `${flags}g`))].map((found) => new Match(found));
    case "replace":
      if (typeof third === "object" && third !== null && !isArray(third))
        throw new Refusal("[regex]::Replace with a script block");
      return text(first).replace(regexFrom(text(second), `${flags}g`), replacementFrom(text(third)));
    case "split":
      return text(first).split(regexFrom(text(second), flags));
    default:
      return undefined;
  }
}

function encodingFor(which: Value): Value | undefined {
  const name = text(which).toLowerCase();
  const page = {
    "utf-8": 65001,
    "65001": 65001,
    "utf-16": 1200,
    "1200": 1200,
    "us-ascii": 20127,
    ascii: 20127,
    "20127": 20127,
    "windows-1252": 1252,
    "1252": 1252,
    "437": 437,
    ibm437: 437,
  }[name];
  if (page === undefined) throw new Refusal(`the encoding ${name}`);
  return new Encoding(page);
}

function consoleMethod(wanted: string, args: readonly Value[], process: WindowsProcess): Value | undefined {
  const said = args.length > 1 ? formatText(text(args[0] ?? null), args.slice(1)) : text(args[0] ?? null);
  switch (wanted) {
    case "writeline":
      process.line(said);
      return null;
    case "write":
      process.print(said);
      return null;
    case "readline":
      throw new Refusal("[Console]::ReadLine() (use [Console]::In.ReadLine())");
    default:
      return undefined;
  }
}
