import { command } from "./command.ts";

export const schema = command({
  name: "schema",
  synopsis: "print the JSON Schema of templates or of one component",
  usage: "[KIND TYPE]",
  about: [
    "Prints a JSON Schema of JSON templates with every component that is built in, for editors. With a kind (builder, provisioner, post-processor, data-source) and a type, that of one component's options.",
  ],
  flags: {},
  positionals: [0, 2],
});
