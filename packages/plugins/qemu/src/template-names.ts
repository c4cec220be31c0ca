import type { LateOption } from "@kiln/sdk";
import type { Config } from "./config.ts";

/** Where the names of these options' `{{ }}` text are kept in Packer: a name that is not there is an error. */
export function keysOption({ boot_command }: Pick<Config, "boot_command">): LateOption {
  return {
    option: boot_command?.length ? "boot_command" : "boot_steps",
    type: "*qemu.bootCommandTemplateData",
    complaint: "Error preparing boot command",
  };
}
export const argumentsOption: LateOption = {
  option: "qemuargs",
  type: "qemu.qemuArgsTemplateData",
  complaint: "Error processing QemuArgs",
};
