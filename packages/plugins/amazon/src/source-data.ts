import type { Image } from "@aws-sdk/client-ec2";

/** What tags, descriptions and `build.X` may say of the source image. */
export interface SourceData {
  readonly BuildRegion: string;
  readonly SourceAMI: string;
  readonly SourceAMICreationDate: string;
  readonly SourceAMIName: string;
  readonly SourceAMIOwner: string;
  readonly SourceAMIOwnerName: string;
  readonly SourceAMITags: Readonly<Record<string, string>>;
}

export function sourceData(image: Image, region: string): SourceData {
  return {
    BuildRegion: region,
    SourceAMI: image.ImageId ?? "",
    SourceAMICreationDate: image.CreationDate ?? "",
    SourceAMIName: image.Name ?? "",
    SourceAMIOwner: image.OwnerId ?? "",
    SourceAMIOwnerName: image.ImageOwnerAlias ?? "",
    SourceAMITags: Object.fromEntries((image.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
  };
}
