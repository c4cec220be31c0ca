import { messageOf } from "@kiln/sdk";
import { type Attributes, FileRefusal, type FileWriter, type MachineFiles } from "../files/machine-files.ts";
import type { ScpCommand } from "./scp-command.ts";
import { ScpBroken, type ScpWire } from "./scp-wire.ts";

type Times = NonNullable<Attributes["times"]>;

/** `scp -t`: takes files and directories (`C0644 SIZE NAME`, `D0755 0 NAME`, `E`, `Tmtime 0 atime 0`). The exit status. */
export async function scpTo(wire: ScpWire, files: MachineFiles, command: ScpCommand): Promise<number> {
  const target = await files.absolute(command.paths[0] ?? ".");
  const sink = new Sink(wire, files, command);
  if (command.directory && !(await sink.isDirectory(target))) {
    await wire.complain(`${target}: Not a directory`);
    return 1;
  }
  await wire.fine();
  try {
    await sink.receive(target, false);
  } catch (error) {
    if (!(error instanceof ScpBroken)) throw error;
    await wire.complain(error.message);
    return 1;
  }
  return sink.clean ? 0 : 1;
}

class Sink {
  readonly #wire: ScpWire;
  readonly #files: MachineFiles;
  readonly #command: ScpCommand;
  clean = true;

  constructor(wire: ScpWire, files: MachineFiles, command: ScpCommand) {
    this.#wire = wire;
    this.#files = files;
    this.#command = command;
  }

  /** Takes records until the client ends or leaves this directory. `known`: it is there, so that names go into it. */
  async receive(target: string, known: boolean): Promise<void> {
    let times: Times | undefined;
    for (let line = await this.#wire.line(); line !== undefined; line = await this.#wire.line()) {
      if (line.startsWith("E")) return this.#wire.fine();
      if (line.startsWith("\x01") || line.startsWith("\x02")) {
        this.clean = false;
        if (line.startsWith("\x02")) return;
      } else if (line.startsWith("T")) {
        times = timesOf(line);
        await this.#wire.fine();
      } else {
        const match = /^([CD])([0-7]{4,5}) (\d+) (.+)$/s.exec(line);
        const [, kind, mode = "", size, name = ""] = match ?? [];
        if (!match || name === "." || name === ".." || name.includes("/")) {
          throw new ScpBroken(`unexpected record: ${line}`);
        }
        const record = { name, mode: Number.parseInt(mode, 8), times };
        if (kind === "D") await this.#directory(target, known, record);
        else await this.#file(target, known, { ...record, size: Number(size) });
        times = undefined;
      }
    }
  }

  async isDirectory(path: string): Promise<boolean> {
    try {
      return (((await this.#files.stat(path, true)).mode ?? 0) & 0o170000) === 0o040000;
    } catch (error) {
      if (error instanceof FileRefusal && error.why !== "lost") return false;
      throw error;
    }
  }

  async #directory(
    target: string,
    known: boolean,
    { name, mode, times }: { readonly name: string; readonly mode: number; readonly times: Times | undefined },
  ): Promise<void> {
    if (!this.#command.recursive) throw new ScpBroken("received directory without -r");
    const path = known || (await this.isDirectory(target)) ? `${target}/${name}` : target;
    try {
      if (!(await this.isDirectory(path))) await this.#files.makeDirectory(path, mode | 0o700);
    } catch (error) {
      throw new ScpBroken(messageOf(error));
    }
    await this.#wire.fine();
    await this.receive(path, true);
    if (this.#command.preserve) await this.#files.change(path, { mode, ...(times && { times }) });
  }

  async #file(
    target: string,
    known: boolean,
    record: {
      readonly name: string;
      readonly mode: number;
      readonly size: number;
      readonly times: Times | undefined;
    },
  ): Promise<void> {
    const { name, mode, size, times } = record;
    let trouble: unknown;
    let to: FileWriter | undefined;
    const note = (error: unknown): void => {
      trouble ??= error;
    };
    const choice = { create: { mode }, truncate: true };
    try {
      to = known
        ? await this.#files.write(`${target}/${name}`, choice)
        : await this.#files.write(target, { ...choice, orInside: name });
    } catch (error) {
      note(error);
    }
    await this.#wire.fine();
    for await (const piece of this.#wire.take(size)) if (trouble === undefined) await to?.write(piece).catch(note);
    await to?.end().catch(note);
    await this.#wire.agreed();
    if (to && trouble === undefined && this.#command.preserve) {
      await this.#files.change(to.path, { mode, ...(times && { times }) }).catch(note);
    }
    if (trouble === undefined) return this.#wire.fine();
    this.clean = false;
    await this.#wire.complain(messageOf(trouble));
  }
}

function timesOf(line: string): Times {
  const match = /^T(\d+) \d+ (\d+) \d+$/.exec(line);
  if (!match) throw new ScpBroken(`unexpected record: ${line}`);
  return { modified: Number(match[1]), accessed: Number(match[2]) };
}
