import { encodedCommand, powershellLiteral } from "@kiln/sdk/windows";

const servicing = "HKLM:SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing";
/** Where Windows notes that servicing wants another restart. */
export const defaultRegistryKeys: readonly string[] = [
  `${servicing}\\RebootPending`,
  `${servicing}\\PackagesPending`,
  `${servicing}\\RebootInProgress`,
];

/** Asks for a restart a minute ahead: Windows refuses while one is under way. */
export const probeCommand = 'shutdown /r /f /t 60 /c "packer restart test"';
/** Takes that back. */
export const abortCommand = "shutdown /a";

const quiet = "$ProgressPreference = 'SilentlyContinue'";

/** Prints `HOST restarted.` */
export const checkCommand = `powershell -encodedcommand ${encodedCommand(
  `${quiet}; Write-Output ($env:COMPUTERNAME + ' restarted.')`,
)}`;

/** Prints the keys that are there, one a line. */
export function registryCommand(keys: readonly string[]): string {
  const list = keys.map(powershellLiteral).join(", ");
  return `powershell -encodedcommand ${encodedCommand(
    `${quiet}; foreach ($key in @(${list})) { if (Test-Path $key) { Write-Output $key } }`,
  )}`;
}
