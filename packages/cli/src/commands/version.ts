import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { kilnVersion, packerVersion } from "../version.ts";

/** `version`: under the name `packer` what scripts expect of it, under its own name also what Kiln is. */
export function version(io: Io): number {
  const printer = new Printer(io);
  printer.record("", "version", packerVersion);
  printer.record("", "version-prelease", "");
  printer.record("", "version-commit", "");
  printer.say(
    io.invokedAs === "packer" ? `Packer v${packerVersion}` : `Kiln v${kilnVersion} (Packer v${packerVersion})`,
  );
  return 0;
}
