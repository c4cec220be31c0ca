import { positionLines } from "../syntax/script-error.ts";
import { castException, type ErrorRecord } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import { HostText, MessageRecord } from "./engine.ts";

/** An error as PowerShell shows it, in lines. */
export function errorLines(record: ErrorRecord): string[] {
  if (record.isNative) return record.message.split(/\r?\n/);
  const { facts, place } = record;
  const activity = facts.activity;
  const head = activity === undefined ? record.message : `${activity} : ${record.message}`;
  const [kind] = facts.category.split(":");
  const target = facts.category.includes(": ") ? facts.category.slice(facts.category.indexOf(": ") + 2) : "(:)";
  const { typeName } = facts.exception;
  // A failed cast shows as the exception that wraps it.
  const reason = typeName === castException ? "RuntimeException" : typeName.split(".").at(-1);
  const category = `${kind}: ${target}${activity === undefined || target.includes("[") ? " []" : ` [${activity}]`}, ${reason}`;
  const lines = head.split(/\r?\n/);
  if (place) lines.push(...positionLines(place.source, place.extent).split("\n"));
  lines.push(`    + CategoryInfo          : ${category.replace("] []", "]")}`);
  lines.push(`    + FullyQualifiedErrorId : ${facts.id}`);
  lines.push(" ");
  return lines;
}

/** A record of another stream as the host shows it. */
export function messageText(value: Value): string | undefined {
  if (value instanceof MessageRecord) return `${value.prefix}: ${value.said}`;
  if (value instanceof HostText) return value.said;
  return undefined;
}
