import { Refusal } from "../../system/refusal.ts";
import { registryPath } from "../../system/registry.ts";
import { escapeExpression, hasWildcard, joinPath, parentOf, wildcard } from "../../system/windows-path.ts";
import { hasVariable } from "../run/variables.ts";
import { DictionaryEntry } from "../values/collections.ts";
import { FileInfo } from "../values/file-info.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";
import { filtered, given, isLiteral, named, paths } from "./given-paths.ts";
import { expandFiles, foldersFirst, notFound, onFile, placeOf } from "./places.ts";
import { registryKeyObject } from "./registry-items.ts";
import { emitWsman, newListener, removeWsman, setWsman, wsmanExists } from "./wsman-items.ts";

async function testPath(call: Call): Promise<void> {
  const kind = (call.text("PathType") ?? "any").toLowerCase();
  for (const path of given(call)) await call.emit(exists(call, path, kind));
}

function exists(call: Call, path: string, kind: string): boolean {
  const { registry, drive } = call.process.system;
  if (/^[d-gi-zab]:/i.test(path)) return false;
  if (!isLiteral(call) && hasWildcard(path) && !/^\w+:(?![\\/])|^hk|^wsman:/i.test(path))
    return expandFiles(call, path, false).length > 0;
  const place = placeOf(call, path);
  switch (place.kind) {
    case "registry":
      return registry.has(place.path) && kind !== "leaf";
    case "env":
      return call.process.environment.get(place.name) !== undefined;
    case "variable":
      return hasVariable(place.name, call.frame);
    case "function":
      return call.frame.scope.findFunction(place.name) !== undefined;
    case "alias":
      return call.frame.scope.findAlias(place.name) !== undefined;
    case "wsman":
      return wsmanExists(call, place.name);
    default: {
      const facts = drive.facts(place.path);
      return facts !== undefined && (kind === "any" || facts.isFolder === (kind === "container"));
    }
  }
}

const newItem: Cmdlet = {
  name: "New-Item",
  parameters: [
    takes("Path", 0, "name"),
    takes("Name"),
    takes("ItemType", undefined, undefined, "Type"),
    takes("Value", undefined, "both", "Target"),
    flag("Force"),
    // Of listeners of WinRM alone.
    takes("Transport"),
    takes("Address"),
    takes("CertificateThumbPrint"),
    takes("HostName"),
    takes("Port"),
  ],
  async process(call) {
    const name = call.text("Name");
    const targets = call.texts("Path").length === 0 && name !== undefined ? ["."] : call.texts("Path");
    for (const target of targets) await createItem(call, name === undefined ? target : joinPath(target, name));
  },
};

async function createItem(call: Call, target: string): Promise<void> {
  const { registry, drive } = call.process.system;
  if (/^wsman:[\\/]localhost[\\/]listener[\\/]?$/i.test(target)) return newListener(call);
  const place = placeOf(call, target);
  const force = call.flag("Force");
  if (place.kind === "env") {
    call.process.environment.set(place.name, call.text("Value") ?? "");
    return call.emit(new DictionaryEntry(place.name, call.text("Value") ?? ""));
  }
  if (place.kind === "registry") {
    if (registry.has(place.path) && !force) {
      await call.error(
        "ResourceExists",
        `A key in this path already exists.`,
        "ResourceExists",
        place.path,
        "System.IO.IOException",
      );
      return;
    }
    const parent = place.path.split("\\").slice(0, -1).join("\\");
    if (!registry.has(parent) && !force) {
      await call.error(
        "NewItemIOError",
        "The registry key at the specified path does not exist.",
        "ObjectNotFound",
        place.path,
        "System.ArgumentException",
      );
      return;
    }
    registry.create(place.path);
    const value = call.text("Value");
    if (value !== undefined) registry.set(place.path, { name: "", type: "String", data: value });
    return call.emit(registryKeyObject(call, place.path));
  }
  if (place.kind !== "file") throw new Refusal(`New-Item ${place.kind}:`);
  const type = (call.text("ItemType") ?? "file").toLowerCase();
  await onFile(call, place.path, async () => {
    const known = drive.facts(place.path);
    if (type.startsWith("d")) {
      if (known && (!force || !known.isFolder)) {
        await call.error(
          "DirectoryExist",
          `An item with the specified name ${place.path} already exists.`,
          "ResourceExists",
          place.path,
          "System.IO.IOException",
        );
        return;
      }
      drive.makeFolder(place.path);
    } else if (type.startsWith("f")) {
      if (known && !force) {
        await call.error(
          "NewItemIOError",
          `The file '${place.path}' already exists.`,
          "WriteError",
          place.path,
          "System.IO.IOException",
        );
        return;
      }
      if (force) drive.makeFolder(parentOf(place.path));
      drive.write(place.path, Buffer.from(call.text("Value") ?? ""));
    } else throw new Refusal(`New-Item -ItemType ${type}`);
    const facts = drive.facts(place.path);
    if (facts) await call.emit(new FileInfo(facts, drive));
  });
}

const removeItem: Cmdlet = {
  name: "Remove-Item",
  parameters: [...paths, flag("Recurse"), flag("Force"), takes("Include"), takes("Exclude")],
  async process(call) {
    const { drive, registry } = call.process.system;
    for (const path of given(call)) {
      const place =
        hasWildcard(path) && !isLiteral(call) && !/^hk|^registry::|^env:|^variable:|^wsman:/i.test(path)
          ? undefined
          : placeOf(call, path);
      if (place?.kind === "env") {
        if (call.process.environment.get(place.name) === undefined)
          await call.reportRecord(notFound(call, path).record);
        call.process.environment.set(place.name, "");
      } else if (place?.kind === "variable") {
        call.frame.scope.variables.delete(place.name.toLowerCase());
      } else if (place?.kind === "function") {
        call.frame.scope.functions.delete(place.name.toLowerCase());
      } else if (place?.kind === "registry") {
        if (!registry.has(place.path)) await call.reportRecord(notFound(call, place.path).record);
        else if (registry.children(place.path).length > 0 && !call.flag("Recurse"))
          await call.error(
            "DirectoryNotEmpty",
            `The item at ${path} has children and the Recurse parameter was not specified.`,
            "InvalidOperation",
            path,
          );
        else registry.remove(place.path);
      } else if (place?.kind === "wsman") await removeWsman(call, place.name);
      else if (place && place.kind !== "file") throw new Refusal(`Remove-Item ${path}`);
      else
        for (const file of filtered(call, expandFiles(call, path, isLiteral(call)))) {
          if (!drive.facts(file)) await call.reportRecord(notFound(call, file).record);
          else await onFile(call, file, () => drive.remove(file, call.flag("Recurse"), call.flag("Force")));
        }
    }
  },
};

const getChildItem: Cmdlet = {
  name: "Get-ChildItem",
  parameters: [
    takes("Path", 0, "both", "FullName"),
    takes("Filter", 1),
    takes("LiteralPath", undefined, "name", "PSPath"),
    flag("Recurse", "s"),
    flag("Force"),
    flag("Name"),
    flag("File"),
    flag("Directory", "ad"),
    takes("Include"),
    takes("Exclude"),
    takes("Depth"),
    flag("Hidden"),
  ],
  async process(call) {
    const { drive, registry } = call.process.system;
    const targets = named(call).length === 0 ? ["."] : named(call);
    for (const path of targets) {
      if (/^(?:hk|registry::)/i.test(path)) {
        const place = placeOf(call, path);
        if (place.kind !== "registry" || !registry.has(place.path))
          await call.reportRecord(notFound(call, path).record);
        else
          for (const child of registry.children(place.path))
            await call.emit(registryKeyObject(call, `${registry.nameOf(place.path)}\\${child}`));
        continue;
      }
      if (/^env:/i.test(path)) {
        const wanted = path.replace(/^env:[\\/]?/i, "");
        for (const [name, value] of call.process.environment.entries())
          if (wanted === "" || wildcard(wanted).test(name)) await call.emit(new DictionaryEntry(name, value));
        continue;
      }
      const session = /^[\w.]*\\?wsman:/i.test(path) ? placeOf(call, path) : undefined;
      if (session?.kind === "wsman") {
        await emitWsman(call, session.name, true);
        continue;
      }
      if (/^\w{2,}:/.test(path) && !/::/.test(path)) throw new Refusal(`Get-ChildItem ${path}`);
      for (const file of expandFiles(call, path, isLiteral(call))) {
        const facts = drive.facts(file);
        if (!facts) await call.reportRecord(notFound(call, file).record);
        else if (!facts.isFolder || hasWildcard(path)) await listed(call, [file], 0, file);
        else
          await listed(
            call,
            foldersFirst(drive.list(file)).map((one) => one.path),
            0,
            file,
          );
      }
    }
  },
};

async function listed(call: Call, files: readonly string[], depth: number, top: string): Promise<void> {
  const { drive } = call.process.system;
  const folders: string[] = [];
  for (const file of files) {
    const facts = drive.facts(file);
    if (!facts) continue;
    if (facts.isFolder) folders.push(file);
    if (
      call.flag("Hidden") ||
      (call.flag("File") && facts.isFolder) ||
      (call.flag("Directory") && !facts.isFolder) ||
      filtered(call, [file]).length === 0
    )
      continue;
    await call.emit(
      call.flag("Name")
        ? file.replace(new RegExp(`^${escapeExpression(top)}\\\\?`, "i"), "")
        : new FileInfo(facts, drive),
    );
  }
  const most = call.count("Depth");
  if (!call.flag("Recurse") && most === undefined) return;
  if (most !== undefined && depth >= most) return;
  for (const folder of folders)
    await listed(
      call,
      foldersFirst(drive.list(folder)).map((one) => one.path),
      depth + 1,
      top,
    );
}

/** Cmdlets that work on files, and on what else has paths. */
export const fileCmdlets: readonly Cmdlet[] = [
  {
    name: "Test-Path",
    parameters: [...paths, takes("PathType", undefined, undefined, "Type"), flag("IsValid")],
    process: testPath,
  },
  newItem,
  {
    name: "mkdir",
    parameters: [takes("Path", 0, "both"), takes("Name"), flag("Force")],
    async process(call) {
      const flags = call.flag("Force") ? [{ name: "Force", value: undefined, source: "" }] : [];
      for (const path of call.texts("Path"))
        await call.engine.command(
          "New-Item",
          [{ name: "ItemType", value: "Directory", source: "" }, { name: "Path", value: path, source: "" }, ...flags],
          call.frame,
        );
    },
  },
  removeItem,
  getChildItem,
  {
    name: "Get-Item",
    parameters: [...paths, flag("Force")],
    async process(call) {
      const { drive, registry } = call.process.system;
      for (const path of given(call)) {
        if (/^(?:hk|registry::)/i.test(path)) {
          const place = registryPath(path) ?? "";
          if (registry.has(place)) await call.emit(registryKeyObject(call, registry.nameOf(place)));
          else await call.reportRecord(notFound(call, path).record);
          continue;
        }
        const place = hasWildcard(path) && !/^wsman:/i.test(path) ? undefined : placeOf(call, path);
        if (place?.kind === "env") {
          const value = call.process.environment.get(place.name);
          if (value === undefined) await call.reportRecord(notFound(call, path).record);
          else await call.emit(new DictionaryEntry(place.name, value));
          continue;
        }
        if (place?.kind === "wsman") {
          await emitWsman(call, place.name, false);
          continue;
        }
        if (place && place.kind !== "file") throw new Refusal(`Get-Item ${path}`);
        for (const file of expandFiles(call, path, isLiteral(call))) {
          const facts = drive.facts(file);
          if (facts) await call.emit(new FileInfo(facts, drive));
          else await call.reportRecord(notFound(call, file).record);
        }
      }
    },
  },
  {
    name: "Set-Item",
    parameters: [takes("Path", 0, "name"), takes("Value", 1, "both"), flag("Force"), flag("PassThru")],
    process(call) {
      const place = placeOf(call, call.required("Path"));
      if (place.kind === "env") call.process.environment.set(place.name, call.text("Value") ?? "");
      else if (place.kind === "variable") call.engine.setVariable(place.name, call.value("Value") ?? null, call.frame);
      else if (place.kind === "wsman") setWsman(call, place.name, call.value("Value") ?? null);
      else throw new Refusal(`Set-Item ${place.kind}:`);
    },
  },
];
