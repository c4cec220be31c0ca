import { DescribeImagesCommand, type EC2Client, type Image } from "@aws-sdk/client-ec2";
import { StepError } from "@kiln/sdk";
import { filterList, showFilters } from "./filter-lists.ts";
import type { ImageFilter } from "./options/filters.ts";

export interface ImageQuery extends Partial<ImageFilter> {
  readonly id?: string;
}

/**
 * The one image that a query means; with `most_recent` the newest of several. Used by `source_ami_filter` and the `amazon-ami` data
 * source. Rejects with Packer's phrases when there is none, or more than one.
 */
export async function lookUpImage(ec2: EC2Client, query: ImageQuery, signal: AbortSignal): Promise<Image> {
  const filters = query.filters ?? {};
  const images: Image[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ec2.send(
      new DescribeImagesCommand({
        ...(query.id && { ImageIds: [query.id] }),
        ...(Object.keys(filters).length > 0 && { Filters: filterList(filters) }),
        ...(query.owners?.length && { Owners: [...query.owners] }),
        ...(query.include_deprecated && { IncludeDeprecated: true }),
        ...(NextToken && { NextToken }),
      }),
      { abortSignal: signal },
    );
    images.push(...(page.Images ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  if (images.length === 0) {
    const asked = [
      ...(query.id ? [`image-id=${query.id}`] : []),
      ...(Object.keys(filters).length > 0 ? [showFilters(filters)] : []),
      ...(query.owners?.length ? [`owners=${query.owners.join(",")}`] : []),
    ];
    throw new StepError(`No AMI was found matching filters: ${asked.join(", ")}`, { code: "amazon/no-image" });
  }
  if (images.length > 1 && !query.most_recent) {
    throw new StepError(
      "Your query returned more than one result. Please try a more specific search, or set most_recent to true.",
      { code: "amazon/many-images" },
    );
  }
  return images.reduce((newest, image) => (created(image) > created(newest) ? image : newest));
}

function created({ CreationDate }: Image): number {
  return CreationDate === undefined ? 0 : Date.parse(CreationDate);
}
