import { messageOf, type RunContext, StepError } from "@kiln/sdk";
import { exitText, runProgram } from "./local-program.ts";

/** Ansible's major version as it tells it; rejects where it does not. */
export async function majorVersion(command: string, ctx: RunContext): Promise<number> {
  const lines: string[] = [];
  const failed = (why: string, cause?: unknown): StepError =>
    new StepError(`Error running "${command} --version": ${why}`, { code: "ansible/no-ansible", cause });
  const exit = await runProgram(ctx, { file: command, args: ["--version"] }, (line) => lines.push(line)).catch(
    (error: unknown) => {
      ctx.signal.throwIfAborted();
      throw failed(messageOf(error), error);
    },
  );
  if (exit.by !== "code" || exit.code !== 0) throw failed([exitText(exit), ...lines].join("\n"));
  const [, major] = /(?:^|[\s[])v?(\d+)\.\d+/.exec(lines.join("\n")) ?? [];
  if (major !== undefined) return Number(major);
  throw new StepError(`Could not find ${command} version in output:\n${lines.join("\n")}`, {
    code: "ansible/no-version",
  });
}
