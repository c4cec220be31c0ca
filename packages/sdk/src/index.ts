export * from "./diagnostics.ts";
export * from "./duration.ts";
export * from "./suggest.ts";
