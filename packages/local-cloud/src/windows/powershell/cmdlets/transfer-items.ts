import { Refusal } from "../../system/refusal.ts";
import { joinPath, leafOf, parentOf } from "../../system/windows-path.ts";
import { FileInfo } from "../values/file-info.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";
import { filtered, given, isLiteral } from "./given-paths.ts";
import { expandFiles, notFound, onFile } from "./places.ts";

/** Cmdlets that copy, move and rename files. */
export const transferCmdlets: readonly Cmdlet[] = [
  {
    name: "Copy-Item",
    parameters: [
      takes("Path", 0, "both", "FullName"),
      takes("Destination", 1),
      takes("LiteralPath", undefined, "name", "PSPath"),
      flag("Recurse"),
      flag("Force"),
      flag("PassThru"),
      flag("Container"),
      takes("Include"),
      takes("Exclude"),
      takes("Filter"),
    ],
    process: (call) => transfer(call, false),
  },
  {
    name: "Move-Item",
    parameters: [
      takes("Path", 0, "both", "FullName"),
      takes("Destination", 1),
      takes("LiteralPath", undefined, "name", "PSPath"),
      flag("Force"),
      flag("PassThru"),
    ],
    process: (call) => transfer(call, true),
  },
  {
    name: "Rename-Item",
    parameters: [
      takes("Path", 0, "both", "FullName"),
      takes("NewName", 1),
      takes("LiteralPath", undefined, "name", "PSPath"),
      flag("Force"),
      flag("PassThru"),
    ],
    async process(call) {
      const { drive } = call.process.system;
      const name = call.required("NewName");
      for (const path of given(call)) {
        const from = call.path(path);
        const to = call.path(joinPath(parentOf(from), leafOf(name)));
        if (!drive.facts(from)) await call.reportRecord(notFound(call, from).record);
        else if (name === "" || (/[\\/:*?"<>|]/.test(name) && call.path(name).toLowerCase() !== to.toLowerCase()))
          throw call.failure(
            "Argument",
            "Cannot rename the specified target, because it represents a path or device name.",
            "InvalidArgument",
            name,
            "System.Management.Automation.PSArgumentException",
          );
        else await onFile(call, from, () => drive.move(from, to));
      }
    },
  },
];

async function transfer(call: Call, moves: boolean): Promise<void> {
  const { drive } = call.process.system;
  const to = call.path(call.text("Destination") ?? ".");
  for (const path of given(call)) {
    const files = filtered(call, expandFiles(call, path, isLiteral(call)));
    for (const from of files) {
      if (!drive.facts(from)) {
        await call.reportRecord(notFound(call, from).record);
        continue;
      }
      await onFile(call, from, async () => {
        const target = drive.facts(to)?.isFolder ? joinPath(to, leafOf(from)) : to;
        if (moves) {
          if (drive.facts(target) && target.toLowerCase() !== from.toLowerCase()) {
            if (!call.flag("Force") || drive.facts(target)?.isFolder) {
              await call.error(
                "MoveFileInfoItemIOError",
                "Cannot create a file when that file already exists.",
                "WriteError",
                from,
                "System.IO.IOException",
              );
              return;
            }
            drive.remove(target, false, true);
          }
          drive.move(from, target);
        } else if (isBelow(target, from)) throw new Refusal(`copying ${from} into itself`);
        else copyTree(call, from, target, call.flag("Recurse"));
        const facts = drive.facts(target);
        if (call.flag("PassThru") && facts) await call.emit(new FileInfo(facts, drive));
      });
    }
  }
}

const isBelow = (path: string, folder: string): boolean =>
  `${path}\\`.toLowerCase().startsWith(`${folder}\\`.toLowerCase());

function copyTree(call: Call, from: string, to: string, recursive: boolean): void {
  const { drive } = call.process.system;
  if (!drive.facts(from)?.isFolder) {
    if (call.flag("Force") && drive.facts(to)?.isReadOnly) drive.setReadOnly(to, false);
    drive.copy(from, to);
    return;
  }
  drive.makeFolder(to);
  if (recursive) for (const one of drive.list(from)) copyTree(call, one.path, joinPath(to, leafOf(one.path)), true);
}
