import type { Executable } from "../../system/process.ts";
import { FedInput, noInput } from "../../system/streams.ts";
import { decodePage, encodePage } from "../../system/text-encodings.ts";
import { itemsOf, text } from "../values/convert.ts";
import { ErrorRecord, NetException } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import type { BoundArgument, Engine, Frame, Stage } from "./engine.ts";

/** A program as a part of a pipeline: text goes in, lines come out. */
export function nativeStage(
  engine: Engine,
  executable: Executable,
  name: string,
  args: readonly BoundArgument[],
  frame: Frame,
  hasInput: boolean,
): Stage {
  const { process } = engine;
  const input = new FedInput();
  const given: Value[] = [];
  const isOwnOutput = frame.emit === engine.toHost;
  const run = async (): Promise<void> => {
    for (const line of engine.formatted(given)) input.feed(encodePage(`${line}\r\n`, 20127));
    input.end();
    const pieces: (readonly [stream: 1 | 2, bytes: Uint8Array])[] = [];
    const ownErrors = frame.streams[2] === ownErrorsOf(engine);
    const child = process.child({
      environment: process.environment.copy(),
      input: hasInput ? input : (process.input ?? noInput),
      output: isOwnOutput ? process.output : { write: (bytes) => void pieces.push([1, bytes]) },
      errors: ownErrors ? process.errors : { write: (bytes) => void pieces.push([2, bytes]) },
    });
    // Everything that was said before must be out before the program says something.
    if (isOwnOutput) engine.flushHost();
    const code = await process.system.launcher.run(child, executable, argumentText(args));
    engine.lastExitCode = code | 0;
    if (code !== 0) engine.succeeded = false;
    await emitPieces(engine, name, pieces, frame);
  };
  return {
    begin: async () => {},
    process: async (item) => {
      if (item !== undefined) given.push(item);
    },
    end: run,
  };
}

type HostEngine = Engine & { readonly hostFrame?: Frame };
function ownErrorsOf(engine: HostEngine): unknown {
  return engine.hostFrame?.streams[2];
}

async function emitPieces(
  engine: Engine,
  name: string,
  pieces: readonly (readonly [1 | 2, Uint8Array])[],
  frame: Frame,
): Promise<void> {
  const rest: Record<1 | 2, string> = { 1: "", 2: "" };
  const say = async (stream: 1 | 2, line: string): Promise<void> => {
    if (stream === 1) return frame.emit(line);
    const exception = new NetException("System.Management.Automation.RemoteException", line);
    const record = new ErrorRecord(
      { exception, id: "NativeCommandError", category: `NotSpecified: (${line}:String)`, activity: name },
      true,
    );
    return frame.streams[2](record);
  };
  for (const [stream, bytes] of pieces) {
    const lines = (rest[stream] + decodePage(bytes, engine.process.page)).split(/\r?\n/);
    rest[stream] = lines.pop() ?? "";
    for (const line of lines) await say(stream, line);
  }
  for (const stream of [1, 2] as const) if (rest[stream] !== "") await say(stream, rest[stream]);
}

/** The command line as Windows PowerShell puts it together: quotes around blanks, and none of the escapes one would wish for. */
export function argumentText(args: readonly BoundArgument[]): string {
  const parts: string[] = [];
  for (const { name, value, source } of args) {
    if (source === "--%") {
      parts.push(text(value ?? null));
      continue;
    }
    if (name !== undefined) {
      const shown =
        source === "" || value !== undefined ? `-${name}${value === undefined ? "" : `:${text(value)}`}` : source;
      parts.push(source.includes(":") && value !== undefined ? quoted(`-${name}:${text(value)}`) : shown);
      continue;
    }
    // A number keeps the form in which it was written.
    if (source !== "" && typeof value !== "string") parts.push(source);
    else for (const item of itemsOf(value ?? null)) parts.push(quoted(text(item)));
  }
  return parts.join(" ");
}

function quoted(argument: string): string {
  if (argument === "") return '""';
  return /\s/.test(argument) && !/^".*"$/s.test(argument) ? `"${argument}"` : argument;
}
