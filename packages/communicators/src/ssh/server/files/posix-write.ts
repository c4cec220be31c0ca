import { quoted } from "../../transfer/quote.ts";
import { FileRefusal, type FileWriter, type WriteChoice } from "./machine-files.ts";
import { PieceQueue } from "./piece-queue.ts";
import type { ScriptRunner } from "./posix-script.ts";

const mostWaiting = 1024 * 1024;

/** Starts to write a file: the machine says that it is open before the first byte is asked for. */
export async function writeFile(run: ScriptRunner, path: string, choice: WriteChoice): Promise<FileWriter> {
  const pieces = new PieceQueue(mostWaiting);
  let trouble: unknown;
  let ready: { readonly before: number; readonly inside: boolean } | undefined;
  let begun = (): void => {};
  const beginning = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const ended = run
    .run(script(path, choice), {
      stdin: pieces.all(),
      onComplaint: (text) => {
        const match = /^ready (\d+) (\d)$/m.exec(text);
        if (!match || ready) return;
        ready = { before: Number(match[1]), inside: match[2] === "1" };
        begun();
      },
    })
    .catch((error: unknown) => {
      trouble = error;
    })
    .finally(() => {
      pieces.end();
      begun();
    });
  await beginning;
  if (!ready) {
    pieces.end();
    await ended;
    throw trouble ?? new FileRefusal("other", `${path} could not be opened on the machine`);
  }
  return {
    before: ready.before,
    path: ready.inside && choice.orInside !== undefined ? `${path}/${choice.orInside}` : path,
    write: async (bytes) => {
      pieces.add(bytes);
      await pieces.room();
      if (trouble !== undefined) throw trouble;
    },
    end: async () => {
      pieces.end();
      await ended;
      if (trouble !== undefined) throw trouble;
    },
  };
}

function script(path: string, choice: WriteChoice): string {
  const { create, truncate, append, from = 0, orInside } = choice;
  const mode = create && `0${(create.mode & 0o7777).toString(8)}`;
  const make = create?.exclusive
    ? '(set -C; umask 077; : >"$p") || exit 1; new=1'
    : '[ -e "$p" ] || { (umask 077; : >"$p") || exit 1; new=1; }';
  const open = append ? 'exec 3>>"$p"' : truncate ? 'exec 3>"$p"' : 'exec 3<>"$p"';
  return [
    `p=${quoted(path)} new= in=0`,
    ...(orInside === undefined ? [] : [`[ -d "$p" ] && p=$p/${quoted(orInside)} in=1`]),
    `[ -d "$p" ] && { echo 'Is a directory' >&2; exit 1; }`,
    create ? make : `[ -e "$p" ] || { echo 'No such file' >&2; exit 1; }`,
    's=; [ -f "$p" ] && s=$(wc -c 2>/dev/null <"$p"); s=$((${s:-0}))',
    `${open} || exit 1`,
    // What is new was private until now; it gets its mode as if open(2) had given it.
    ...(mode === undefined ? [] : [`[ -z "$new" ] || chmod "$(printf %o $((${mode} & ~0$(umask))))" "$p"`]),
    ...(from > 0 && !append ? [`dd bs=1 seek=${from} count=0 conv=notrunc >&3 2>/dev/null`] : []),
    'echo "ready $s $in" >&2',
    "exec cat >&3",
  ].join("\n");
}
