import { build } from "./build.ts";
import { cache } from "./cache.ts";
import { cleanup } from "./cleanup.ts";
import type { Command } from "./command.ts";
import { console } from "./console.ts";
import { fix } from "./fix.ts";
import { fmt } from "./fmt.ts";
import { hcl2Upgrade } from "./hcl2-upgrade.ts";
import { init } from "./init.ts";
import { inspect } from "./inspect.ts";
import { plugins } from "./plugins.ts";
import { rehearse } from "./rehearse.ts";
import { schema } from "./schema.ts";
import { validate } from "./validate.ts";
import { version } from "./version.ts";

/** Every command, by name, in the order of help. */
export const commandTable = {
  build,
  cache,
  cleanup,
  console,
  fix,
  fmt,
  hcl2_upgrade: hcl2Upgrade,
  init,
  inspect,
  plugins,
  rehearse,
  schema,
  validate,
  version,
} as const satisfies Readonly<Record<string, Command>>;
export type CommandName = keyof typeof commandTable;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commandTable, name);
}
