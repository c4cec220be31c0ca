export * from "./store-access.ts";
export * from "./vault.ts";
