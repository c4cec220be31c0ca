import { join } from "node:path";
import { createMachines, type LocalCloud, MachineError, type RootTree, startLocalCloud } from "@kiln/local-cloud";
import { type Host, messageOf } from "@kiln/sdk";
import type { Io } from "../io.ts";
import type { Printer } from "../output/printer.ts";

export interface OpenOptions {
  /** Directory or tarball of a root file system; this host's own system where absent. */
  readonly base?: string;
  readonly port?: number;
  /** Login user of the stand-in that any unknown AMI id is taken for. */
  readonly unknownImageUser?: string;
}
export interface OpenedCloud extends AsyncDisposable {
  readonly cloud: LocalCloud;
}

/** The directory that keeps images, key pairs and the rest between rehearsals. */
export function cloudDirectory(io: Io): string {
  return join(io.stateDirectory, "local-cloud");
}

async function baseOf(host: Host, base: string | undefined): Promise<RootTree["base"] | undefined> {
  if (base === undefined) return undefined;
  const kind = (await host.files.stat(base))?.kind;
  if (kind === undefined) throw new MachineError("image", `there is no root file system at ${base}`);
  return { kind: kind === "directory" ? "directory" : "tarball", path: base };
}

/** Starts the local cloud in this process. Undefined where it cannot be, which was then said. */
export async function openLocalCloud(io: Io, printer: Printer, options: OpenOptions): Promise<OpenedCloud | undefined> {
  const resources = new AsyncDisposableStack();
  try {
    const base = await baseOf(io.host, options.base);
    const machines = resources.use(
      await createMachines(
        {
          stateDirectory: cloudDirectory(io),
          environment: io.host.env,
          commandLine: [io.invokedAs, ...io.commandLine],
          onComplaint: (machine, text) => io.terminal.writeError(`local cloud: user data of ${machine}: ${text}\n`),
        },
        io.interrupts.first,
      ),
    );
    for (const note of machines.capabilities.notes) printer.say(`Note: ${note}`);
    const cloud = resources.use(
      await startLocalCloud({
        directory: cloudDirectory(io),
        machines,
        ...(base && { base }),
        ...(options.unknownImageUser !== undefined && { unknownImageUser: options.unknownImageUser }),
        ...(options.port !== undefined && { port: options.port }),
        onDefect: (error) => io.terminal.writeError(`local cloud: ${messageOf(error)}\n`),
      }),
    );
    const opened = resources.move();
    return { cloud, [Symbol.asyncDispose]: () => opened.disposeAsync() };
  } catch (error) {
    await resources.disposeAsync();
    printer.error(`Error: ${messageOf(error)}`);
    return undefined;
  }
}
