import type { Communicator } from "@kiln/sdk";
import {
  type Attributes,
  type Entry,
  type FileReader,
  FileRefusal,
  type FileWriter,
  type MachineFiles,
  type WriteChoice,
} from "./machine-files.ts";
import { PieceQueue } from "./piece-queue.ts";
import { powershell, psText, transferRefusal } from "./powershell.ts";

const mostWaiting = 1024 * 1024;
const seconds = (property: string): string => `[int64](($_.${property} - [datetime]'1970-01-01').TotalSeconds)`;
/** One line for an item: whether it is a directory, size, times, name. */
const line = `"$([int]$_.PSIsContainer) $(if ($_.PSIsContainer) {0} else {$_.Length}) $(${seconds("LastAccessTimeUtc")}) $(${seconds("LastWriteTimeUtc")}) $($_.Name)"`;

/**
 * A Windows machine's files: contents by the communicator's own transfers, all else by PowerShell. Paths are written `/C:/dir/file`, as
 * SFTP clients want them. Links, modes and owners are not for SFTP to see there.
 */
export class WindowsFiles implements MachineFiles {
  readonly #communicator: Communicator;
  readonly #signal: AbortSignal;
  #home: Promise<string> | undefined;

  constructor(communicator: Communicator, signal: AbortSignal) {
    this.#communicator = communicator;
    this.#signal = signal;
  }

  async absolute(path: string): Promise<string> {
    const slashed = path.replaceAll("\\", "/");
    // Clients put their directory in front of what does not begin with a slash, a drive's name too.
    const drive = /^(?:.*\/)?([a-z]:(?:\/.*)?)$/i.exec(slashed)?.[1];
    if (drive !== undefined) return `/${drive}`;
    if (slashed.startsWith("/")) return slashed;
    const home = await this.home();
    return slashed === "." || slashed === "" ? home : `${home}/${slashed}`;
  }

  home(): Promise<string> {
    this.#home ??= this.#run("$env:USERPROFILE").then((text) => `/${text.trim().replaceAll("\\", "/")}`);
    return this.#home;
  }

  async stat(path: string): Promise<Attributes> {
    const found = readLine(
      await this.#run(`Get-Item -Force -LiteralPath ${native(path)} | ForEach-Object { ${line} }`),
    );
    if (!found) throw new FileRefusal("other", `${path}: PowerShell says nothing that is understood`);
    return found.attributes;
  }
  async list(path: string): Promise<readonly Entry[]> {
    const text = await this.#run(`Get-ChildItem -Force -LiteralPath ${native(path)} | ForEach-Object { ${line} }`);
    return text.split(/\r?\n/).flatMap((each) => readLine(each) ?? []);
  }

  async read(path: string, from: number): Promise<FileReader> {
    const attributes = await this.stat(path);
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#signal, stop.signal]);
    const bytes = this.#communicator.download(bare(path), { signal })[Symbol.asyncIterator]();
    let skip = from;
    return {
      attributes,
      next: async () => {
        for (;;) {
          const piece = await bytes.next().catch((error: unknown) => {
            throw transferRefusal(error);
          });
          if (piece.done) return undefined;
          const rest = piece.value.subarray(skip);
          skip -= piece.value.length - rest.length;
          if (rest.length > 0) return rest;
        }
      },
      close: () => {
        stop.abort(new FileRefusal("other", "closed"));
        bytes.return?.().catch(() => {});
      },
    };
  }

  /** Whole files only: what there was is replaced. */
  async write(path: string, choice: WriteChoice): Promise<FileWriter> {
    if (choice.append || choice.from)
      throw new FileRefusal("unsupported", "only whole files can be sent to this machine");
    const target =
      choice.orInside !== undefined && (await this.#isDirectory(path)) ? `${path}/${choice.orInside}` : path;
    const pieces = new PieceQueue(mostWaiting);
    let trouble: FileRefusal | undefined;
    const ended = this.#communicator
      .upload(pieces.all(), bare(target), { signal: this.#signal })
      .catch((error: unknown) => {
        trouble = transferRefusal(error);
      })
      .finally(() => pieces.end());
    return {
      before: 0,
      path: target,
      write: async (bytes) => {
        pieces.add(bytes);
        await pieces.room();
        if (trouble) throw trouble;
      },
      end: async () => {
        pieces.end();
        await ended;
        if (trouble) throw trouble;
      },
    };
  }

  /** Sizes and times; modes and owners have no meaning there, and asking for them does no harm. */
  async change(path: string, { size, times }: Attributes): Promise<void> {
    const at = (time: number): string => `([datetime]'1970-01-01').AddSeconds(${time})`;
    const steps = [
      ...(size === undefined
        ? []
        : [`$f = [IO.File]::Open(${native(path)}, 'Open'); try { $f.SetLength(${size}) } finally { $f.Close() }`]),
      ...(times
        ? [
            `$i = Get-Item -Force -LiteralPath ${native(path)}; $i.LastAccessTimeUtc = ${at(times.accessed)}; $i.LastWriteTimeUtc = ${at(times.modified)}`,
          ]
        : []),
    ];
    if (steps.length > 0) await this.#run(steps.join("; "));
  }
  async makeDirectory(path: string): Promise<void> {
    await this.#run(`New-Item -ItemType Directory -Path ${native(path)} | Out-Null`);
  }
  async removeDirectory(path: string): Promise<void> {
    await this.#run(`[IO.Directory]::Delete(${native(path)})`);
  }
  async remove(path: string): Promise<void> {
    await this.#run(`Get-Item -Force -LiteralPath ${native(path)} | Out-Null; [IO.File]::Delete(${native(path)})`);
  }
  async rename(from: string, to: string, replace: boolean): Promise<void> {
    await this.#run(`Move-Item ${replace ? "-Force " : ""}-LiteralPath ${native(from)} -Destination ${native(to)}`);
  }
  async realPath(path: string): Promise<string> {
    return path;
  }
  async readLink(): Promise<string> {
    throw new FileRefusal("unsupported", "links of this machine cannot be read");
  }
  async link(): Promise<void> {
    throw new FileRefusal("unsupported", "links cannot be made on this machine");
  }

  async #isDirectory(path: string): Promise<boolean> {
    return (await this.#run(`[int](Test-Path -PathType Container -LiteralPath ${native(path)})`)).trim() === "1";
  }
  #run(script: string): Promise<string> {
    return powershell(this.#communicator, script, this.#signal);
  }
}

/** `/C:/dir` as Windows writes it. */
function bare(path: string): string {
  return path.replace(/^\/(?=[a-z]:)/i, "").replaceAll("/", "\\");
}
function native(path: string): string {
  return psText(bare(path));
}

function readLine(text: string): Entry | undefined {
  const match = /^([01]) (\d+) (-?\d+) (-?\d+) (.+)$/.exec(text.trim());
  if (!match) return undefined;
  const [, directory, size, accessed, modified, name = ""] = match;
  const time = (value: string | undefined): number => Math.max(0, Number(value));
  return {
    name,
    attributes: {
      size: Number(size),
      mode: directory === "1" ? 0o040755 : 0o100644,
      owner: { uid: 0, gid: 0 },
      times: { accessed: time(accessed), modified: time(modified) },
    },
  };
}
