import { type BuildContext, codeOf, messageOf, StepError } from "@kiln/sdk";
import type { Settings } from "../settings.ts";

/** Gives the machine EFI variables of its own (`stepPrepareEfivars`), kept beside its disk. */
export async function copyEfiVariables({ host }: BuildContext, settings: Settings): Promise<string | undefined> {
  if (!settings.efi) return undefined;
  const path = `${settings.output}/efivars.fd`;
  try {
    await host.files.copy(settings.efi.vars, path);
    await host.files.chmod(path, 0o644);
    return path;
  } catch (error) {
    throw new StepError(
      `Error copying the EFI variables from ${settings.efi.vars}: ${messageOf(error)}. Set efi_firmware_vars and efi_firmware_code, or install the firmware (on Debian: apt-get install ovmf)`,
      { code: codeOf(error) ?? "qemu/efi", cause: error },
    );
  }
}
