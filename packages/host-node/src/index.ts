export { systemClock } from "./clock.ts";
export { nodeFiles } from "./files.ts";
export { type Interrupts, processInterrupts } from "./interrupts.ts";
export { fileJournals } from "./journal-store.ts";
export { nodeHost } from "./node-host.ts";
export { isAlive, type ProcessIdentity, thisProcess } from "./process-identity.ts";
export { spawnProcess } from "./processes.ts";
export { nodeTerminal, type Terminal } from "./terminal.ts";
