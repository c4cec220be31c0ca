import type { ScriptBody } from "../syntax/ast.ts";
import { NetObject } from "./value.ts";

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
  override get(name: string): string | undefined {
    const wanted = name.toLowerCase();
    if (wanted === "name") return this.name.split(".").at(-1) ?? this.name;
    if (wanted === "fullname") return this.name;
    if (wanted === "namespace") return this.name.split(".").slice(0, -1).join(".");
    return undefined;
  }
}
