import { anything, type ConfigOf, flag, list, map, num, ofText, text } from "@kiln/sdk";
import { providerNames } from "./provider-names.ts";

/** Options of the vagrant post-processor. Source: Packer's Vagrant plugin. */
export const config = {
  output: text({
    doc: "Box file to write; knows `.BuildName`, `.Provider`, `.ArtifactId` and `.Architecture`.",
    fallback: "packer_{{.BuildName}}_{{.Provider}}_{{.Architecture}}.box",
    lateTemplate: true,
  }),
  compression_level: num({ doc: "From 0 (a plain tar archive) to 9 (smallest); 6 when not set." }),
  include: list(ofText, { doc: "Further files for the box, each under its own name." }),
  vagrantfile_template: text({
    doc: "File whose text is added to the box's Vagrantfile; knows the same variables as output.",
  }),
  vagrantfile_template_generated: flag({
    doc: "The file of vagrantfile_template is made during the build: do not look for it before.",
    fallback: false,
  }),
  provider_override: text({
    doc: "Provider of the box, where the artifact does not tell it.",
    choices: providerNames,
  }),
  architecture: text({
    doc: "Architecture of the box, as Vagrant names it (`amd64`, `arm64`, …); this machine's when not set.",
  }),
  override: map(anything({ doc: "" }), {
    doc: "Other values of these options for one provider: provider to options.",
    lateTemplate: true,
  }),
} as const;
export type Config = ConfigOf<typeof config>;
