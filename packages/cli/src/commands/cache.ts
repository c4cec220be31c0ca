import { CacheStore, contentsOf, pruneCache, type StoredEntry } from "@kiln/engine";
import type { Ui } from "@kiln/sdk";
import { composeEngine } from "../compose.ts";
import type { Io } from "../io.ts";
import { byteWords } from "../output/byte-words.ts";
import { Printer } from "../output/printer.ts";

export interface PruneOptions {
  readonly dryRun: boolean;
  readonly olderThanMs?: number;
  readonly maxBytes?: number;
}

function minute(date: Date): string {
  return date.toISOString().slice(0, 16).replace("T", " ");
}

/** One line: `3 docker.web, after 2 (shell)  1.2 MiB  stored 2026-11-21 11:05  used 2026-11-21 11:20`. */
function entryText({ key, record, broken, lastUsed, bytes }: StoredEntry): string {
  if (!record) return `${key.slice(0, 12)}  ${byteWords(bytes).padStart(9)}  damaged: ${broken ?? ""}`;
  return [
    key.slice(0, 12),
    byteWords(bytes).padStart(9),
    `stored ${minute(new Date(record.storedAt))}`,
    `used ${minute(lastUsed)}`,
    `${record.build} after provisioner ${record.done} (${record.provisioner})`,
  ].join("  ");
}

/** `cache list`: what is stored, the state with most provisioners of each build last. */
export async function listCache(io: Io): Promise<number> {
  const printer = new Printer(io);
  const store = new CacheStore(io.host, io.cacheDirectory);
  const { entries, orphans } = await contentsOf(store, io.interrupts.first);
  const order = ({ record }: StoredEntry): string =>
    record ? `${record.build} ${record.storedAt} ${String(record.done).padStart(6, "0")}` : "";
  for (const entry of entries.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) printer.say(entryText(entry));
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (entries.length === 0) printer.say(`Nothing is stored in ${io.cacheDirectory}.`);
  else printer.say(`${entries.length} state(s), ${byteWords(bytes)}, in ${io.cacheDirectory}`);
  if (orphans.length > 0)
    printer.say(`${orphans.length} image(s) of states that are no longer there: kiln cache prune removes them`);
  return 0;
}

/** `cache prune`: removes stored states, and what they hold outside of the store. */
export async function pruneStates(io: Io, options: PruneOptions): Promise<number> {
  const printer = new Printer(io);
  const { dryRun, olderThanMs, maxBytes } = options;
  const engine = composeEngine(io.host, io.journals);
  const quiet = (): void => {};
  const ui: Ui = {
    say: quiet,
    message: quiet,
    error: (line) => printer.error(`  ${line}`),
    progress: () => ({ advance: quiet, [Symbol.dispose]: quiet }),
    ask: (question, signal) => io.terminal.ask(question, signal),
  };
  const word = dryRun ? "would be removed" : "removed";
  const { removed, orphans, failed, bytes } = await pruneCache({
    store: new CacheStore(io.host, io.cacheDirectory),
    registry: engine.registry,
    access: { host: io.host, ui },
    signal: io.interrupts.first,
    limits: { ...(olderThanMs !== undefined && { olderThanMs }), ...(maxBytes !== undefined && { maxBytes }) },
    dryRun,
    onEntry: (entry, error) => {
      if (error === undefined) printer.say(`${entryText(entry)}  ${word}`);
      else printer.error(`${entryText(entry)}  could not be removed: ${error}`);
    },
    onOrphan: (text, error) => {
      if (error === undefined) printer.say(`${text}  of a state that is no longer there, ${word}`);
      else printer.error(`${text}  could not be removed: ${error}`);
    },
  });
  const alone = orphans > 0 ? ` and ${orphans} image(s) of states that are no longer there` : "";
  printer.say(
    removed + orphans + failed === 0
      ? "Nothing to remove."
      : `${removed} state(s)${alone}, ${byteWords(bytes)}, ${word}`,
  );
  return failed > 0 ? 1 : 0;
}
