import { messageOf, type ProvisionContext, StepError } from "@kiln/sdk";
import { requirementsOf } from "../galaxy-file.ts";
import type { Config } from "./config.ts";
import { exitText, runProgram } from "./local-program.ts";

/** Installs what the requirements file asks for, roles before collections. */
export async function installRequirements(
  config: Config,
  env: Readonly<Record<string, string>>,
  ctx: ProvisionContext,
): Promise<void> {
  const file = config.galaxy_file;
  if (!file) return;
  const { roles, collections } = requirementsOf(await ctx.host.files.readText(file));
  const force = [
    ...(config.galaxy_force_install ? ["-f"] : []),
    ...(config.galaxy_force_with_deps ? ["--force-with-deps"] : []),
  ];
  const into = (path: string | undefined): readonly string[] => (path ? ["-p", path.replaceAll("\\", "/")] : []);
  if (roles) await run(["install", "-r", file, ...force, ...into(config.roles_path)]);
  if (collections) await run(["collection", "install", "-r", file, ...force, ...into(config.collections_path)]);

  async function run(args: readonly string[]): Promise<void> {
    ctx.ui.say("Executing Ansible Galaxy");
    const failed = (why: string, cause?: unknown): StepError =>
      new StepError(`Error executing Ansible Galaxy: ${why}`, { code: "ansible/galaxy", cause });
    const program = { file: config.galaxy_command, args, env };
    const exit = await runProgram(ctx, program, (line) => ctx.ui.say(line)).catch((error: unknown) => {
      ctx.signal.throwIfAborted();
      throw failed(messageOf(error), error);
    });
    if (exit.by !== "code" || exit.code !== 0) throw failed(`Non-zero exit status: ${exitText(exit)}`);
  }
}
