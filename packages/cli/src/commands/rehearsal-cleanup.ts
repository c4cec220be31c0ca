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

function isRehearsal(run: JournalledRun): boolean {
  return !run.alive && run.outstanding.length > 0 && run.command.startsWith(rehearsalCommand);
}

/**
 * What a dead rehearsal left lies in the local cloud's state, and its cloud died with it: starts the cloud again at the same port, so
 * that the journal's endpoints lead somewhere. Undefined where no rehearsal is to be cleaned up.
 */
export async function reviveLocalCloud(
  io: Io,
  printer: Printer,
  only: string | undefined,
): Promise<OpenedCloud | undefined> {
  const runs = (await io.journals.runs()).filter((r) => isRehearsal(r) && (only === undefined || r.run === only));
  if (runs.length === 0) return undefined;
  const ports = runs.flatMap((r) => r.outstanding.flatMap((e) => portIn(e.intent) ?? []));
  const { openLocalCloud } = await import("./open-local-cloud.ts");
  return openLocalCloud(io, printer, ports[0] === undefined ? {} : { port: ports[0] });
}
