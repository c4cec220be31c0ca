/** The lines typed at a prompt of this process's terminal, with editing and history. Ends as `Terminal.converse` says. */
export async function* converse(prompt: string, signal: AbortSignal): AsyncGenerator<string, void, void> {
  if (signal.aborted) return;
  const { stdin: input, stdout: output } = process;
  const lines = process.getBuiltinModule("node:readline").createInterface({ input, output, prompt });
  const close = (): void => lines.close();
  let closed = false;
  lines.once("close", () => {
    closed = true;
  });
  signal.addEventListener("abort", close, { once: true });
  lines.on("SIGINT", () => {
    if (lines.line === "") return lines.close();
    output.write("^C\n");
    lines.write(null, { ctrl: true, name: "e" });
    lines.write(null, { ctrl: true, name: "u" });
  });
  try {
    lines.prompt();
    for await (const line of lines) {
      yield line;
      // Lines that were pasted are still coming after the end of the input.
      if (!closed) lines.prompt();
    }
    output.write("\n");
  } finally {
    signal.removeEventListener("abort", close);
    lines.close();
  }
}

/** The lines of a standard input at which nobody types. */
export async function* linesOfInput(signal: AbortSignal): AsyncGenerator<string, void, void> {
  const { createInterface } = process.getBuiltinModule("node:readline");
  using lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY, terminal: false, signal });
  yield* lines;
}
