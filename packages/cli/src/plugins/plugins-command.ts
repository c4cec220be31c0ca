import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { builtInSources, isBuiltIn } from "./built-in.ts";
import { pluginsRequired } from "./init-command.ts";

const usage = (program: string): string => `Usage: ${program} plugins <subcommand> [options] [args]

  Components of these plugins are built in; nothing is installed or removed:
${builtInSources.map((source) => `    ${source}`).join("\n")}

Subcommands:
    install      Says whether a plugin is built in
    installed    Lists the plugins that are built in
    remove       Built-in plugins cannot be removed
    required     Lists the plugins that a template requires`;

/** `plugins SUBCOMMAND …`. Without one, or with a wrong number of arguments, its help and 1, as Packer has it. */
export async function plugins(io: Io, args: readonly string[]): Promise<number> {
  const printer = new Printer(io);
  const [subcommand, ...rest] = args;
  const positionals = rest.filter((arg) => !arg.startsWith("-"));
  const [source = ""] = positionals;
  switch (subcommand) {
    case "installed":
      for (const built of builtInSources) printer.say(`${built} (built in)`);
      return 0;
    case "required":
      if (positionals.length !== 1) break;
      return pluginsRequired(io, { path: source, configType: "hcl2", vars: [], varFiles: [] });
    case "install":
      if (positionals.length < 1 || positionals.length > 2) break;
      if (isBuiltIn(source)) {
        printer.say(`Plugin ${source} is built into Kiln: nothing to install.`);
        return 0;
      }
      printer.error(
        `Failed getting the "${source}" plugin:\nit is not built into Kiln. Built in: ${builtInSources.join(", ")}.`,
      );
      return 1;
    case "remove":
      if (positionals.length < 1 || positionals.length > 2) break;
      printer.error(
        isBuiltIn(source)
          ? `Plugin ${source} is built into Kiln and cannot be removed.`
          : `No installed plugin found matching the plugin constraints ${positionals.join(" ")}`,
      );
      return 1;
  }
  printer.say(usage(io.invokedAs));
  return 1;
}
