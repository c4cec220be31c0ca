import type { FakeCommunicator, FakeExecResult } from "./fake-communicator.ts";

interface Running {
  readonly machine: FakeCommunicator;
  readonly stdin: string;
  readonly signal: AbortSignal;
}
interface State {
  exit: number;
  stdout: string;
  stderr: string;
  over: boolean;
}

/**
 * The few commands that the contract suite uses, on the fake machine's files: `exit`, `printf`, `echo`, `cat`, `test`, `sleep`, `rm`,
 * `mkdir`, `true`, `false`, `kill -9 $PPID` (a lost connection), joined by `;` and `&&`, with `>` and `>&2`. Anything else ends with 127.
 */
export async function runFakeShell(
  machine: FakeCommunicator,
  script: string,
  stdin: string,
  signal: AbortSignal,
): Promise<FakeExecResult> {
  const state: State = { exit: 0, stdout: "", stderr: "", over: false };
  let words: string[] = [];
  for (const word of [...tokens(script), ";"]) {
    if (word !== ";" && word !== "&&") {
      words.push(word);
      continue;
    }
    if (words.join(" ") === "kill -9 $PPID") return { exit: "disconnected", stdout: state.stdout };
    if (words.length > 0) await run(words, state, { machine, stdin, signal });
    words = [];
    if (state.over || (word === "&&" && state.exit !== 0)) break;
  }
  return { exit: state.exit, stdout: state.stdout, stderr: state.stderr };
}

function tokens(script: string): readonly string[] {
  const found: string[] = [];
  const pattern = /\s*(&&|;|>&2|>|(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s;&>"'\\])+)/gsy;
  for (let match = pattern.exec(script); match; match = pattern.exec(script)) found.push(unquoted(match[1] ?? ""));
  return found;
}

function unquoted(word: string): string {
  return word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_, double: string, single: string, escaped: string) =>
    double !== undefined ? double.replace(/\\([\\"$`])/g, "$1") : (single ?? escaped),
  );
}

async function run(words: readonly string[], state: State, running: Running): Promise<void> {
  const toError = words.includes(">&2");
  const into = words.indexOf(">");
  const target = into < 0 ? undefined : words[into + 1];
  const plain = words.filter((word, i) => word !== ">&2" && (into < 0 || (i !== into && i !== into + 1)));
  const [name = "", ...args] = plain;
  const before = state.stdout.length;
  await command(name, args, state, running);
  const said = state.stdout.slice(before);
  if (target !== undefined) {
    state.stdout = state.stdout.slice(0, before);
    running.machine.machine.set(target, { bytes: new TextEncoder().encode(said), mode: 0o644 });
  } else if (toError) {
    state.stdout = state.stdout.slice(0, before);
    state.stderr += said;
  }
}

async function command(name: string, args: readonly string[], state: State, running: Running): Promise<void> {
  const { machine } = running;
  state.exit = 0;
  switch (name) {
    case "exit":
      state.exit = Number(args[0] ?? 0);
      state.over = true;
      return;
    case "true":
      return;
    case "false":
      state.exit = 1;
      return;
    case "echo":
      state.stdout += `${args.join(" ")}\n`;
      return;
    case "printf":
      state.stdout += args[0] === "%s" ? args.slice(1).join("") : (args[0] ?? "");
      return;
    case "cat":
      if (args.length === 0) state.stdout += running.stdin;
      for (const path of args) {
        const text = machine.text(path);
        state.stdout += text ?? "";
        if (text === undefined) fail(state, `cat: ${path}: No such file or directory`);
      }
      return;
    case "rm":
      for (const path of args.filter((arg) => !arg.startsWith("-"))) machine.machine.delete(path);
      return;
    case "mkdir":
      for (const path of args.filter((arg) => !arg.startsWith("-"))) machine.makeDirectories(path);
      return;
    case "test":
      state.exit = holds(args, machine) ? 0 : 1;
      return;
    case "sleep":
      return aborted(running.signal);
    default:
      fail(state, `sh: 1: ${name}: not found`, 127);
  }
}

function fail(state: State, text: string, exit = 1): void {
  state.stderr += `${text}\n`;
  state.exit = exit;
}

function holds(args: readonly string[], machine: FakeCommunicator): boolean {
  if (args[0] === "!") return !holds(args.slice(1), machine);
  const [flag, path = ""] = args;
  const file = machine.machine.get(path);
  const directory = machine.directories.has(path);
  if (flag === "-x") return directory || ((file?.mode ?? 0) & 0o111) !== 0;
  if (flag === "-d") return directory;
  if (flag === "-f") return file !== undefined;
  return directory || file !== undefined;
}

/** A fake machine has no time of its own: it sleeps until it is stopped. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
