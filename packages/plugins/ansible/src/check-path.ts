import { type Diagnostic, messageOf, type PrepareContext, problem } from "@kiln/sdk";

type Where = readonly (string | number)[];

/** What is wrong with a path that must lead to a file (or directory) of this host. Wording: Packer's. */
export async function pathProblems(
  path: string,
  kind: "file" | "directory",
  where: Where,
  ctx: PrepareContext,
): Promise<readonly Diagnostic[]> {
  const option = String(where[0]);
  const subject = ctx.at(...where);
  const found = await lookAt(path, ctx);
  if (typeof found === "string") {
    return [problem("ansible/path", `${option}: ${path} is invalid: ${found}`, { subject })];
  }
  if ((found.kind === "directory") === (kind === "directory")) return [];
  return [problem("ansible/path", `${option}: ${path} must point to a ${kind}`, { subject })];
}

/** The same for every element of a list option, or for one path where it is set. */
export async function allPathProblems(
  paths: string | readonly string[] | undefined,
  kind: "file" | "directory",
  option: string,
  ctx: PrepareContext,
): Promise<readonly Diagnostic[]> {
  if (!paths) return [];
  if (typeof paths === "string") return pathProblems(paths, kind, [option], ctx);
  return (await Promise.all(paths.map((path, i) => pathProblems(path, kind, [option, i], ctx)))).flat();
}

async function lookAt(path: string, ctx: PrepareContext): Promise<{ readonly kind: string } | string> {
  try {
    return (await ctx.files.stat(path)) ?? `stat ${path}: no such file or directory`;
  } catch (error) {
    return messageOf(error);
  }
}
