import { type Diagnostic, type PrepareContext, problem } from "@kiln/sdk";

/** Options that both services have. */
export interface PublishOptions {
  readonly box_tag?: string;
  readonly version?: string;
  readonly box_checksum?: string;
}

export function checkPublish(options: PublishOptions, ctx: PrepareContext): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const name of ["box_tag", "version"] as const)
    if (!options[name]) found.push(problem("vagrant/missing-option", `${name} must be set`, { subject: ctx.at(name) }));
  if (options.box_tag && !/^[^/]+\/[^/]+$/.test(options.box_tag))
    found.push(
      problem("vagrant/bad-tag", "box_tag must include registry and box name", {
        subject: ctx.at("box_tag"),
        detail: `Write it as OWNER/BOX, not "${options.box_tag}".`,
      }),
    );
  if (options.box_checksum && !/^[^:]+:.+$/s.test(options.box_checksum))
    found.push(
      problem("vagrant/bad-checksum", "box_checksum format invalid (format: CHECKSUM_TYPE:CHECKSUM_VALUE)", {
        subject: ctx.at("box_checksum"),
      }),
    );
  return found;
}
