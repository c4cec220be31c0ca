import { flag, text } from "@kiln/sdk";

/** Firmware and TPM. */
export const firmwareOptions = {
  firmware: text({ doc: "Firmware file instead of QEMU's own BIOS." }),
  use_pflash: flag({ doc: "Present the firmware file as flash memory.", fallback: false }),
  efi_boot: flag({ doc: "Boot with EFI firmware.", fallback: false }),
  efi_firmware_code: text({
    doc: "EFI firmware; `/usr/share/OVMF/OVMF_CODE.fd` when not set. Setting it turns efi_boot on.",
  }),
  efi_firmware_vars: text({
    doc: "EFI variables to start from; `/usr/share/OVMF/OVMF_VARS.fd` when not set. Setting it turns efi_boot on.",
  }),
  efi_drop_efivars: flag({ doc: "Leave the EFI variables out of the result.", fallback: false }),
  vtpm: flag({ doc: "Give the machine a TPM, emulated by swtpm.", fallback: false }),
  use_tpm1: flag({ doc: "TPM 1.2 instead of 2.0.", fallback: false }),
  tpm_device_type: text({ doc: "QEMU's TPM device.", fallback: "tpm-tis" }),
} as const;
