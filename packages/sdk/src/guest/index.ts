export * from "./directories.ts";
export * from "./guest-os.ts";
export * from "./late-template.ts";
export * from "./program.ts";
