import type { StepInputs } from "@kiln/sdk";
import type { Settings } from "./settings.ts";

/** Options that change how the result is reached, but not what it is. */
const immaterial: readonly (keyof Settings)[] = [
  "buildName",
  "output",
  "output_directory",
  "disks",
  "headless",
  "display",
  "use_default_display",
  "vnc_bind_address",
  "vnc_port_min",
  "vnc_port_max",
  "vnc_password",
  "vnc_use_password",
  "ports",
  "host_port_min",
  "host_port_max",
  "ssh_host_port_min",
  "ssh_host_port_max",
  "qmp_enable",
  "qmp_socket_path",
  "qmpSocket",
  "http_port_min",
  "http_port_max",
  "iso_target_path",
  "accelerator",
];

/** What the machine before provisioning depends on: the resolved options and the files it is made from. */
export function inputs(settings: Settings): StepInputs {
  const config = Object.fromEntries(
    Object.entries(settings).filter(([name]) => !immaterial.includes(name as keyof Settings)),
  );
  const urls = settings.iso_url ? [settings.iso_url] : (settings.iso_urls ?? []);
  const local = urls.filter((url) => !/^[a-z][a-z0-9+.-]+:/i.test(url));
  return {
    config,
    files: [
      ...local,
      ...(settings.http_directory ? [settings.http_directory] : []),
      ...(settings.floppy_files ?? []),
      ...(settings.floppy_dirs ?? []),
      ...(settings.cd_files ?? []),
      ...(settings.firmware ? [settings.firmware] : []),
      ...(settings.efi ? [settings.efi.code, settings.efi.vars] : []),
    ],
  };
}
