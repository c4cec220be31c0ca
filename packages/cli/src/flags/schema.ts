import { command } from "./command.ts";

export const schema = command({
  name: "schema",
  synopsis: "print the JSON Schema of templates or of one component",
  usage: "[[KIND] TYPE]",
  about: [
    "Prints a JSON Schema of JSON templates with every component that is built in, for editors. With a type, that of one component's options; its kind (builder, provisioner, post-processor, data-source) says which where several have that type.",
  ],
  flags: {},
  positionals: [0, 2],
});
