import { createHash } from "node:crypto";
import { Refusal } from "../../system/refusal.ts";
import { decodeFile, decodePage, encodePage, fileEncoding } from "../../system/text-encodings.ts";
import { parentOf } from "../../system/windows-path.ts";
import { PsObject } from "../values/collections.ts";
import { convert, itemsOf, listOf, text } from "../values/convert.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";
import { given } from "./given-paths.ts";
import { expandFiles, notFound, onFile, placeOf } from "./places.ts";

const paths = [takes("Path", 0, "name", "FullName"), takes("LiteralPath", undefined, "name", "PSPath")];

async function getContent(call: Call): Promise<void> {
  const { drive } = call.process.system;
  for (const path of given(call)) {
    const place = /[*?[]/.test(path) ? undefined : placeOf(call, path);
    if (place?.kind === "registry") throw new Refusal(`Get-Content ${path}`);
    if (place && place.kind !== "file") {
      await call.emit(call.engine.variable(place.kind === "env" ? `env:${place.name}` : place.name, call.frame));
      continue;
    }
    for (const file of expandFiles(call, path, call.has("LiteralPath"))) {
      const facts = drive.facts(file);
      if (!facts) await call.reportRecord(notFound(call, file).record);
      else await onFile(call, file, () => read(call, drive.read(file)));
    }
  }
}

async function read(call: Call, bytes: Buffer): Promise<void> {
  const name = call.text("Encoding");
  if (name?.toLowerCase() === "byte") {
    if (call.flag("Raw") || call.count("ReadCount") === 0) return call.emit(Uint8Array.from(bytes));
    for (const byte of bytes) await call.emit(byte);
    return;
  }
  const encoding = name === undefined ? undefined : fileEncoding(name);
  if (name !== undefined && !encoding) throw new Refusal(`the encoding ${name}`);
  const marked = bytes[0] === 0xff || bytes[0] === 0xfe || (bytes[0] === 0xef && bytes[1] === 0xbb);
  const whole = marked || !encoding ? decodeFile(bytes) : decodePage(bytes, encoding.page);
  if (call.flag("Raw")) return whole === "" ? undefined : call.emit(whole);
  const lines = whole.split(call.text("Delimiter") ?? /\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  const [first, last] = [call.count("TotalCount"), call.count("Tail")];
  const wanted =
    first !== undefined
      ? lines.slice(0, first)
      : last !== undefined
        ? lines.slice(Math.max(0, lines.length - last))
        : lines;
  for (const line of wanted) await call.emit(line);
}

function collect(call: Call): void {
  if (!call.has("Value")) return;
  const value = call.value("Value") ?? null;
  if (value instanceof Uint8Array) call.kept.list.push(value);
  else call.kept.list.push(...(listOf(value) ?? [value]));
}

async function write(call: Call, append: boolean): Promise<void> {
  const { drive } = call.process.system;
  for (const path of given(call)) {
    const place = placeOf(call, path);
    if (place.kind !== "file") throw new Refusal(`${call.cmdlet.name} ${path}`);
    await onFile(call, place.path, async () => {
      const known = drive.facts(place.path);
      if (!known && !drive.facts(parentOf(place.path))) {
        await call.error(
          "GetContentWriterDirectoryNotFoundError",
          `Could not find a part of the path '${place.path}'.`,
          "ObjectNotFound",
          place.path,
          "System.IO.DirectoryNotFoundException",
        );
        return;
      }
      if (known?.isReadOnly && call.flag("Force")) drive.setReadOnly(place.path, false);
      const { mark, bytes } = encoded(call, append && known ? drive.read(place.path) : undefined);
      if (append && known) drive.append(place.path, bytes);
      else drive.write(place.path, Buffer.concat([mark, bytes]));
      if (call.flag("PassThru")) for (const item of call.kept.list) await call.emit(item);
    });
  }
}

function encoded(call: Call, before: Buffer | undefined): { readonly mark: Uint8Array; readonly bytes: Buffer } {
  const name = call.text("Encoding");
  if (name?.toLowerCase() === "byte") {
    const bytes = call.kept.list.flatMap((item) => [...itemsOf(item)].map((one) => Number(convert(one, "byte"))));
    return { mark: new Uint8Array(), bytes: Buffer.from(bytes) };
  }
  const isUnicode = before !== undefined && before[0] === 0xff && before[1] === 0xfe;
  const isUtf8 = before !== undefined && before[0] === 0xef && before[1] === 0xbb;
  const encoding = fileEncoding(name ?? (isUnicode ? "unicode" : isUtf8 ? "utf8" : "default"));
  if (!encoding) throw new Refusal(`the encoding ${name}`);
  const ending = call.flag("NoNewline") ? "" : "\r\n";
  return {
    mark: encoding.mark,
    bytes: encodePage(call.kept.list.map((item) => text(item) + ending).join(""), encoding.page),
  };
}

const writing = [
  ...paths,
  takes("Value", 1, "both"),
  takes("Encoding"),
  flag("Force"),
  flag("NoNewline"),
  flag("PassThru"),
];

/** Cmdlets that read and write what is in files. */
export const contentCmdlets: readonly Cmdlet[] = [
  {
    name: "Get-Content",
    parameters: [
      takes("Path", 0, "both", "FullName"),
      takes("LiteralPath", undefined, "name", "PSPath"),
      takes("Encoding"),
      flag("Raw"),
      takes("TotalCount", undefined, undefined, "First", "Head"),
      takes("Tail", undefined, undefined, "Last"),
      takes("ReadCount"),
      takes("Delimiter"),
      flag("Force"),
    ],
    process: getContent,
  },
  { name: "Set-Content", parameters: writing, process: collect, end: (call) => write(call, false) },
  { name: "Add-Content", parameters: writing, process: collect, end: (call) => write(call, true) },
  {
    name: "Clear-Content",
    parameters: [...paths, flag("Force")],
    async process(call) {
      for (const path of given(call)) {
        const file = call.path(path);
        if (call.process.system.drive.facts(file)) call.process.system.drive.write(file, new Uint8Array());
        else await call.reportRecord(notFound(call, file).record);
      }
    },
  },
  {
    name: "Get-FileHash",
    parameters: [
      takes("Path", 0, "both", "FullName"),
      takes("LiteralPath", undefined, "name", "PSPath"),
      takes("Algorithm", 1),
    ],
    async process(call) {
      const name = (call.text("Algorithm") ?? "SHA256").toUpperCase();
      if (!/^(?:MD5|SHA1|SHA256|SHA384|SHA512)$/.test(name)) throw new Refusal(`the algorithm ${name}`);
      for (const path of given(call)) {
        const file = call.path(path);
        if (!call.process.system.drive.facts(file)) {
          await call.reportRecord(notFound(call, file).record);
          continue;
        }
        const hash = createHash(name.toLowerCase())
          .update(call.process.system.drive.read(file))
          .digest("hex")
          .toUpperCase();
        await call.emit(
          new PsObject([
            ["Algorithm", name],
            ["Hash", hash],
            ["Path", file],
          ]),
        );
      }
    },
  },
];
