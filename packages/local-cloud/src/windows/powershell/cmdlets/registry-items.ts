import { Refusal } from "../../system/refusal.ts";
import type { RegistryValue } from "../../system/registry.ts";
import { PsObject } from "../values/collections.ts";
import { count, itemsOf, text } from "../values/convert.ts";
import { FileInfo } from "../values/file-info.ts";
import type { Value } from "../values/value.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";
import { given } from "./given-paths.ts";
import { notFound, placeOf } from "./places.ts";

/** A key as Get-Item shows it. */
export function registryKeyObject(call: Call, path: string): PsObject {
  const values = call.process.system.registry.values(path);
  return new PsObject(
    [
      ["Name", path],
      ["PSChildName", path.split("\\").at(-1) ?? ""],
      ["PSPath", `Microsoft.PowerShell.Core\\Registry::${path}`],
      ["Property", values.map(({ name }) => (name === "" ? "(default)" : name))],
      ["ValueCount", values.length],
      ["SubKeyCount", call.process.system.registry.children(path).length],
    ],
    "Microsoft.Win32.RegistryKey",
  );
}

function asValue(data: RegistryValue["data"], call: Call, type: RegistryValue["type"]): Value {
  if (typeof data === "number") return type === "QWord" ? BigInt(data) : data;
  if (typeof data === "string") return type === "ExpandString" ? call.process.environment.expand(data) : data;
  return [...data];
}

/** A value for the registry: its type as asked, else as what it is given says. */
export function registryValue(name: string, value: Value, asked: string | undefined): RegistryValue {
  const wanted = (
    asked ??
    (typeof value === "number"
      ? "DWord"
      : typeof value === "bigint"
        ? "QWord"
        : Array.isArray(value)
          ? "MultiString"
          : "String")
  ).toLowerCase();
  switch (wanted) {
    case "dword":
      return { name, type: "DWord", data: count(value) };
    case "qword":
      return { name, type: "QWord", data: count(value) };
    case "multistring":
      return { name, type: "MultiString", data: itemsOf(value).map((item) => text(item)) };
    case "expandstring":
      return { name, type: "ExpandString", data: text(value) };
    case "binary":
      return { name, type: "Binary", data: itemsOf(value).map((item) => text(item)) };
    case "string":
    case "unknown":
      return { name, type: "String", data: text(value) };
    default:
      throw new Refusal(`registry values of type ${wanted}`);
  }
}

const named = (name: string): string => (/^\(default\)$/i.test(name) ? "" : name);
const paths = [takes("Path", 0, "both"), takes("LiteralPath", undefined, "name", "PSPath")];

async function eachKey(call: Call, act: (path: string) => Promise<void>): Promise<void> {
  for (const path of given(call)) {
    const place = placeOf(call, path);
    if (place.kind === "file") {
      await fileProperty(call, place.path);
      continue;
    }
    if (place.kind !== "registry") throw new Refusal(`${call.cmdlet.name} ${path}`);
    if (!call.process.system.registry.has(place.path))
      await call.reportRecord(notFound(call, path.replaceAll("/", "\\")).record);
    else await act(place.path);
  }
}

/** Of files, these cmdlets know the properties that FileInfo can set. */
async function fileProperty(call: Call, path: string): Promise<void> {
  const { drive } = call.process.system;
  const facts = drive.facts(path);
  if (!facts) return call.reportRecord(notFound(call, path).record);
  const info = new FileInfo(facts, drive);
  if (call.cmdlet.name !== "Set-ItemProperty") return call.emit(info);
  if (!info.set(call.required("Name"), call.value("Value") ?? null))
    throw new Refusal(`the property ${call.text("Name")} of files`);
}

const setProperty = async (call: Call, isNew: boolean): Promise<void> =>
  eachKey(call, async (path) => {
    const { registry } = call.process.system;
    const name = named(call.required("Name"));
    if (isNew && registry.get(path, name) && !call.flag("Force")) {
      await call.error(
        "System.IO.IOException",
        "The property already exists.",
        "ResourceExists",
        path,
        "System.IO.IOException",
      );
      return;
    }
    registry.set(
      path,
      registryValue(
        name,
        call.value("Value") ?? "",
        call.text("PropertyType") ??
          (isNew ? undefined : knownType(registry.get(path, name), call.value("Value") ?? null)),
      ),
    );
    if (isNew || call.flag("PassThru")) await call.emit(propertyObject(call, path, [name]));
  });

/** A value that exists keeps its type where what it is given fits. */
function knownType(known: RegistryValue | undefined, value: Value): string | undefined {
  if (!known) return undefined;
  if (known.type === "DWord" && !/^-?\d+$/.test(text(value))) return "String";
  return known.type;
}

function propertyObject(call: Call, path: string, names: readonly string[] | undefined): PsObject {
  const values = call.process.system.registry
    .values(path)
    .filter(({ name }) => names === undefined || names.some((one) => one.toLowerCase() === name.toLowerCase()));
  const made = new PsObject(
    values.map(({ name, data, type }) => [name === "" ? "(default)" : name, asValue(data, call, type)]),
  );
  made.put("PSPath", `Microsoft.PowerShell.Core\\Registry::${path}`);
  made.put("PSParentPath", `Microsoft.PowerShell.Core\\Registry::${path.split("\\").slice(0, -1).join("\\")}`);
  made.put("PSChildName", path.split("\\").at(-1) ?? "");
  made.put("PSDrive", path.startsWith("HKEY_LOCAL") ? "HKLM" : "HKCU");
  made.put("PSProvider", "Microsoft.PowerShell.Core\\Registry");
  return made;
}

async function getProperty(call: Call, isValue: boolean): Promise<void> {
  const { registry } = call.process.system;
  await eachKey(call, async (path) => {
    const names = call.has("Name") ? call.texts("Name").map(named) : undefined;
    const missing = names?.find((name) => !name.includes("*") && !registry.get(path, name));
    if (missing !== undefined) {
      await call.error(
        "System.Management.Automation.PSArgumentException",
        `Property ${missing} does not exist at path ${path}.`,
        "InvalidArgument",
        missing,
        "System.Management.Automation.PSArgumentException",
      );
      return;
    }
    if (!isValue) return call.emit(propertyObject(call, path, names));
    const found = registry.get(path, names?.[0] ?? "");
    if (found) await call.emit(asValue(found.data, call, found.type));
  });
}

/** Cmdlets that work on values of the registry. */
export const registryCmdlets: readonly Cmdlet[] = [
  {
    name: "Set-ItemProperty",
    parameters: [
      ...paths,
      takes("Name", 1),
      takes("Value", 2),
      takes("PropertyType", undefined, undefined, "Type"),
      flag("Force"),
      flag("PassThru"),
    ],
    process: (call) => setProperty(call, false),
  },
  {
    name: "New-ItemProperty",
    parameters: [
      ...paths,
      takes("Name", undefined),
      takes("Value"),
      takes("PropertyType", undefined, undefined, "Type"),
      flag("Force"),
    ],
    process: (call) => setProperty(call, true),
  },
  { name: "Get-ItemProperty", parameters: [...paths, takes("Name", 1)], process: (call) => getProperty(call, false) },
  {
    name: "Get-ItemPropertyValue",
    parameters: [...paths, takes("Name", 1)],
    process: (call) => getProperty(call, true),
  },
  {
    name: "Remove-ItemProperty",
    parameters: [...paths, takes("Name", 1), flag("Force")],
    process: (call) =>
      eachKey(call, async (path) => {
        for (const name of call.texts("Name"))
          if (!call.process.system.registry.unset(path, named(name)))
            await call.error(
              "System.Management.Automation.PSArgumentException",
              `Property ${name} does not exist at path ${path}.`,
              "InvalidArgument",
              name,
              "System.Management.Automation.PSArgumentException",
            );
      }),
  },
];
