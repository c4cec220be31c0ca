export * from "./fake-clock.ts";
export * from "./fake-context.ts";
export * from "./fake-files.ts";
export * from "./fake-host.ts";
export * from "./fake-ui.ts";
export * from "./memory-journals.ts";
