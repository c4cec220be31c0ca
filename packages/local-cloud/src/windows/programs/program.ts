import type { WindowsProcess } from "../system/process.ts";

/** A program of Windows: gets the rest of its command line as it stood, gives its exit code. */
export type Program = (process: WindowsProcess, args: string) => Promise<number> | number;
