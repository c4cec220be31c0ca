import { command } from "./command.ts";

export const version = command({
  name: "version",
  synopsis: "Prints the Packer version",
  usage: "",
  about: ["Prints the version."],
  flags: {},
});
