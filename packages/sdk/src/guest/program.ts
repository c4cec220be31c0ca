import { renderedOption } from "../late-option.ts";
import { LineSplitter } from "../line-splitter.ts";
import type { ProvisionContext } from "../run.ts";
import { checkElevated, sendElevated } from "../windows/elevated.ts";

/** Who runs a program on a Windows machine when it needs all rights. Both are `{{ }}` text. */
export interface ElevatedOptions {
  readonly elevated_user?: string;
  readonly elevated_password?: string;
}
export interface ProgramEnd {
  readonly exit: number | "disconnected";
  /** The last lines that it printed, standard output and errors as they came: enough to tell why it failed. */
  readonly lastLines: readonly string[];
}
const kept = 20;

/** Runs a program on the machine and shows what it prints; with `elevated_user` through a scheduled task of that user. */
export async function runProgram(command: string, config: ElevatedOptions, ctx: ProvisionContext): Promise<ProgramEnd> {
  const lastLines: string[] = [];
  const show = (say: (line: string) => void): LineSplitter =>
    new LineSplitter((line) => {
      lastLines.push(line);
      if (lastLines.length > kept) lastLines.shift();
      say(line);
    });
  const streams = { stdout: show((line) => ctx.ui.message(line)), stderr: show((line) => ctx.ui.error(line)) };
  const user = config.elevated_user && rendered(ctx, "elevated_user", config.elevated_user);
  const start = user
    ? (
        await sendElevated(ctx, {
          user,
          password: rendered(ctx, "elevated_password", config.elevated_password ?? ""),
          command,
        })
      ).command
    : command;
  const { exit } = await ctx.machine.communicator.exec(start, {
    signal: ctx.signal,
    onOutput: ({ stream, bytes }) => streams[stream].push(bytes),
  });
  streams.stdout.end();
  streams.stderr.end();
  if (user) checkElevated(exit, user);
  return { exit, lastLines };
}

/** Packer's data are a map here; but nobody means a user named `<no value>`. */
function rendered(ctx: ProvisionContext, option: string, text: string): string {
  return renderedOption(ctx, { option, type: "*guest.BuildValues" }, text, {});
}

/** Whether the shell (or sudo) could not find the program at all. */
export function isMissing(program: string, { exit, lastLines }: ProgramEnd): boolean {
  if (exit === 127 || exit === 9009) return true;
  return lastLines.some(
    (line) => line.includes(program) && /command not found|: not found|is not recognized|No such file/.test(line),
  );
}
