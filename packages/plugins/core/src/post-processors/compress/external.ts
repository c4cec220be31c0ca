import { codeOf, type RunContext, StepError } from "@kiln/sdk";

/** Compresses with a program of this machine, reading its input and writing its output as a stream. */
export async function* throughProgram(
  program: string,
  args: readonly string[],
  source: AsyncIterable<Uint8Array>,
  ctx: Pick<RunContext, "host" | "signal">,
): AsyncGenerator<Uint8Array> {
  // Ends the program too when the reader of this stream goes away.
  const gone = new AbortController();
  let failure: unknown;
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  const child = ctx.host.processes.spawn(program, args, {
    signal: AbortSignal.any([ctx.signal, gone.signal]),
    stdin: watched(),
  });
  const complaints: Uint8Array[] = [];
  let finished = false;
  try {
    for await (const { stream, bytes } of child.output) {
      if (stream === "stdout") yield bytes;
      else if (complaints.length < 16) complaints.push(bytes);
    }
    const exit = await child.exit;
    finished = true;
    ctx.signal.throwIfAborted();
    // Input cut short looks like success to the program.
    if (failure !== undefined) throw failure;
    if (exit.by === "signal" || exit.code !== 0) {
      const words = Buffer.concat(complaints).toString("utf8").trim();
      throw new StepError(`${program} failed: ${words || `exit ${exit.by === "code" ? exit.code : exit.signal}`}`, {
        code: "compress/program-failed",
      });
    }
  } catch (error) {
    if (codeOf(error) !== "ENOENT" || failure !== undefined) throw error;
    throw new StepError(`${program} compression needs the program ${program}, which is not installed on this machine`, {
      code: "compress/program-missing",
      cause: error,
    });
  } finally {
    if (!finished) gone.abort();
    await child.exit.catch(() => {});
  }
}
