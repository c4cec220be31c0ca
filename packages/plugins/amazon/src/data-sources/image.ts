import { defineDataSource, map, ofText, type RunContext, text, verdict } from "@kiln/sdk";
import { openAmazon } from "../access/amazon.ts";
import { checkAccess } from "../check/access.ts";
import { Refusals } from "../check/refusals.ts";
import { lookUpImage } from "../image-lookup.ts";
import { accessOptions } from "../options/access.ts";
import { imageFilterFields } from "../options/filters.ts";

/** `amazon-ami`: the image that filters mean. Source: Packer's reference of the amazon plugin. */
export const imageData = defineDataSource({
  kind: "data-source",
  type: "amazon-ami",
  doc: "Looks an image up by filters.",
  config: { ...accessOptions, ...imageFilterFields },
  outputs: {
    id: text({ doc: "Id of the image." }),
    name: text({ doc: "Its name." }),
    creation_date: text({ doc: "When it was made." }),
    owner: text({ doc: "Account id of its owner." }),
    owner_name: text({ doc: "Alias of its owner, such as amazon." }),
    tags: map(ofText, { doc: "Its tags." }),
  },
  prepare: async (config, ctx) => {
    const refuse = new Refusals(ctx);
    checkAccess(config, refuse);
    if (Object.keys(config.filters ?? {}).length === 0)
      refuse.error(["filters"], "no-filters", "The `filters` must be specified");
    if ((config.owners ?? []).length === 0)
      refuse.error(["owners"], "no-owner", "For security reasons, you must declare an owner.");
    const read = async (run: RunContext): Promise<Readonly<Record<string, unknown>>> => {
      const { signal, host, secrets } = run;
      using amazon = await openAmazon(config, host, { signal, learn: (secret) => secrets.add(secret) });
      const image = await lookUpImage(amazon.ec2(), config, signal);
      const tags = (image.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value] as const);
      return {
        id: image.ImageId ?? "",
        name: image.Name ?? "",
        creation_date: image.CreationDate ?? "",
        owner: image.OwnerId ?? "",
        owner_name: image.ImageOwnerAlias ?? "",
        tags: Object.fromEntries(tags),
      };
    };
    return verdict({ run: read }, refuse.found);
  },
});
