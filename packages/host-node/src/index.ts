export { systemClock } from "./clock.ts";
export { nodeFiles } from "./files.ts";
export { fileJournals } from "./journal-store.ts";
export { nodeHost } from "./node-host.ts";
export { isAlive, type ProcessIdentity, thisProcess } from "./process-identity.ts";
export { spawnProcess } from "./processes.ts";
