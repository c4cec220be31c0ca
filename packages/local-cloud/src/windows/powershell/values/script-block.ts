import type { ScriptBody } from "../syntax/ast.ts";
import { NetObject, type Value } from "./value.ts";

/** Code as a value. */
export class ScriptBlock extends NetObject {
  readonly typeName = "System.Management.Automation.ScriptBlock";
  readonly body: ScriptBody;
  readonly source: string;
  constructor(body: ScriptBody) {
    super();
    this.body = body;
    this.source = body.source.text.slice(body.start, body.end);
  }
  override text(): string {
    return this.source;
  }
}

/** What types that scripts meet derive from: of all arrays the same, and nothing of Object. */
const baseTypes: Readonly<Record<string, string>> = {
  "[]": "System.Array",
  "system.array": "System.Object",
  "system.object": "",
  "system.valuetype": "System.Object",
  "system.string": "System.Object",
  "system.int32": "System.ValueType",
  "system.int64": "System.ValueType",
  "system.double": "System.ValueType",
  "system.decimal": "System.ValueType",
  "system.byte": "System.ValueType",
  "system.char": "System.ValueType",
  "system.boolean": "System.ValueType",
  "system.datetime": "System.ValueType",
  "system.timespan": "System.ValueType",
  "system.collections.hashtable": "System.Object",
  "system.collections.arraylist": "System.Object",
  "system.management.automation.pscustomobject": "System.Object",
  "system.management.automation.scriptblock": "System.Object",
  "system.version": "System.Object",
  "system.exception": "System.Object",
  "system.io.fileinfo": "System.IO.FileSystemInfo",
  "system.io.directoryinfo": "System.IO.FileSystemInfo",
};

/** A type, as `[int]` names it. */
export class TypeValue extends NetObject {
  readonly typeName = "System.RuntimeType";
  /** Its name in full. */
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
  override text(): string {
    return this.name;
  }
  override properties(): readonly string[] {
    return ["IsPublic", "IsSerial", "Name", "BaseType"];
  }
  override get(name: string): Value | undefined {
    const wanted = name.toLowerCase();
    if (wanted === "isarray") return this.name.endsWith("[]");
    if (wanted === "basetype") {
      const base = baseTypes[this.name.endsWith("[]") ? "[]" : this.name.toLowerCase()];
      return base === undefined ? undefined : base === "" ? null : new TypeValue(base);
    }
    if (wanted === "name") return this.name.split(".").at(-1) ?? this.name;
    if (wanted === "fullname") return this.name;
    if (wanted === "namespace") return this.name.split(".").slice(0, -1).join(".");
    return undefined;
  }
}
