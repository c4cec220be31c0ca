import { build } from "./build.ts";
import { cleanup } from "./cleanup.ts";
import type { Command } from "./command.ts";
import { fix } from "./fix.ts";
import { inspect } from "./inspect.ts";
import { rehearse } from "./rehearse.ts";
import { validate } from "./validate.ts";
import { version } from "./version.ts";

/** Every command, by name, in the order of help. */
export const commandTable = {
  build,
  cleanup,
  fix,
  inspect,
  rehearse,
  validate,
  version,
} as const satisfies Readonly<Record<string, Command>>;
export type CommandName = keyof typeof commandTable;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commandTable, name);
}
