import { caution, type Diagnostic, type PrepareContext, problem } from "@kiln/sdk";
import type { Config } from "./config.ts";
import { providerNames } from "./provider-names.ts";
import { readOverride, type Settings } from "./settings.ts";

/** Everything wrong with the options, those of `override` included. */
export async function check(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [...(await checkSettings(config, ctx, []))];
  const chosen = config.provider_override;
  if (chosen !== undefined && !providerNames.includes(chosen))
    found.push(
      problem(
        "vagrant/unknown-provider",
        `The given provider_override ${chosen} is not valid. Please choose from one of ${providerNames.join(", ")}`,
        { subject: ctx.at("provider_override") },
      ),
    );
  for (const [provider, written] of Object.entries(config.override ?? {})) {
    if (!providerNames.includes(provider))
      found.push(
        caution("vagrant/unused-override", `No box has the provider "${provider}": its override is never used`, {
          subject: ctx.at("override", provider),
          detail: `Providers are ${providerNames.join(", ")}.`,
        }),
      );
    const { values, bad } = readOverride(written);
    for (const { option, complaint } of bad)
      found.push(
        problem("vagrant/bad-override", `override.${provider}${option && `.${option}`} ${complaint}`, {
          subject: option ? ctx.at("override", provider, option) : ctx.at("override", provider),
        }),
      );
    found.push(...(await checkSettings({ ...values }, ctx, ["override", provider])));
  }
  return found;
}

async function checkSettings(
  settings: Partial<Settings>,
  ctx: PrepareContext,
  path: readonly string[],
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  const { compression_level: level, vagrantfile_template: template } = settings;
  if (level !== undefined && (!Number.isInteger(level) || level < -1 || level > 9))
    found.push(
      problem("vagrant/compression-level", `compression_level is not between 0 and 9: ${level}`, {
        subject: ctx.at(...path, "compression_level"),
      }),
    );
  if (template && !settings.vagrantfile_template_generated && !(await ctx.files.stat(template)))
    found.push(
      problem("vagrant/no-template", `vagrantfile_template '${template}' does not exist`, {
        subject: ctx.at(...path, "vagrantfile_template"),
        detail: "Where the build makes it, set vagrantfile_template_generated.",
      }),
    );
  return found;
}
