import { type EngineEvent, failureText } from "@kiln/sdk";
import type { Io } from "../io.ts";

/** Where `PACKER_LOG` and `PACKER_LOG_PATH` want the run told in detail; events are masked already. */
export interface RunLog extends AsyncDisposable {
  write(event: EngineEvent): void;
}

function logLine(event: EngineEvent): string | undefined {
  const { at, type, run: _, ...rest } = event;
  // Lines of the user interface are on standard output; Packer keeps them out of the log on the terminal too.
  return type === "line" || type === "progress" ? undefined : `${at} ${type} ${JSON.stringify(rest)}\n`;
}

/** `PACKER_LOG_PATH` is honoured even when `PACKER_LOG` is not set, as in Packer; the file is truncated. */
export async function runLog(io: Io): Promise<RunLog> {
  const { env, files } = io.host;
  const path = env["PACKER_LOG_PATH"];
  const wanted = Boolean(env["PACKER_LOG"]) && env["PACKER_LOG"] !== "0";
  if (path) {
    try {
      await files.write(path, "");
    } catch (error) {
      // Packer's words, less the prefix that every failure gets.
      throw new Error(`Couldn't setup log output: open ${path}: ${failureText(error)} (PACKER_LOG_PATH)`, {
        cause: error,
      });
    }
    let tail: Promise<void> = Promise.resolve();
    return {
      write: (event) => {
        const line = event.type === "line" ? `${event.at} ui: ${event.text}\n` : logLine(event);
        if (line) tail = tail.then(() => files.write(path, line, { append: true })).catch(() => {});
      },
      [Symbol.asyncDispose]: () => tail,
    };
  }
  return {
    write: (event) => {
      const line = wanted ? logLine(event) : undefined;
      if (line) io.terminal.writeError(line);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
