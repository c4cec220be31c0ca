import type { ConfigOf } from "../schema.ts";
import { list, ofText, text } from "../schema.ts";

/** Where a builder's installation medium or disk image comes from. Spread it into a schema. Source: Packer plugin SDK. */
export const isoOptions = {
  iso_url: text({ doc: "Medium to start from: an `http`, `https` or `file` URL, or a path." }),
  iso_urls: list(ofText, { doc: "The same medium at several places, tried in turn; instead of iso_url." }),
  iso_checksum: text({
    doc: "What the medium's bytes must hash to: `TYPE:HEX` (md5, sha1, sha256, sha512), the bare digest, `file:` with the path or URL of a list of digests, or `none`.",
  }),
  iso_target_path: text({ doc: "Where to keep a downloaded medium, instead of a name in the cache directory." }),
  iso_target_extension: text({ doc: "Extension of the medium's name in the cache directory.", fallback: "iso" }),
} as const;
export type IsoConfig = ConfigOf<typeof isoOptions>;
