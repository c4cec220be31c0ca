import { codeOf, messageOf, type RunContext, StepError } from "@kiln/sdk";

/** Runs `qemu-img`; a failure brings what it said. */
export async function qemuImg(
  { host, signal }: Pick<RunContext, "host" | "signal">,
  what: string,
  args: readonly string[],
): Promise<void> {
  const child = host.processes.spawn("qemu-img", args, { signal });
  const decoder = new TextDecoder();
  let said = "";
  for await (const { stream, bytes } of child.output)
    if (stream === "stderr") said += decoder.decode(bytes, { stream: true });
  const exit = await child.exit.catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") {
      throw new StepError(`${what}: qemu-img is not there. On Debian: apt-get install qemu-utils`, {
        code: "qemu/no-qemu-img",
        cause: error,
      });
    }
    throw new StepError(`${what}: qemu-img could not be started: ${messageOf(error)}`, {
      code: "qemu/image",
      cause: error,
    });
  });
  signal.throwIfAborted();
  if (exit.by === "code" && exit.code === 0) return;
  const how = exit.by === "code" ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  const full = said.includes("No space left on device");
  const advice = full ? "\nMake room where output_directory is, or choose another output_directory." : "";
  throw new StepError(`${what}: qemu-img ${args[0]} failed with ${how}: ${said.trim()}${advice}`, {
    code: full ? "ENOSPC" : "qemu/image",
  });
}
