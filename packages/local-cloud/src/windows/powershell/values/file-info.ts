import type { Drive, FileFacts } from "../../system/drive.ts";
import { absolutePath, extensionOf, leafOf, parentOf } from "../../system/windows-path.ts";
import { DateTime } from "./date-time.ts";
import { NetObject, type Value } from "./value.ts";

/** A System.IO.FileInfo or DirectoryInfo. */
export class FileInfo extends NetObject {
  readonly facts: FileFacts;
  readonly #drive: Drive;
  constructor(facts: FileFacts, drive: Drive) {
    super();
    this.facts = facts;
    this.#drive = drive;
  }
  get typeName(): string {
    return this.facts.isFolder ? "System.IO.DirectoryInfo" : "System.IO.FileInfo";
  }
  override text(): string {
    return this.facts.path;
  }
  override properties(): readonly string[] {
    return ["Mode", "Length", "Name", "FullName", "Extension", "CreationTime", "LastWriteTime", "Attributes"].filter(
      (name) => name !== "Length" || !this.facts.isFolder,
    );
  }
  override get(name: string): Value | undefined {
    const { facts } = this;
    switch (name.toLowerCase()) {
      case "name":
      case "pschildname":
        return leafOf(facts.path) || "C:\\";
      case "fullname":
        return facts.path;
      case "pspath":
        return `Microsoft.PowerShell.Core\\FileSystem::${facts.path}`;
      case "basename":
        return facts.isFolder ? leafOf(facts.path) : leafOf(facts.path).replace(/\.[^.]*$/, "");
      case "extension":
        return extensionOf(facts.path);
      case "length":
        return facts.isFolder ? undefined : facts.size > 2147483647 ? BigInt(facts.size) : BigInt(facts.size);
      case "directoryname":
        return facts.isFolder ? undefined : parentOf(facts.path);
      case "directory":
      case "parent": {
        if ((name.toLowerCase() === "parent") !== facts.isFolder) return undefined;
        const parent = this.#drive.facts(parentOf(facts.path));
        return parent ? new FileInfo(parent, this.#drive) : null;
      }
      case "exists":
        return this.#drive.facts(facts.path) !== undefined;
      case "psiscontainer":
        return facts.isFolder;
      case "isreadonly":
        return facts.isReadOnly;
      case "lastwritetime":
      case "lastaccesstime":
        return new DateTime(facts.modifiedMs, "Local");
      case "lastwritetimeutc":
      case "lastaccesstimeutc":
        return new DateTime(facts.modifiedMs, "Utc");
      case "creationtime":
        return new DateTime(facts.createdMs, "Local");
      case "creationtimeutc":
        return new DateTime(facts.createdMs, "Utc");
      case "attributes":
        return facts.isFolder ? "Directory" : facts.isReadOnly ? "ReadOnly, Archive" : "Archive";
      case "mode":
        return facts.isFolder ? "d-----" : facts.isReadOnly ? "-ar---" : "-a----";
      default:
        return undefined;
    }
  }
  override lacks(name: string): boolean {
    const elsewhere = this.facts.isFolder ? ["length", "directory", "directoryname"] : ["parent", "root"];
    return !elsewhere.includes(name);
  }
  override set(name: string, value: Value): boolean {
    if (name.toLowerCase() === "isreadonly") {
      this.#drive.setReadOnly(this.facts.path, value === true);
      return true;
    }
    if (name.toLowerCase() === "lastwritetime" && value instanceof DateTime) {
      this.#drive.setModified(this.facts.path, value.ms);
      return true;
    }
    return false;
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const [first = null] = args;
    switch (name) {
      case "delete":
        this.#drive.remove(this.facts.path, first === true);
        return null;
      case "moveto":
        this.#drive.move(this.facts.path, absolutePath(String(first), parentOf(this.facts.path)));
        return null;
      case "copyto":
        this.#drive.copy(this.facts.path, absolutePath(String(first), parentOf(this.facts.path)));
        return null;
      default:
        return undefined;
    }
  }
}
