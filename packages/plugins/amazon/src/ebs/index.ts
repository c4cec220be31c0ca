import { defineBuilder, refused, type TemplateFunctions, verdict } from "@kiln/sdk";
import { cleanResourceName } from "../unique-names.ts";
import { check } from "./check.ts";
import { config } from "./config.ts";

const functions: TemplateFunctions = { clean_resource_name: (name = "") => cleanResourceName(name) };

/** Names that provisioners and post-processors may use as `build.X`. */
const exported = [
  "SourceAMIName",
  "BuildRegion",
  "SourceAMI",
  "SourceAMICreationDate",
  "SourceAMIOwner",
  "SourceAMIOwnerName",
];

/** Builds an image from an instance that runs on EBS volumes. Interface as Packer's `amazon-ebs`. */
export const ebs = defineBuilder({
  kind: "builder",
  type: "amazon-ebs",
  doc: "Launches an EC2 instance, provisions it, and makes an Amazon machine image of it.",
  config,
  functions,
  async prepare(given, ctx) {
    const diagnostics = await check(given, ctx);
    const checkedConfig = verdict(given, diagnostics);
    if (!checkedConfig.ok) return refused(...checkedConfig.diagnostics);
    return verdict(
      {
        exports: exported,
        // The SDK is megabytes: a template that is only checked never loads it.
        run: async (run) => (await import("./build.ts")).build(run, given),
      },
      diagnostics,
    );
  },
});
