export * from "./directories.ts";
export * from "./guest-os.ts";
export * from "./program.ts";
