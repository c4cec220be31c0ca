import { Refusal } from "../../system/refusal.ts";
import { extensionOf, joinPath } from "../../system/windows-path.ts";
import { PsObject } from "../values/collections.ts";
import type { Value } from "../values/value.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";
import { given, isLiteral, named, paths } from "./given-paths.ts";
import { expandFiles, notFound, placeOf } from "./places.ts";

/** Cmdlets that work on paths as texts, and on the current location. */
export const pathCmdlets: readonly Cmdlet[] = [
  {
    name: "Resolve-Path",
    parameters: [...paths, flag("Relative")],
    async process(call) {
      for (const path of given(call))
        for (const file of expandFiles(call, path, isLiteral(call))) {
          const facts = call.process.system.drive.facts(file);
          if (facts)
            await call.emit(
              new PsObject(
                [
                  ["Path", facts.path],
                  ["ProviderPath", facts.path],
                ],
                "System.Management.Automation.PathInfo",
              ),
            );
          else await call.reportRecord(notFound(call, file).record);
        }
    },
  },
  {
    name: "Convert-Path",
    parameters: paths,
    async process(call) {
      for (const path of given(call)) await call.emit(call.path(path));
    },
  },
  {
    name: "Join-Path",
    parameters: [takes("Path", 0, "name", "PSPath"), takes("ChildPath", 1), flag("Resolve")],
    async process(call) {
      for (const path of call.texts("Path"))
        await call.emit(joinPath(path.replaceAll("/", "\\"), (call.text("ChildPath") ?? "").replaceAll("/", "\\")));
    },
  },
  {
    name: "Split-Path",
    parameters: [
      takes("Path", 0, "both"),
      flag("Parent"),
      flag("Leaf"),
      flag("Extension"),
      flag("LeafBase"),
      flag("Qualifier"),
      flag("NoQualifier"),
      flag("IsAbsolute"),
      takes("LiteralPath", undefined, "name"),
    ],
    async process(call) {
      for (const path of given(call)) {
        const plain = path.replaceAll("/", "\\").replace(/(?<=[^:\\])\\+$/, "");
        const cut = plain.lastIndexOf("\\");
        const leaf = plain.slice(cut + 1);
        const drive = /^\w+:/.exec(plain)?.[0] ?? "";
        let said: Value = cut < 0 ? "" : cut === drive.length ? plain.slice(0, cut + 1) : plain.slice(0, cut);
        if (plain === said) said = "";
        if (call.flag("Leaf")) said = leaf;
        else if (call.flag("Extension")) said = extensionOf(leaf);
        else if (call.flag("LeafBase")) said = leaf.replace(/\.[^.]*$/, "");
        else if (call.flag("Qualifier")) said = drive;
        else if (call.flag("NoQualifier")) said = plain.slice(drive.length);
        else if (call.flag("IsAbsolute")) said = drive !== "";
        await call.emit(said);
      }
    },
  },
  {
    name: "Get-Location",
    parameters: [],
    async process(call) {
      const path = call.process.directory;
      await call.emit(new PsObject([["Path", path]], "System.Management.Automation.PathInfo"));
    },
  },
  {
    name: "Set-Location",
    parameters: [...paths, flag("PassThru")],
    async process(call) {
      for (const path of named(call)) {
        const place = placeOf(call, path);
        if (place.kind !== "file") throw new Refusal(`Set-Location ${path}`);
        const facts = call.process.system.drive.facts(place.path);
        if (facts?.isFolder) call.process.directory = facts.path;
        else await call.reportRecord(notFound(call, place.path).record);
      }
    },
  },
  {
    name: "Push-Location",
    parameters: [takes("Path", 0, "both")],
    async process(call) {
      stackOf(call).push(call.process.directory);
      const path = call.text("Path");
      if (path !== undefined)
        await call.engine.command("Set-Location", [{ name: "Path", value: path, source: "" }], call.frame);
    },
  },
  {
    name: "Pop-Location",
    parameters: [],
    process(call) {
      call.process.directory = stackOf(call).pop() ?? call.process.directory;
    },
  },
];

const stacks = new WeakMap<object, string[]>();
function stackOf(call: Call): string[] {
  const known = stacks.get(call.engine) ?? [];
  stacks.set(call.engine, known);
  return known;
}
