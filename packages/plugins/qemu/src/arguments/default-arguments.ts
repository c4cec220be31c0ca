import type { Settings } from "../settings.ts";

/** What the arguments are made of besides the options: all found or made by earlier steps. */
export interface MachineParts {
  /** The first disk is booted from. */
  readonly disks: readonly string[];
  /** Installation medium and made CDs, in that order. */
  readonly cds: readonly string[];
  readonly floppy?: string;
  /** `kvm`, `tcg`, …; `none` leaves it to QEMU. */
  readonly accelerator: string;
  /** Local port that leads to the machine. */
  readonly hostPort?: number;
  /** QEMU's display number, port less 5900. */
  readonly vncDisplay: number;
  readonly vncPassword: boolean;
  readonly efiVars?: string;
  readonly tpmSocket?: string;
}

/** Values by switch; a switch may be repeated. */
export type Arguments = Map<string, string[]>;

/** Kiln's own arguments, as Packer's: one entry per switch, so that `qemuargs` can replace any of them. */
export function defaultArguments(settings: Settings, parts: MachineParts): Arguments {
  const all: Arguments = new Map();
  const add = (name: string, ...values: readonly string[]): void =>
    void all.set(name, [...(all.get(name) ?? []), ...values]);
  if (!settings.efi) add("-boot", settings.disk_image ? "c" : "once=d");
  add("-name", settings.name);
  add("-machine", machine(settings, parts));
  add("-netdev", network(settings, parts));
  add("-vnc", `${settings.vnc_bind_address}:${parts.vncDisplay}${parts.vncPassword ? ",password=on" : ""}`);
  add("-m", `${settings.memory || 512}M`);
  add("-smp", processors(settings));
  if (settings.cpu_model) add("-cpu", settings.cpu_model);
  if (parts.floppy) add("-fda", parts.floppy);
  if (!settings.headless && !settings.use_default_display) add("-display", settings.display || "gtk");
  if (settings.vga) add("-vga", settings.vga);
  if (settings.qmpSocket) add("-qmp", `unix:${settings.qmpSocket},server=on,wait=off`);
  add("-device", `${settings.net_device},netdev=user.0`);
  disks(settings, parts, add);
  cds(settings, parts, add);
  firmware(settings, parts, add);
  if (parts.tpmSocket) {
    add("-chardev", `socket,id=vtpm,path=${parts.tpmSocket}`);
    add("-tpmdev", "emulator,id=tpm0,chardev=vtpm");
    add("-device", `${settings.tpm_device_type},tpmdev=tpm0`);
  }
  return all;
}

type Add = (name: string, ...values: readonly string[]) => void;

function machine(settings: Settings, { accelerator }: MachineParts): string {
  const type = `type=${settings.machine_type}`;
  return accelerator === "none" ? type : `${type},accel=${accelerator}`;
}

function network(settings: Settings, { hostPort }: MachineParts): string {
  if (settings.net_bridge) return `bridge,id=user.0,br=${settings.net_bridge}`;
  const forward =
    hostPort === undefined || settings.guestPort === undefined
      ? ""
      : `,hostfwd=tcp::${hostPort}-:${settings.guestPort}`;
  return `user,id=user.0${forward}`;
}

function processors({ cpus, sockets, cores, threads }: Settings): string {
  const topology = [
    ...(sockets ? [`sockets=${sockets}`] : []),
    ...(cores ? [`cores=${cores}`] : []),
    ...(threads ? [`threads=${threads}`] : []),
  ];
  if (cpus) return [String(cpus), ...topology].join(",");
  return topology.length > 0 ? topology.join(",") : "1";
}

function disks(settings: Settings, parts: MachineParts, add: Add): void {
  const zeroes = settings.disk_detect_zeroes === "off" ? "" : `,detect-zeroes=${settings.disk_detect_zeroes}`;
  const modes = `cache=${settings.disk_cache},discard=${settings.disk_discard},format=${settings.format}${zeroes}`;
  const scsi = settings.disk_interface === "virtio-scsi";
  if (scsi) add("-device", "virtio-scsi-pci,id=scsi0");
  for (const [i, path] of parts.disks.entries()) {
    const file = escaped(path);
    if (!scsi) {
      add("-drive", `file=${file},if=${settings.disk_interface},${modes}`);
      continue;
    }
    add("-device", `scsi-hd,bus=scsi0.0,drive=drive${i}`);
    add("-drive", `if=none,file=${file},id=drive${i},${modes}`);
  }
}

function cds(settings: Settings, parts: MachineParts, add: Add): void {
  const bus = settings.cdrom_interface;
  const scsi = bus === "virtio-scsi";
  if (scsi && parts.cds.length > 0 && settings.disk_interface !== "virtio-scsi")
    add("-device", "virtio-scsi-pci,id=scsi0");
  // The disks stand first where both are on the same bus; drives on no bus have no index to clash.
  const first = bus === settings.disk_interface ? parts.disks.length : 0;
  for (const [i, path] of parts.cds.entries()) {
    const file = escaped(path);
    if (!bus) add("-drive", `file=${file},media=cdrom`);
    else if (scsi) add("-drive", `file=${file},if=none,id=cdrom${i},media=cdrom`);
    else add("-drive", `file=${file},if=${bus},index=${first + i},id=cdrom${i},media=cdrom`);
    if (scsi) add("-device", `scsi-cd,bus=scsi0.0,drive=cdrom${i}`);
  }
}

function firmware(settings: Settings, parts: MachineParts, add: Add): void {
  if (settings.firmware) {
    if (settings.use_pflash) add("-drive", `file=${escaped(settings.firmware)},if=pflash,format=raw,readonly=on`);
    else add("-bios", settings.firmware);
  }
  if (!settings.efi || parts.efiVars === undefined) return;
  add("-drive", `file=${escaped(settings.efi.code)},if=pflash,unit=0,format=raw,readonly=on`);
  add("-drive", `file=${escaped(parts.efiVars)},if=pflash,unit=1,format=raw`);
}

/** A comma in a file name is doubled, as QEMU's option syntax has it. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}
