import { delimiter, isAbsolute, join } from "node:path";
import { type Host, StepError } from "@kiln/sdk";

/** Refuses a program that is not there, before anything is downloaded for it. */
export async function needProgram(
  host: Pick<Host, "env" | "files" | "platform">,
  program: string,
  hint: string,
): Promise<void> {
  const places = isAbsolute(program) || program.includes("/") ? [""] : (host.env.PATH ?? "").split(delimiter);
  const endings = host.platform === "win32" ? ["", ".exe"] : [""];
  for (const place of places)
    for (const ending of endings) if (await host.files.stat(join(place, program + ending))) return;
  throw new StepError(`${program} is not there (looked along PATH). ${hint}`, { code: "qemu/no-program" });
}
