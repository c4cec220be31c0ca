import { type Ambient, type Engine, Registry, rendererOf } from "@kiln/engine";
import { connectors } from "@kiln/communicators";
import type { Host, JournalStore } from "@kiln/sdk";
import { families } from "./families.ts";
import { packerVersion } from "./version.ts";

/** What `{{ }}` text takes from this process; the clock stands at the command's start. */
export function ambientOf(host: Host): Ambient {
  const nanoseconds = (): bigint => BigInt(host.clock.now().getTime()) * 1_000_000n;
  return {
    startedAt: nanoseconds(),
    now: nanoseconds,
    randomBytes: (count) => host.random.bytes(count),
    workingDirectory: host.cwd,
    packerVersion,
  };
}

/** The engine with everything that ships with Kiln. Nothing is loaded before a template asks for it. */
export function composeEngine(host: Host, journals: JournalStore, ambient: Ambient): Engine {
  return {
    host,
    journals,
    registry: new Registry(families),
    connectors,
    renderer: rendererOf(ambient),
    version: packerVersion,
  };
}
