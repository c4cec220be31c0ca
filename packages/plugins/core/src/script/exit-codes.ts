import { StepError } from "@kiln/sdk";

/** The codes a script may end with where the template names none. */
export const defaultExitCodes: readonly number[] = [0];

/** Refuses an exit code that is not among the valid ones. Wording: Packer's. */
export function checkExitCode(code: number, valid: readonly number[]): void {
  if (valid.includes(code)) return;
  throw new StepError(
    `Script exited with non-zero exit status: ${code}. Allowed exit codes are: [${valid.join(" ")}]`,
    { code: "script/exit-code" },
  );
}
