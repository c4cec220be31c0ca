import { type Diagnostic, type PrepareContext, problem } from "@kiln/sdk";
import type { LoginConfig } from "./options.ts";

export function loginProblems(config: LoginConfig, ctx: PrepareContext): readonly Diagnostic[] {
  if (!config.ecr_login || config.login_server) return [];
  return [
    problem("docker/no-login-server", "ECR login requires login server to be provided.", {
      detail: "Set login_server to the registry's address, such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com.",
      subject: ctx.at("ecr_login"),
    }),
  ];
}
