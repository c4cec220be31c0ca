import { type Json, type PostProcessContext, type PostProcessed, StepError } from "@kiln/sdk";
import { vagrantArchitecture } from "./architecture.ts";
import { boxArtifact } from "./artifact.ts";
import { writeBox } from "./box-file.ts";
import type { Config } from "./config.ts";
import { fileEntry, textEntry } from "./entries.ts";
import { gzipped } from "./gzip.ts";
import type { BoxEntry } from "./provider.ts";
import { providerOf } from "./provider-names.ts";
import { providers } from "./providers/named.ts";
import { settingsFor } from "./settings.ts";
import { tarred } from "./tar.ts";
import { vagrantfile } from "./vagrantfile.ts";

/** Makes a Vagrant box of the artifact, streaming: the disks are neither copied first nor held in memory. */
export async function process(config: Config, ctx: PostProcessContext): Promise<PostProcessed> {
  const { host, ui, input } = ctx;
  const name = config.provider_override ?? providerOf(input.builderId) ?? "";
  const provider = providers[name];
  if (!provider)
    throw new StepError(
      `Unknown artifact type, can't build box: ${input.builderId}. Set provider_override to say what the box is for`,
      { code: "vagrant/unknown-artifact" },
    );
  const settings = settingsFor(config, name);
  const architecture = settings.architecture || vagrantArchitecture(host.arch);
  const variables = { BuildName: ctx.buildName, Provider: name, ArtifactId: input.id, Architecture: architecture };
  const rendered = (template: string, what: string): string => {
    const result = ctx.render(template, variables);
    if (result.ok) return result.value;
    const [first] = result.diagnostics;
    throw new StepError(`Error processing ${what}: ${first?.detail ?? first?.summary ?? "invalid template"}`, {
      code: "vagrant/template",
    });
  };
  const output = rendered(settings.output, "output");
  ui.say("Creating a dummy Vagrant box to ensure the host system can create one correctly");
  ui.say(`Creating Vagrant box for '${name}' provider`);
  const entries: BoxEntry[] = [];
  for (const path of settings.include ?? []) {
    ui.message(`Copying from include: ${path}`);
    entries.push(await fileEntry(path, host));
  }
  const parts = await provider.parts(ctx);
  const custom = await customVagrantfile(settings.vagrantfile_template, ctx);
  const metadata = { ...parts.metadata, architecture };
  entries.push(
    ...parts.entries,
    textEntry("metadata.json", metadataText(metadata)),
    textEntry("Vagrantfile", vagrantfile(parts.vagrantfile, rendered(custom, "vagrantfile_template"))),
  );
  const level = settings.compression_level ?? -1;
  const archive = tarred(inOrder(entries), host.clock.now(), (entry) => ui.message(`Compressing: ${entry.name}`));
  const shown = withProgress(archive, entries, ctx);
  await writeBox(ctx, output, level === 0 ? shown : gzipped(shown, level, 2 * host.cores));
  return { artifact: boxArtifact(name, output, metadata, host), keepInput: provider.keepsInput };
}

/** In the order of the names, as Packer writes it. */
function metadataText(metadata: Readonly<Record<string, Json>>): string {
  const sorted = Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted))}\n`;
}

async function customVagrantfile(path: string | undefined, { host, ui }: PostProcessContext): Promise<string> {
  if (!path) return "";
  ui.message(`Using custom Vagrantfile: ${path}`);
  try {
    return await host.files.readText(path);
  } catch (error) {
    throw new StepError(`vagrantfile_template '${path}' cannot be read`, { code: "vagrant/no-template", cause: error });
  }
}

/** By name, as Packer has them; two of one name would silently lose one. */
function inOrder(entries: readonly BoxEntry[]): readonly BoxEntry[] {
  const names = new Set<string>();
  for (const { name } of entries) {
    if (names.has(name))
      throw new StepError(`two files of the box are named ${name}: one comes from the artifact or include, rename it`, {
        code: "vagrant/same-name",
      });
    names.add(name);
  }
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function* withProgress(
  archive: AsyncIterable<Uint8Array>,
  entries: readonly BoxEntry[],
  { ui }: PostProcessContext,
): AsyncGenerator<Uint8Array> {
  using bar = ui.progress(
    "Compressing",
    entries.reduce((n, entry) => n + entry.size, 0),
  );
  for await (const piece of archive) {
    yield piece;
    bar.advance(piece.length);
  }
}
