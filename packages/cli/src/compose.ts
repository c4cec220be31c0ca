import { connectors, serveSsh } from "@kiln/communicators";
import { cacheFamily, type Engine, lateText, Registry } from "@kiln/engine";
import type { Host, JournalStore } from "@kiln/sdk";
import { families } from "./families.ts";
import { packerVersion } from "./version.ts";

/** The engine with everything that ships with Kiln. Nothing is loaded before a template asks for it. */
export function composeEngine(host: Host, journals: JournalStore): Engine {
  return {
    host,
    journals,
    registry: new Registry([...families, cacheFamily]),
    connectors,
    serveSsh,
    renderer: lateText,
    version: packerVersion,
  };
}
