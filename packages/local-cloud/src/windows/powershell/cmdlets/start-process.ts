import { Refusal } from "../../system/refusal.ts";
import { noInput, nowhere, type Output } from "../../system/streams.ts";
import { PsObject } from "../values/collections.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";
import { mayExist } from "./known-elsewhere.ts";

/** Start-Process: a program that is waited for. Its output is this console's with -NoNewWindow, a file's, or nobody's. */
export const startProcess: Cmdlet = {
  name: "Start-Process",
  parameters: [
    takes("FilePath", 0, undefined, "PSPath"),
    takes("ArgumentList", 1, undefined, "Args"),
    takes("WorkingDirectory"),
    takes("RedirectStandardOutput", undefined, undefined, "RSO"),
    takes("RedirectStandardError", undefined, undefined, "RSE"),
    takes("WindowStyle"),
    takes("Verb"),
    takes("Credential"),
    flag("NoNewWindow", "nnw"),
    flag("PassThru"),
    flag("Wait"),
  ],
  async process(call) {
    const { process } = call;
    const name = call.required("FilePath");
    const executable = process.system.launcher.find(process, name, true);
    for (const parameter of ["Verb", "Credential"] as const)
      if (call.has(parameter)) throw new Refusal(`Start-Process -${parameter}`);
    if (!executable && mayExist(name)) throw new Refusal(`the program "${name}"`);
    if (!executable)
      throw call.failure(
        "InvalidOperationException",
        "This command cannot be run due to the error: The system cannot find the file specified.",
        "InvalidOperation",
        undefined,
        "System.InvalidOperationException",
      );
    if (executable.kind === "powershell") throw new Refusal(`opening ${name} (scripts run with powershell -File)`);
    if (!call.flag("Wait")) throw new Refusal("Start-Process without -Wait");
    const isHere = call.flag("NoNewWindow");
    const child = process.child({
      directory: call.has("WorkingDirectory") ? call.path(call.required("WorkingDirectory")) : process.directory,
      input: isHere ? (process.input ?? noInput) : noInput,
      output: streamOf(call, "RedirectStandardOutput", isHere ? process.output : nowhere),
      errors: streamOf(call, "RedirectStandardError", isHere ? process.errors : nowhere),
      // A window of its own begins with the system's page.
      ...(!isHere && { page: 437 }),
    });
    // What was said before comes first.
    call.engine.flushHost();
    // The arguments with blanks between them, and no quotes around those that hold some.
    const code = (await process.system.launcher.run(child, executable, call.texts("ArgumentList").join(" "))) | 0;
    if (call.flag("PassThru"))
      await call.emit(
        new PsObject(
          [
            ["Id", child.id],
            ["ExitCode", code],
            ["HasExited", true],
          ],
          "System.Diagnostics.Process",
        ),
      );
  },
};

function streamOf(call: Call, parameter: string, otherwise: Output): Output {
  const file = call.text(parameter);
  if (file === undefined) return otherwise;
  const { drive } = call.process.system;
  const path = call.path(file);
  drive.write(path, new Uint8Array());
  return { write: (bytes) => drive.append(path, bytes) };
}
