import type { JournalledRun, Json } from "@kiln/sdk";
import type { Io } from "../io.ts";
import type { Printer } from "../output/printer.ts";
import type { OpenedCloud } from "./open-local-cloud.ts";

/** How the journal names the command of a rehearsal. */
export const rehearsalCommand = "rehearse";

/** The loopback port that a journal entry's endpoint names. */
function portIn(value: Json | undefined): number | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (name === "endpoint" && typeof member === "string")
      return Number(/^http:\/\/127\.0\.0\.1:(\d+)/.exec(member)?.[1]) || undefined;
    const inside = portIn(member as Json);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** Dead rehearsals that left something. */
export function isDeadRehearsal(run: JournalledRun): boolean {
  return !run.alive && run.outstanding.length > 0 && run.command.startsWith(rehearsalCommand);
}

/**
 * What a dead rehearsal left lies in the local cloud's state, and its cloud mostly died with it: starts the cloud again at the same
 * port, so that the journal's endpoints lead somewhere, unless one serves there. Undefined where it cannot be, which was then said.
 */
export async function reviveLocalCloud(
  io: Io,
  printer: Printer,
  rehearsal: JournalledRun,
): Promise<OpenedCloud | undefined> {
  const [port] = rehearsal.outstanding.flatMap((entry) => portIn(entry.intent) ?? []);
  const { openLocalCloud } = await import("./open-local-cloud.ts");
  return openLocalCloud(io, printer, { ...(port !== undefined && { port }), sharing: "served", serves: false });
}
