import type { PrepareContext } from "@kiln/sdk";
import type { Config } from "../config.ts";
import { settingsOf } from "../settings.ts";
import type { Refusals } from "./refusals.ts";

/** Firmware files are local and small: that they are missing is said at once. */
export async function checkFirmware(config: Config, ctx: PrepareContext, refuse: Refusals): Promise<void> {
  const { efi } = settingsOf(config, ctx.buildName);
  if (config.firmware && efi) {
    refuse.error(
      "firmware",
      "firmware",
      "firmware cannot be used together with EFI boot",
      "Use efi_firmware_code for EFI firmware, or take out the efi options.",
    );
  }
  if (config.use_pflash && !config.firmware)
    refuse.warning("use_pflash", "firmware", "use_pflash without firmware does nothing");
  const files = [
    ["firmware", config.firmware] as const,
    ["efi_firmware_code", efi?.code] as const,
    ["efi_firmware_vars", efi?.vars] as const,
  ];
  for (const [option, path] of files) {
    if (!path || (await ctx.files.stat(path))) continue;
    const hint = path.startsWith("/usr/share/OVMF/") ? "On Debian: apt-get install ovmf." : undefined;
    // Packer finds out when it copies the file; a template may be checked where it is not built.
    refuse.warning(option, "no-firmware", `${option}: ${path} is not there`, hint);
  }
}
