import type { ResourceType, Tag, TagSpecification } from "@aws-sdk/client-ec2";
import { type RunContext, renderedOption, type Ui } from "@kiln/sdk";
import type { TagBlocks } from "./options/tags.ts";

export type Tags = Readonly<Record<string, string>>;

/** The map option and its repeated blocks together; a block wins. */
export function mergeTags(map: Tags | undefined, blocks: TagBlocks | undefined): Tags {
  const tags: Record<string, string> = { ...map };
  for (const block of blocks ?? []) {
    const key = "key" in block ? block.key : "name" in block ? block.name : undefined;
    if (key) tags[key] = block.value ?? "";
  }
  return tags;
}

/** Renders keys and values with what is known of the source image. */
export function renderTags(ctx: Pick<RunContext, "render">, tags: Tags, data: Readonly<Record<string, unknown>>): Tags {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [renderText(ctx, key, data), renderText(ctx, value, data)]),
  );
}
export function renderText(
  ctx: Pick<RunContext, "render">,
  template: string,
  data: Readonly<Record<string, unknown>>,
): string {
  const complaint = `Error processing tag or description ${JSON.stringify(template)}`;
  return renderedOption(ctx, { option: "The text", type: "*common.BuildInfoTemplate", complaint }, template, data);
}

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
/** One specification per resource type; none where there are no tags (EC2 refuses empty ones). */
export function tagSpecifications(tags: Tags, ...types: readonly ResourceType[]): TagSpecification[] {
  const list = tagList(tags);
  return list.length === 0 ? [] : types.map((ResourceType) => ({ ResourceType, Tags: list }));
}
/** The lines that the listings print for each tag. */
export function reportTags(ui: Ui, tags: Tags): void {
  for (const [key, value] of Object.entries(tags)) {
    ui.message(`Adding tag: ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  }
}
