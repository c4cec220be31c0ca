import { type Diagnostic, messageOf, type PrepareContext, problem } from "@kiln/sdk";
import { guestOsProblems } from "@kiln/sdk/guest";
import type { PuppetConfig } from "./options.ts";

type Path = readonly (string | number)[];

/** What both provisioners can say about their options. */
export function puppetProblems(config: PuppetConfig, ctx: PrepareContext): readonly Diagnostic[] {
  const found = [...guestOsProblems(config.guest_os_type, ctx)];
  if (config.elevated_password && !config.elevated_user)
    found.push(
      problem("puppet/password-without-user", "Must supply an 'elevated_user' if 'elevated_password' provided", {
        subject: ctx.at("elevated_password"),
      }),
    );
  return found;
}

/** Refuses a path that is not there, or not of the wanted kind. Wording: Packer's; the cause is Go's. */
export async function pathProblems(
  label: string,
  path: string,
  kind: "directory" | "file" | "either",
  at: Path,
  ctx: PrepareContext,
): Promise<readonly Diagnostic[]> {
  const wrong = (text: string): readonly Diagnostic[] => [problem("puppet/bad-path", text, { subject: ctx.at(...at) })];
  try {
    const stat = await ctx.files.stat(path);
    if (!stat) return wrong(`${label} is invalid: stat ${path}: no such file or directory`);
    if (kind === "directory" && stat.kind !== "directory") return wrong(`${label} must point to a directory`);
    return kind === "file" && stat.kind === "directory" ? wrong(`${label} must point to a file`) : [];
  } catch (error) {
    return wrong(`${label} is invalid: ${messageOf(error)}`);
  }
}
