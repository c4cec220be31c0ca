import { outputDirectory } from "@kiln/sdk";
import type { Config } from "./config.ts";

/** The configuration with everything that follows from it. Paths as the user would type them. */
export interface Settings extends Config {
  readonly buildName: string;
  readonly output: string;
  readonly name: string;
  /** `40960M`. */
  readonly size: string;
  /** The main disk first. */
  readonly disks: readonly string[];
  readonly efi?: { readonly code: string; readonly vars: string };
  readonly ports: readonly [number, number];
  /** Port of the machine that the communicator connects to; undefined for `none`. */
  readonly guestPort: number | undefined;
  readonly qmpSocket?: string;
  readonly skipCompaction: boolean;
}

/** Packer's port of a communicator: SSH's or WinRM's. */
function guestPortOf(config: Config): number | undefined {
  if (config.communicator === "none") return undefined;
  if (config.communicator === "winrm") return config.winrm_port || (config.winrm_use_ssl ? 5986 : 5985);
  return config.ssh_port || 22;
}

export function settingsOf(config: Config, buildName: string): Settings {
  const output = outputDirectory(config, buildName);
  const name = config.vm_name || `packer-${buildName}`;
  const disk = `${output}/${name}`;
  const efi = config.efi_boot || Boolean(config.efi_firmware_code) || Boolean(config.efi_firmware_vars);
  const wantsQmp = config.qmp_enable || Boolean(config.net_bridge) || config.vnc_use_password;
  return {
    ...config,
    buildName,
    output,
    name,
    size: withUnit(config.disk_size),
    disks: [disk, ...(config.disk_additional_size ?? []).map((_, i) => `${disk}-${i + 1}`)],
    ...(efi && {
      efi: {
        code: config.efi_firmware_code || "/usr/share/OVMF/OVMF_CODE.fd",
        vars: config.efi_firmware_vars || "/usr/share/OVMF/OVMF_VARS.fd",
      },
    }),
    ports: [config.ssh_host_port_min ?? config.host_port_min, config.ssh_host_port_max ?? config.host_port_max],
    guestPort: guestPortOf(config),
    ...(wantsQmp && { qmpSocket: config.qmp_socket_path || `${disk}.monitor` }),
    skipCompaction: config.skip_compaction || config.format === "raw",
  };
}

/** A bare number is megabytes. */
export function withUnit(size: string): string {
  return /^\d+$/.test(size) ? `${size}M` : size;
}
