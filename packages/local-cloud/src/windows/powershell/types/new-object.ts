import type { WindowsProcess } from "../../system/process.ts";
import { Refusal } from "../../system/refusal.ts";
import { absolutePath } from "../../system/windows-path.ts";
import { Hashtable, NetList, PsObject } from "../values/collections.ts";
import { convert, count, itemsOf, text, versionFrom } from "../values/convert.ts";
import { DateTime, TimeSpan } from "../values/date-time.ts";
import { checkRoom, methodFailure, NetException } from "../values/errors.ts";
import { fullTypeName } from "../values/types.ts";
import { NetObject, type Value } from "../values/value.ts";
import { Encoding } from "./encoding.ts";
import { ScheduleService } from "./schedule-service.ts";
import {
  ByteStream,
  FileStream,
  HashAlgorithm,
  InflateStream,
  MemoryStream,
  StreamReader,
  StreamWriter,
} from "./streams.ts";
import { StringBuilder } from "./string-builder.ts";
import { namespaceManager } from "./xml.ts";

/** New-Object: the types and COM classes that the stand-in has. */
export function newObject(
  typeName: string | undefined,
  com: string | undefined,
  args: readonly Value[],
  property: Value,
  process: WindowsProcess,
): Value {
  if (com !== undefined) {
    if (com.toLowerCase() === "schedule.service") return new ScheduleService(process);
    throw new Refusal(`the COM class ${com}`);
  }
  const made = construct(typeName ?? "", args, process);
  if (property instanceof Hashtable && made instanceof NetObject)
    for (const [name, value] of property.entries()) {
      if (made instanceof PsObject) made.put(text(name), value);
      else if (!made.set(text(name), value)) throw new Refusal(`the property ${text(name)} of ${typeName}`);
    }
  return made;
}

/** `[TYPE]::new(…)` and New-Object TYPE. */
export function construct(typeName: string, args: readonly Value[], process: WindowsProcess): Value {
  const full = fullTypeName(typeName);
  const [first = null, second = null, third = null] = args;
  const array = /^(.*)\[\]$/.exec(full);
  if (array) {
    const size = count(first);
    if (size < 0)
      throw methodFailure(".ctor", 1, "System.OverflowException", "Arithmetic operation resulted in an overflow.");
    checkRoom(size);
    return /byte$/i.test(array[1] ?? "")
      ? new Uint8Array(size)
      : Array.from({ length: size }, () => (/int(?:32|64)$/i.test(array[1] ?? "") ? 0 : null));
  }
  const page = (value: Value): number | undefined => (value instanceof Encoding ? value.page : undefined);
  switch (full.toLowerCase()) {
    case "system.object":
    case "system.management.automation.psobject":
    case "system.management.automation.pscustomobject":
      return new PsObject();
    case "system.collections.arraylist":
      return new NetList("System.Collections.ArrayList", [...itemsOf(first)]);
    case "system.collections.hashtable":
      return new Hashtable();
    case "system.collections.specialized.ordereddictionary":
      return new Hashtable(true);
    case "system.string":
      if (typeof second !== "number") return text(first);
      checkRoom(second);
      return text(first).repeat(Math.max(0, second));
    case "system.datetime":
      return new DateTime(
        Date.UTC(
          ...([count(first), count(second) - 1, ...args.slice(2).map((arg) => count(arg))] as unknown as [
            number,
            number,
          ]),
        ),
      );
    case "system.timespan":
      return args.length === 3
        ? new TimeSpan(((count(first) * 60 + count(second)) * 60 + count(third)) * 1000)
        : new TimeSpan(Number(convert(first, "long")) / 10_000);
    case "system.version":
      return (
        (args.length === 1 ? versionFrom(text(first)) : versionFrom(args.map((arg) => text(arg)).join("."))) ?? null
      );
    case "system.text.stringbuilder":
      return new StringBuilder(text(first));
    case "system.text.utf8encoding":
      return new Encoding(65001);
    case "system.text.unicodeencoding":
      return new Encoding(1200);
    case "system.text.asciiencoding":
      return new Encoding(20127);
    case "system.io.memorystream":
      return new MemoryStream(
        first instanceof Uint8Array
          ? first
          : Uint8Array.from(
              itemsOf(args.length > 1 ? [...args] : first).flatMap((item) =>
                typeof item === "number" && args.length > 1 ? [item] : [],
              ),
            ),
      );
    case "system.io.filestream":
      return new FileStream(
        process,
        absolutePath(text(first), process.directory),
        text(second),
        args.length > 2 ? text(third) : "ReadWrite",
      );
    case "system.io.compression.deflatestream":
    case "system.io.compression.gzipstream":
      if (!(first instanceof ByteStream) || !/^decompress$/i.test(text(second))) throw new Refusal("compressing");
      return new InflateStream(first, /gzip/i.test(full));
    case "system.io.streamreader":
      return new StreamReader(
        first instanceof ByteStream
          ? first
          : new FileStream(process, absolutePath(text(first), process.directory), "Open", "Read"),
        page(second),
      );
    case "system.io.streamwriter": {
      const mode = second === true ? "Append" : "Create";
      return new StreamWriter(
        first instanceof ByteStream
          ? first
          : new FileStream(process, absolutePath(text(first), process.directory), mode, "Write"),
        page(second) ?? page(third),
      );
    }
    case "system.security.cryptography.sha1cryptoserviceprovider":
    case "system.security.cryptography.sha1managed":
      return new HashAlgorithm(full, "sha1");
    case "system.security.cryptography.sha256cryptoserviceprovider":
    case "system.security.cryptography.sha256managed":
      return new HashAlgorithm(full, "sha256");
    case "system.security.cryptography.md5cryptoserviceprovider":
      return new HashAlgorithm(full, "md5");
    case "system.xml.xmlnamespacemanager":
      return namespaceManager();
    case "system.net.webclient":
      throw new Refusal("downloads (System.Net.WebClient): it has no way to other machines");
    default:
      if (/exception$/i.test(full)) return new NetException(full, text(first));
      if (/^system\.collections\.generic\.(?:list|queue|stack|hashset)/i.test(full))
        return new NetList(full, [...itemsOf(first)]);
      if (/^system\.collections\.generic\.dictionary/i.test(full)) return new Hashtable(true);
      throw new Refusal(`the type [${typeName}]`);
  }
}
