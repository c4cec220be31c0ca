import { FileError, type FileFacts } from "../../system/drive.ts";
import { Refusal } from "../../system/refusal.ts";
import { registryPath } from "../../system/registry.ts";
import { hasWildcard, leafOf, PathError, wildcard } from "../../system/windows-path.ts";
import type { TerminatingError } from "../values/errors.ts";
import type { Call } from "./cmdlet.ts";

/** What a path of PowerShell names: a file, a registry key, or something of the session. */
export type Place =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "registry"; readonly path: string }
  | { readonly kind: "env" | "variable" | "function" | "alias" | "wsman"; readonly name: string };

export function placeOf(call: Call, given: string): Place {
  const session =
    /^(?:Microsoft\.PowerShell\.Core\\|Microsoft\.WSMan\.Management\\)?(env|variable|function|alias|wsman)::?[\\/]?(.*)$/i.exec(
      given,
    );
  if (session) return { kind: (session[1] ?? "").toLowerCase() as "env", name: session[2] ?? "" };
  if (/^cert:/i.test(given)) throw new Refusal("the drive Cert:");
  if (/^(?:hk[a-z]+|hkey_[a-z_]+):|registry::/i.test(given)) {
    const path = registryPath(given);
    if (path !== undefined) return { kind: "registry", path };
    throw call.failure(
      "DriveNotFound",
      `Cannot find drive. A drive with the name '${given.split(":")[0]}' does not exist.`,
      "ObjectNotFound",
      given.split(":")[0] ?? "",
      "System.Management.Automation.DriveNotFoundException",
    );
  }
  if (/^hkey_/i.test(call.process.directory)) throw new Refusal("a registry key as the current location");
  try {
    return { kind: "file", path: call.path(given) };
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    const drive = given.split(":")[0] ?? given;
    throw call.failure(
      error.code === "drive" ? "DriveNotFound" : "InvalidPath",
      error.message,
      error.code === "drive" ? "ObjectNotFound" : "InvalidArgument",
      drive,
      error.code === "drive" ? "System.Management.Automation.DriveNotFoundException" : "System.ArgumentException",
    );
  }
}

/** The files that a path with wildcards names; a path without is given back as it is. */
export function expandFiles(call: Call, path: string, isLiteral: boolean): readonly string[] {
  const plain = call.path(isLiteral ? path : path.replace(/[*?[\]]/g, "x"));
  if (isLiteral || !hasWildcard(path)) return [plain];
  const parts = path.replaceAll("/", "\\").split("\\");
  const fixed: string[] = [];
  while (parts.length > 0 && !hasWildcard(parts[0] ?? "")) fixed.push(parts.shift() ?? "");
  let found: readonly string[] = [
    call.path(fixed.length === 0 ? "." : fixed.join("\\") === "" ? "\\" : `${fixed.join("\\")}\\`),
  ];
  const { drive } = call.process.system;
  for (const part of parts) {
    const pattern = wildcard(part);
    found = found.flatMap((folder) =>
      drive.facts(folder)?.isFolder
        ? foldersFirst(drive.list(folder))
            .filter((one) => pattern.test(leafOf(one.path)))
            .map((one) => one.path)
        : [],
    );
  }
  return found;
}

/** The order in which PowerShell, other than cmd, goes through what a folder holds. */
export function foldersFirst(files: readonly FileFacts[]): readonly FileFacts[] {
  return [...files.filter((one) => one.isFolder), ...files.filter((one) => !one.isFolder)];
}

/** Runs a file operation; its failure becomes an error as the cmdlet words it. */
export async function onFile(call: Call, path: string, act: () => Promise<void> | void): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await call.reportRecord(fileRecord(call, error, path).record);
  }
}

export function fileRecord(call: Call, error: FileError, path: string): TerminatingError {
  switch (error.code) {
    case "no-file":
      return notFound(call, path);
    case "no-folder":
      return call.failure(
        "DirectoryNotFound",
        `Could not find a part of the path '${error.path}'.`,
        "ObjectNotFound",
        error.path,
        "System.IO.DirectoryNotFoundException",
      );
    case "exists":
      return call.failure(
        "DirectoryExist",
        `An item with the specified name ${error.path} already exists.`,
        "ResourceExists",
        error.path,
        "System.IO.IOException",
      );
    case "denied":
      return call.failure(
        "UnauthorizedAccessException",
        `Access to the path '${error.path}' is denied.`,
        "PermissionDenied",
        error.path,
        "System.UnauthorizedAccessException",
      );
    case "not-empty":
      return call.failure(
        "DirectoryNotEmpty",
        `The item at ${error.path} has children and the Recurse parameter was not specified.`,
        "InvalidOperation",
        error.path,
        "System.IO.IOException",
      );
    default:
      return error.code satisfies never;
  }
}

export function notFound(call: Call, path: string): TerminatingError {
  return call.failure(
    "PathNotFound",
    `Cannot find path '${path}' because it does not exist.`,
    "ObjectNotFound",
    path,
    "System.Management.Automation.ItemNotFoundException",
  );
}
