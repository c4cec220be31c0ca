import type { LateOption } from "@kiln/sdk";

/** Where the names of its `{{ }}` text are kept in Packer: a name that is not there is an error. */
export const runCommandOption: LateOption = {
  option: "run_command",
  type: "*docker.startContainerTemplate",
  complaint: "Error running container",
};
