import { isJsonObject, type PostProcessContext, StepError } from "@kiln/sdk";
import { boxBuilderId } from "../box/artifact.ts";
import { boxMetadata } from "./box-metadata.ts";

/** The box that is to be published. */
export interface BoxSource {
  readonly path: string;
  readonly provider: string;
  readonly architecture: string;
}

const accepted = [boxBuilderId, "packer.post-processor.artifice", "vagrant"];

/** Finds the box among the artifact's files, and whom it is for: told by who made it, else by its `metadata.json`. */
export async function boxSource(ctx: PostProcessContext, architecture: string | undefined): Promise<BoxSource> {
  const { input } = ctx;
  if (!accepted.includes(input.builderId))
    throw new StepError(
      `Unknown artifact type: this post-processor requires an input artifact from the artifice post-processor, vagrant post-processor, or vagrant builder: ${input.builderId}`,
      { code: "vagrant/unknown-artifact" },
    );
  const [path] = input.files;
  if (path === undefined) throw new StepError("No files provided in artifact for upload", { code: "vagrant/no-box" });
  if (!path.endsWith(".box"))
    throw new StepError(
      `Unknown files in artifact, Vagrant box with .box suffix is required as first artifact file: [${input.files.join(" ")}]`,
      { code: "vagrant/no-box" },
    );
  const known = input.state.boxMetadata;
  const metadata = isJsonObject(known) ? known : await boxMetadata(path, ctx.host, ctx.signal);
  const named = (name: "provider" | "architecture"): string => {
    const value = metadata[name];
    if (typeof value === "string" && value !== "") return value;
    throw new StepError(`Error: Could not determine ${name} from box metadata.json file`, { code: "vagrant/bad-box" });
  };
  return { path, provider: named("provider"), architecture: architecture || named("architecture") };
}
