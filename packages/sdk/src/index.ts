export * from "./diagnostics.ts";
export * from "./suggest.ts";
