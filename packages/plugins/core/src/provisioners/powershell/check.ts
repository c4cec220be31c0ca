import { type Diagnostic, nearestName, type PrepareContext, problem } from "@kiln/sdk";
import { environmentProblems } from "../../script/environment.ts";
import { missingScriptProblems, scriptChoiceProblems } from "../../script/script-source.ts";
import { type Config, executionPolicies as policies } from "./config.ts";

/** Everything that can be said before a run. Wording: Packer's, where it has the check. */
export async function problems(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [
    ...scriptChoiceProblems(config, ctx),
    ...(await missingScriptProblems(config, ctx)),
    ...environmentProblems(config, ctx),
  ];
  if (config.elevated_password && !config.elevated_user)
    found.push(
      problem("powershell/password-without-user", "Must supply an 'elevated_user' if 'elevated_password' provided", {
        subject: ctx.at("elevated_password"),
      }),
    );
  const policy = config.execution_policy.toLowerCase();
  if (!policies.includes(policy)) {
    const near = nearestName(policy, policies);
    found.push(
      problem("powershell/execution-policy", `Invalid execution_policy: ${config.execution_policy}`, {
        subject: ctx.at("execution_policy"),
        detail: `${near ? `Did you mean "${near}"? ` : ""}One of ${policies.join(", ")}.`,
      }),
    );
  }
  if (![0, 1, 2].includes(config.debug_mode))
    found.push(
      problem(
        "powershell/debug-mode",
        `Invalid debug_mode: ${config.debug_mode}. It is 0 (no tracing), 1 (lines) or 2 (lines, assignments and calls).`,
        { subject: ctx.at("debug_mode") },
      ),
    );
  return found;
}
