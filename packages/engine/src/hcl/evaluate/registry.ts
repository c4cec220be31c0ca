import { type BlockContent, rangeOf } from "@kiln/hcl";
import { caution, type Diagnostic, problem } from "@kiln/sdk";
import { type BodySchema, contentOf } from "../body/content.ts";
import { valueIn } from "../evaluation.ts";
import type { HclScope } from "../hcl-scope.ts";

const schema: BodySchema = {
  attributes: ["bucket_name", "description", "bucket_labels", "build_labels", "labels", "channels"],
  blocks: new Map(),
};

/** Checks `hcp_packer_registry` as Packer does, and says that nothing is sent there. Source: core-behaviour §3.9. */
export function registryBlock(block: BlockContent, scope: HclScope, found: Diagnostic[]): void {
  const { attributes } = contentOf(block.body, schema, found);
  const texts = new Map<string, string>();
  for (const [name, { expression }] of attributes) {
    const value = valueIn(expression, scope.values, found);
    if (value && typeof value.raw === "string") texts.set(name, value.raw);
  }
  const refuse = (name: string, summary: string, detail: string): void => {
    const at = attributes.get(name);
    found.push(problem("template/registry", summary, { detail, subject: at && rangeOf(at.expression) }));
  };
  const bucket = texts.get("bucket_name");
  if (bucket !== undefined && !/^[A-Za-z0-9-]{3,36}$/.test(bucket))
    refuse("bucket_name", "Invalid bucket name", "A bucket name has 3 to 36 letters, digits and dashes.");
  if ((texts.get("description")?.length ?? 0) > 255)
    refuse("description", "Description too long", "A description has at most 255 characters.");
  if (attributes.has("labels") && attributes.has("bucket_labels"))
    refuse("labels", "Both labels and bucket_labels are set", "Use bucket_labels alone: labels is its old name.");
  found.push(
    caution("template/registry-ignored", "hcp_packer_registry has no effect", {
      detail:
        "Kiln builds images and does not publish to the HCP Packer registry: the block is checked and otherwise ignored. Set HCP_PACKER_REGISTRY=off to silence this.",
      subject: rangeOf(block.typeSpan),
    }),
  );
}
