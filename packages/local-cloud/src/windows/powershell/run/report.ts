import { placeOf, positionLines } from "../syntax/script-error.ts";
import type { ErrorRecord } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import { type CallSite, HostText, MessageRecord, type Place } from "./engine.ts";

/** An error as PowerShell shows it, in lines. */
export function errorLines(record: ErrorRecord): string[] {
  if (record.isNative) return record.message.split(/\r?\n/);
  const { facts, place } = record;
  const activity = facts.activity;
  const head = activity === undefined ? record.message : `${activity} : ${record.message}`;
  const lines = head.split(/\r?\n/);
  if (place) lines.push(...positionLines(place.source, place.extent).split("\n"));
  lines.push(`    + CategoryInfo          : ${record.category.text()}`);
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

/** What runs, innermost first, with the line that each is at: of the innermost that of the error. */
export function stackTrace(calls: readonly CallSite[], place: Place | undefined): string {
  return calls
    .toReversed()
    .map(({ name, source, at }, index) => {
      const extent = index === 0 && place?.source === source ? place.extent : at;
      return `at ${name}, ${source.file ?? "<No file>"}: line ${placeOf(source.text, extent.start).line}`;
    })
    .join("\r\n");
}
