import { command } from "./command.ts";

export const plugins = command({
  name: "plugins",
  synopsis: "interact with plugins",
  usage: "<subcommand> [options] [args]",
  about: [
    "Says which plugins are built in (installed), which a template requires (required), and whether one is there (install).",
  ],
  flags: {},
  subcommands: ["install", "installed", "remove", "required"],
});
