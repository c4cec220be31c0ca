import type { Config } from "../config.ts";
import type { Refusals } from "./refusals.ts";

const accelerators = ["kvm", "tcg", "xen", "hax", "hvf", "whpx", "none"];

/** Processor and acceleration. */
export function checkMachine(config: Config, refuse: Refusals): void {
  const { accelerator } = config;
  if (accelerator && !accelerators.includes(accelerator)) {
    refuse.error(
      "accelerator",
      "accelerator",
      "invalid accelerator, only 'kvm', 'tcg', 'xen', 'hax', 'hvf', 'whpx', or 'none' are allowed",
    );
  }
  for (const option of ["cpus", "sockets", "cores", "threads"] as const) {
    const value = config[option];
    if (value !== undefined && (value < 0 || !Number.isInteger(value)))
      refuse.error(option, "cpus", `${option} must be a positive number`);
  }
  if (config.memory !== undefined && (config.memory < 0 || !Number.isInteger(config.memory)))
    refuse.error("memory", "memory", "memory must be a whole number of megabytes");
  if (config.vm_name?.includes("/"))
    refuse.error("vm_name", "name", "vm_name must be a file name, not a path", "Use output_directory for the place.");
  if (config.vnc_password && config.vnc_password.length > 8) {
    refuse.warning("vnc_password", "vnc-password", "only the first eight characters of vnc_password count");
  }
}
