/** What the program on the machine must know. */
export interface ProgramOptions {
  /** Starts each of its messages. */
  readonly token: string;
  readonly remotePath: string;
  readonly scriptSize: number;
  readonly envFile?: { readonly path: string; readonly size: number };
  readonly command: string;
  /** Run the command with the user's own shell, as an SSH server would. */
  readonly userShell: boolean;
  /** After these exit codes the script is removed, and the environment file too where `removeEnvFile` is set. */
  readonly cleanAfter: readonly number[];
  readonly removeEnvFile: boolean;
}

/**
 * The command that starts it all. Its input is `size` bytes of program, then what the program reads. It holds nothing that a login
 * shell of whatever family would treat specially inside single quotes. On a terminal, where input is not clean, it does nothing.
 */
export function bootstrap(size: number): string {
  return `/bin/sh -c 'test -t 0 && exit 0; eval "$(dd bs=1 count=${size} 2>/dev/null)"'`;
}

/**
 * A POSIX shell program that takes the script from its input, runs the command and removes the script. Messages: `ready` (the script
 * is there, whole), `refused` (it could not be put there), `closed` (nor can it ever: no directory to write to), `exit=N` (the command ended), `clean` (script removed). In braces, so that
 * a program cut short by a lost connection does nothing. A script cut short is never run: its size is checked.
 */
export function program(options: ProgramOptions): string {
  const { token, envFile, scriptSize, cleanAfter } = options;
  const say = (message: string): string => `printf %s "$t:${message};"`;
  const shell = options.userShell ? '"${SHELL:-/bin/sh}"' : "/bin/sh";
  const receive = [
    ...(envFile
      ? [
          `(umask 077; dd bs=1 count=${envFile.size} >"$e" 2>/dev/null)`,
          `test $(wc -c <"$e") -eq ${envFile.size}`,
          'chmod 0600 "$e"',
        ]
      : []),
    '(umask 077; cat >"$p")',
    `test $(wc -c <"$p") -eq ${scriptSize}`,
  ];
  const removed = envFile && options.removeEnvFile ? '"$p" "$e"' : '"$p"';
  return [
    "{",
    // In two halves: a terminal may echo this text, and that must not pass for a message.
    `t=${token.slice(0, 8)}""${token.slice(8)}`,
    `p=${assignable(options.remotePath)}`,
    ...(envFile ? [`e=${assignable(envFile.path)}`] : []),
    `if ${receive.join(" && ")}; then`,
    'chmod 0755 "$p" 2>/dev/null',
    say("ready"),
    // That a signal ended it is in the status: this shell is not to write "Killed" after the script's own lines. In parentheses, since
    // dash would have its own standard error moved by those of a plain command.
    "exec 3>&2 2>/dev/null",
    `(exec ${shell} -c ${quoted(options.command)} 2>&3 3>&-)`,
    "s=$?",
    say("exit=$s"),
    ...(cleanAfter.length > 0
      ? [`case $s in ${cleanAfter.join("|")}) rm -f ${removed} >/dev/null 2>&1 && ${say("clean")};; esac`]
      : []),
    "exit $s",
    "fi",
    `for f in ${envFile ? '"$p" "$e"' : '"$p"'}; do`,
    "case $f in */*) d=${f%/*}/;; *) d=.;; esac",
    `test -d "$d" && test -w "$d" || { ${say("closed")}; exit 1; }`,
    "done",
    'test -f "$p" && rm -f "$p"',
    say("refused"),
    "exit 1",
    "}",
    "",
  ].join("\n");
}

/** A word for the shell that means exactly this text. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A path as the right side of an assignment. Packer hands it to the remote shell bare, so `~` and `$HOME` at work in templates must
 * mean the same here; everything else stands for itself.
 */
export function assignable(path: string): string {
  return path.replace(/\$\{\w+\}|\$[A-Za-z_]|[^\w./~:@%+,=-]/g, (found) =>
    found.startsWith("$") && found.length > 1 ? found : `\\${found}`,
  );
}
