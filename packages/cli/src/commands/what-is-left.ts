import type { Engine } from "@kiln/engine";
import type { Io } from "../io.ts";

/** After a run: what its journal says still exists, and the command that removes it. Silent when nothing is left. */
export async function tellWhatIsLeft(io: Io, engine: Engine, tell: (line: string) => void): Promise<void> {
  const run = await io.journals.find(io.runUuid);
  if (!run) return;
  if (run.outstanding.length === 0) {
    await io.journals.forget(io.runUuid);
    return;
  }
  tell("\n==> Left behind, not cleaned up:");
  for (const entry of run.outstanding) {
    const kind = await engine.registry.resourceKind(entry.kind);
    tell(`    ${entry.build}: ${kind ? kind.describe(entry.intent, entry.ref) : entry.kind}`);
  }
  tell(`    To remove them: ${io.invokedAs} cleanup ${io.runUuid}`);
}
