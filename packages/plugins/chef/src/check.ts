import { type Diagnostic, messageOf, type PrepareContext, problem } from "@kiln/sdk";
import { guestOsProblems } from "@kiln/sdk/guest";
import { nodeAttributes } from "./attributes.ts";
import type { ChefConfig } from "./options.ts";

type Path = readonly (string | number)[];

/** What both provisioners can say about their options. */
export async function chefProblems(config: ChefConfig, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const found = [...guestOsProblems(config.guest_os_type, ctx)];
  const { config_template: template, encrypted_data_bag_secret_path: secret } = config;
  if (template) found.push(...(await pathProblems("config template path", template, "file", ["config_template"], ctx)));
  if (secret)
    found.push(
      ...(await pathProblems(
        "encrypted data bag secret path",
        secret,
        "file",
        ["encrypted_data_bag_secret_path"],
        ctx,
      )),
    );
  const attributes = nodeAttributes(config);
  if (!attributes.ok)
    found.push(
      problem("chef/attributes", attributes.problem, {
        subject: ctx.at(config.json_string ? "json_string" : "json"),
      }),
    );
  return found;
}

/** Refuses a path that is not there, or not of the wanted kind. Wording: Packer's; the cause is Go's. */
export async function pathProblems(
  label: string,
  path: string,
  kind: "directory" | "file",
  at: Path,
  ctx: PrepareContext,
): Promise<readonly Diagnostic[]> {
  const wrong = (cause: string): readonly Diagnostic[] => [
    problem("chef/bad-path", `Bad ${label} '${path}': ${cause}`, { subject: ctx.at(...at) }),
  ];
  try {
    const stat = await ctx.files.stat(path);
    if (!stat) return wrong(`stat ${path}: no such file or directory`);
    if (stat.kind === kind) return [];
    return wrong(kind === "directory" ? "it must be a directory" : "it must be a file");
  } catch (error) {
    return wrong(messageOf(error));
  }
}
