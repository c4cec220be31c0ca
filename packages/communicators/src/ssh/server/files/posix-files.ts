import type { Communicator } from "@kiln/sdk";
import { quoted } from "../../transfer/quote.ts";
import type { Attributes, Entry, FileReader, FileWriter, MachineFiles, WriteChoice } from "./machine-files.ts";
import { FileRefusal } from "./machine-files.ts";
import { readFile } from "./posix-read.ts";
import { readAttributes, ScriptRunner, statFlags } from "./posix-script.ts";
import { writeFile } from "./posix-write.ts";

interface Ground {
  readonly home: string;
  readonly stat: string;
}

/** A machine's files by its POSIX shell and the usual small programs (coreutils or busybox): one command per request. */
export class PosixFiles implements MachineFiles {
  readonly #run: ScriptRunner;
  #ground: Promise<Ground> | undefined;

  constructor(communicator: Communicator, signal: AbortSignal) {
    this.#run = new ScriptRunner(communicator, signal);
  }

  async absolute(path: string): Promise<string> {
    if (path.startsWith("/")) return path;
    const home = await this.home();
    return path === "." || path === "" ? home : `${home}/${path}`;
  }

  async home(): Promise<string> {
    return (await this.#known()).home;
  }

  async stat(path: string, follow: boolean): Promise<Attributes> {
    const { stat } = await this.#known();
    const found = readAttributes(
      (await this.#run.text(`stat ${follow ? "-L " : ""}${stat} ${quoted(path)}`)).trimEnd(),
    );
    if (!found) throw new FileRefusal("other", `${path}: the machine's stat says nothing that is understood`);
    return found.attributes;
  }

  async list(path: string): Promise<readonly Entry[]> {
    const { stat } = await this.#known();
    // Names go through a pipe: there may be more than a command line holds. Those of no file are what a pattern without a match leaves.
    const text = await this.#run.text(
      `cd ${quoted(path)} && { printf '%s\\0' ./* ./.[!.]* ./..?* | xargs -0 stat ${stat} 2>/dev/null; true; }`,
    );
    const entries: Entry[] = [];
    for (const line of text.split("\n")) {
      const found = readAttributes(line);
      const last = entries.at(-1);
      if (found) entries.push({ name: found.path.slice(2), attributes: found.attributes });
      // A name may hold line ends.
      else if (last && line !== "") entries[entries.length - 1] = { ...last, name: `${last.name}\n${line}` };
    }
    return entries;
  }

  async read(path: string, from: number): Promise<FileReader> {
    return readFile(this.#run, (await this.#known()).stat, path, from);
  }
  write(path: string, choice: WriteChoice): Promise<FileWriter> {
    return writeFile(this.#run, path, choice);
  }

  async change(path: string, { size, owner, mode, times }: Attributes): Promise<void> {
    const word = quoted(path);
    const commands = [
      // dd cuts where it is told to begin to write.
      ...(size === undefined ? [] : [`dd of=${word} bs=1 seek=${size} count=0 2>/dev/null`]),
      ...(owner ? [`chown ${owner.uid}:${owner.gid} ${word}`] : []),
      ...(mode === undefined ? [] : [`chmod ${(mode & 0o7777).toString(8)} ${word}`]),
      ...(times ? [touch("-m", times.modified, word), touch("-a", times.accessed, word)] : []),
    ];
    await this.#run.text([`[ -e ${word} ] || { echo 'No such file' >&2; exit 1; }`, ...commands].join(" && "));
  }

  async makeDirectory(path: string, mode: number): Promise<void> {
    const masked = `$(printf %o $((0${(mode & 0o7777).toString(8)} & ~0$(umask))))`;
    await this.#run.text(`mkdir ${quoted(path)} && chmod ${masked} ${quoted(path)}`);
  }
  async removeDirectory(path: string): Promise<void> {
    await this.#run.text(`rmdir ${quoted(path)}`);
  }
  async remove(path: string): Promise<void> {
    const word = quoted(path);
    await this.#run.text(
      `[ -d ${word} ] && [ ! -L ${word} ] && { echo 'Is a directory' >&2; exit 1; }\n` +
        `[ -e ${word} ] || [ -L ${word} ] || { echo 'No such file' >&2; exit 1; }\nrm -f ${word}`,
    );
  }
  async rename(from: string, to: string, replace: boolean): Promise<void> {
    const [a, b] = [quoted(from), quoted(to)];
    const guard = replace
      ? `[ -d ${b} ] && [ ! -d ${a} ] && { echo 'Is a directory' >&2; exit 1; }`
      : `{ [ -e ${b} ] || [ -L ${b} ]; } && { echo 'File exists' >&2; exit 1; }`;
    // mv would move into a directory: the empty one that rename(2) replaces goes first.
    const make = replace ? `[ -d ${b} ] && [ ! -L ${b} ] && { rmdir ${b} || exit 1; }\n` : "";
    await this.#run.text(`${guard}\n${make}mv -f ${a} ${b}`);
  }
  async realPath(path: string): Promise<string> {
    return (await this.#run.text(`readlink -f ${quoted(path)}`)).replace(/\n$/, "");
  }
  async readLink(path: string): Promise<string> {
    const word = quoted(path);
    return (
      await this.#run.text(
        `[ -L ${word} ] || { [ -e ${word} ] && echo 'Invalid argument' >&2 || echo 'No such file' >&2; exit 1; }\nreadlink ${word}`,
      )
    ).replace(/\n$/, "");
  }
  async link(target: string, path: string): Promise<void> {
    const word = quoted(path);
    await this.#run.text(
      `{ [ -e ${word} ] || [ -L ${word} ]; } && { echo 'File exists' >&2; exit 1; }\nln -s ${quoted(target)} ${word}`,
    );
  }

  /** Asked once: where a login starts, and which `stat` there is. */
  #known(): Promise<Ground> {
    this.#ground ??= this.#ask().catch((error: unknown) => {
      this.#ground = undefined;
      throw error;
    });
    return this.#ground;
  }
  async #ask(): Promise<Ground> {
    const text = await this.#run.text("cd 2>/dev/null; pwd; stat -c %s / >/dev/null 2>&1 && echo gnu || echo bsd");
    const [home = "/", kind] = text.split("\n");
    return { home, stat: statFlags[kind === "bsd" ? "bsd" : "gnu"] };
  }
}

/** `touch` with a time as every system's takes it. */
function touch(which: "-a" | "-m", seconds: number, word: string): string {
  const [date = "", time = ""] = new Date(seconds * 1000).toISOString().split("T");
  const [hour, minute, second] = time.slice(0, 8).split(":");
  return `TZ=UTC0 touch ${which} -t ${date.replaceAll("-", "")}${hour}${minute}.${second} ${word}`;
}
