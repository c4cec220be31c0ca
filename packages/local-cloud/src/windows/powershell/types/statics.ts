import { randomUUID } from "node:crypto";
import type { WindowsProcess } from "../../system/process.ts";
import { Refusal } from "../../system/refusal.ts";
import { PsObject } from "../values/collections.ts";
import { convert, count, number, text } from "../values/convert.ts";
import { DateTime, TimeSpan } from "../values/date-time.ts";
import { Char, Double } from "../values/double.ts";
import { methodFailure } from "../values/errors.ts";
import { formatText } from "../values/format.ts";
import { compare } from "../values/operators.ts";
import { parseExactDate } from "../values/read-dates.ts";
import { isArray, type Value } from "../values/value.ts";
import { convertMethod } from "./convert-class.ts";
import { Encoding, namedEncoding } from "./encoding.ts";
import { environmentMember, environmentMethod } from "./environment-class.ts";
import { callFiles } from "./files.ts";
import { mathMethod } from "./math-class.ts";
import { construct } from "./new-object.ts";
import { ConsoleReader, ConsoleWriter } from "./streams.ts";
import { regexMethod, stringMethod } from "./text-classes.ts";

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
      if (wanted === "now" || wanted === "utcnow")
        return new DateTime(process.system.now(), wanted === "now" ? "Local" : "Utc");
      return wanted === "today"
        ? new DateTime(Math.floor(process.system.now() / 86_400_000) * 86_400_000, "Local")
        : undefined;
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
                new PsObject(
                  [
                    ["OEMCodePage", 437],
                    ["ANSICodePage", 1252],
                  ],
                  "System.Globalization.TextInfo",
                ),
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
      if (wanted === "parseexact") {
        const date = isArray(second) ? undefined : parseExactDate(text(first), text(second));
        if (date || isArray(second)) return date;
        const problem = "String was not recognized as a valid DateTime.";
        throw methodFailure(name, args.length, "System.FormatException", problem);
      }
      return wanted === "fromfiletime"
        ? new DateTime(
            Number(convert(first, "long")) / 10_000 - 11_644_473_600_000,
            wanted.endsWith("utc") ? "Utc" : "Local",
          )
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
