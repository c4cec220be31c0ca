export * from "./elevated.ts";
export * from "./elevated-script.ts";
export * from "./powershell-text.ts";
