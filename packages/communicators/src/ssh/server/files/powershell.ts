import { Buffer } from "node:buffer";
import { type Communicator, messageOf } from "@kiln/sdk";
import { FileRefusal } from "./machine-files.ts";

/** Exit codes by which our scripts tell refusals apart. */
const missing = 3;
const denied = 4;

const guard = (script: string): string =>
  `$ErrorActionPreference='Stop'; $ProgressPreference='SilentlyContinue'; try { ${script} } catch { ` +
  `[Console]::Error.WriteLine($_.Exception.Message); ` +
  `if ($_.CategoryInfo.Category -eq 'ObjectNotFound') { exit ${missing} }; ` +
  `if ($_.CategoryInfo.Category -eq 'PermissionDenied') { exit ${denied} }; exit 1 }; exit 0`;

/** Text as a PowerShell string without expansion. */
export function psText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Runs a PowerShell script on a machine and gives back what it prints. Rejects with `FileRefusal`. */
export async function powershell(communicator: Communicator, script: string, signal: AbortSignal): Promise<string> {
  const encoded = Buffer.from(guard(script), "utf16le").toString("base64");
  const text = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const { exit } = await communicator.exec(`powershell -NoProfile -NonInteractive -EncodedCommand ${encoded}`, {
    signal,
    pty: false,
    onOutput: ({ stream, bytes }) => {
      text[stream] += decoders[stream].decode(bytes, { stream: true });
    },
  });
  if (exit === 0) return text.stdout;
  if (exit === "disconnected") throw new FileRefusal("lost", "the connection to the machine was lost");
  const words = text.stderr.trim() || `PowerShell ended with exit code ${exit}`;
  throw new FileRefusal(exit === missing ? "missing" : exit === denied ? "denied" : "other", words);
}

/** A transfer's failure as what a client is told. */
export function transferRefusal(error: unknown): FileRefusal {
  if (error instanceof FileRefusal) return error;
  const words = messageOf(error);
  return new FileRefusal(/cannot find|does not exist|no such file/i.test(words) ? "missing" : "other", words);
}
