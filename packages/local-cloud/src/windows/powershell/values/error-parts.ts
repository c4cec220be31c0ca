import type { Extent, ScriptSource } from "../syntax/ast.ts";
import { placeOf, positionLines } from "../syntax/script-error.ts";
import { PsObject } from "./collections.ts";
import { NetObject, type Value } from "./value.ts";

/** What kind of error it was, in what and of what: `Kind: (Target:Type) [Activity], Reason`. */
export class CategoryInfo extends NetObject {
  readonly typeName = "System.Management.Automation.ErrorCategoryInfo";
  readonly #parts: Readonly<Record<"Category" | "Activity" | "Reason" | "TargetName" | "TargetType", string>>;
  /** `category` as errors are made with it: `Kind`, `Kind: (Target:Type)` or `Kind: (Target:Type) [Activity]`. */
  constructor(category: string, activity: string | undefined, reason: string) {
    super();
    const match = /^(\w+)(?:: \(([\s\S]*):([^:]*?)\))?(?: \[(.*)\])?$/.exec(category);
    this.#parts = {
      Category: match?.[1] ?? category,
      Activity: match?.[4] ?? activity ?? "",
      Reason: reason,
      TargetName: match?.[2] ?? "",
      TargetType: match?.[3] ?? "",
    };
  }
  override text(): string {
    const { Category, Activity, Reason, TargetName, TargetType } = this.#parts;
    return `${Category}: (${TargetName}:${TargetType}) [${Activity}], ${Reason}`;
  }
  override properties(): readonly string[] {
    return Object.keys(this.#parts);
  }
  override get(name: string): Value | undefined {
    return Object.entries(this.#parts).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  }
}

/** Where a command or statement stands that failed, or that called a function. */
export function invocationInfo(
  place: { readonly source: ScriptSource; readonly extent: Extent },
  rest: Iterable<readonly [string, Value]>,
): PsObject {
  const { source, extent } = place;
  const { line, column } = placeOf(source.text, extent.start);
  return new PsObject(
    [
      ["ScriptLineNumber", line],
      ["OffsetInLine", column],
      // With its line end, as it stands.
      ["Line", source.text.split(/(?<=\n)/)[line - 1] ?? ""],
      ["PositionMessage", positionLines(source, extent)],
      ["ScriptName", source.file ?? ""],
      ["PSCommandPath", source.file ?? ""],
      ...rest,
    ],
    "System.Management.Automation.InvocationInfo",
  );
}

/** A command as `MyCommand` names it. */
export function commandInfo(entries: Iterable<readonly [string, Value]>, kind: string): PsObject {
  return new PsObject(entries, `System.Management.Automation.${kind}Info`);
}
