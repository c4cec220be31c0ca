import { Buffer } from "node:buffer";

/** What cmd.exe takes as one line. */
export const longestCommand = 8191;

/** A command line that runs a script, whatever characters are in it. */
export function powershellCommand(script: string): string {
  const encoded = Buffer.from(script, "utf16le").toString("base64");
  return `powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand ${encoded}`;
}
