import {
  createMachines,
  DirectoryInUseError,
  type DirectoryLock,
  type JoinedCloud,
  type LocalCloud,
  MachineError,
  type Machines,
  type RootTree,
  startLocalCloud,
} from "@kiln/local-cloud";
import { type Host, messageOf } from "@kiln/sdk";
import type { Io } from "../io.ts";
import type { Printer } from "../output/printer.ts";
import { cloudDirectory, holdDirectory, type Sharing } from "./cloud-directory.ts";

export interface OpenOptions {
  /** Directory or tarball of a root file system; this host's own system where absent. */
  readonly base?: string;
  readonly port?: number;
  /** Login user of the stand-in that any unknown AMI id is taken for. */
  readonly unknownImageUser?: string;
  /** Whose cloud will do. */
  readonly sharing: Sharing;
  /** Whether this one stays up until somebody stops it, so that others may join it. */
  readonly serves: boolean;
}
export interface OpenedCloud extends AsyncDisposable {
  readonly cloud: LocalCloud | JoinedCloud;
}

async function baseOf(host: Host, base: string | undefined): Promise<RootTree["base"] | undefined> {
  if (base === undefined) return undefined;
  const kind = (await host.files.stat(base))?.kind;
  if (kind === undefined) throw new MachineError("image", `there is no root file system at ${base}`);
  return { kind: kind === "directory" ? "directory" : "tarball", path: base };
}

/** Machines for this process, which is told what less than ideal there is about them. */
export async function openMachines(io: Io, printer: Printer): Promise<Machines> {
  const machines = await createMachines(
    {
      stateDirectory: cloudDirectory(io),
      environment: io.host.env,
      commandLine: [io.invokedAs, ...io.commandLine],
      onComplaint: (machine, text) => io.terminal.writeError(`local cloud: user data of ${machine}: ${text}\n`),
    },
    io.interrupts.first,
  );
  for (const note of machines.capabilities.notes) printer.say(`Note: ${note}`);
  return machines;
}

/** The local cloud in this process, or one that serves in another. Undefined where it cannot be, which was then said. */
export async function openLocalCloud(io: Io, printer: Printer, options: OpenOptions): Promise<OpenedCloud | undefined> {
  const resources = new AsyncDisposableStack();
  try {
    const base = await baseOf(io.host, options.base);
    const held = await holdDirectory(io, printer, options);
    if (held.is === "joined") {
      const { cloud, owner } = held;
      if (!mayJoin(options, cloud)) throw new DirectoryInUseError(cloudDirectory(io), owner);
      if (options.sharing === "served") {
        printer.say(`Process ${owner.pid} serves the local cloud at ${cloud.endpoint}: using that one.`);
      }
      return { cloud, [Symbol.asyncDispose]: async () => {} };
    }
    return await startIn(resources, held.lock, { io, printer, options, base });
  } catch (error) {
    await resources.disposeAsync();
    printer.error(`Error: ${io.interrupts.first.aborted ? "interrupted" : messageOf(error)}`);
    return undefined;
  }
}

/** What a cloud starts from, and at which port it listens, was said when it was started. */
function mayJoin({ base, unknownImageUser, port }: OpenOptions, { endpoint }: JoinedCloud): boolean {
  const samePort = port === undefined || Number(new URL(endpoint).port) === port;
  return samePort && base === undefined && unknownImageUser === undefined;
}

interface Start {
  readonly io: Io;
  readonly printer: Printer;
  readonly options: OpenOptions;
  readonly base: RootTree["base"] | undefined;
}

async function startIn(
  resources: AsyncDisposableStack,
  lock: DirectoryLock,
  { io, printer, options, base }: Start,
): Promise<OpenedCloud> {
  resources.use(lock);
  const machines = resources.use(await openMachines(io, printer));
  const cloud = resources.use(
    await startLocalCloud({
      directory: cloudDirectory(io),
      lock,
      machines,
      ...(base && { base }),
      ...(options.unknownImageUser !== undefined && { unknownImageUser: options.unknownImageUser }),
      ...(options.port !== undefined && { port: options.port }),
      onDefect: (error) => io.terminal.writeError(`local cloud: ${messageOf(error)}\n`),
    }),
  );
  const opened = resources.move();
  return { cloud, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
