import { type Diagnostic, type PrepareContext, problem } from "@kiln/sdk";
import { allPathProblems } from "../check-path.ts";
import type { Config } from "./config.ts";

/** Wording: Packer's. */
export async function problems(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const one = Boolean(config.playbook_file);
  const many = (config.playbook_files ?? []).length > 0;
  const found: Diagnostic[] = [];
  if (one && many) {
    found.push(
      problem("ansible/two-playbooks", "Either playbook_file or playbook_files can be specified, not both", {
        subject: ctx.at("playbook_files"),
      }),
    );
  }
  if (!one && !many) {
    found.push(
      problem("ansible/no-playbook", "Either playbook_file or playbook_files must be specified", { subject: ctx.at() }),
    );
  }
  for (const option of ["playbook_file", "playbook_files", "inventory_file", "galaxy_file"] as const) {
    found.push(...(await allPathProblems(config[option], "file", option, ctx)));
  }
  const directories = [
    "playbook_dir",
    "group_vars",
    "host_vars",
    "playbook_paths",
    "role_paths",
    "collection_paths",
  ] as const;
  for (const option of directories) found.push(...(await allPathProblems(config[option], "directory", option, ctx)));
  return found;
}
