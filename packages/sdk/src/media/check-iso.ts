import type { PrepareContext } from "../component.ts";
import { caution, type Diagnostic, problem } from "../diagnostics.ts";
import type { IsoConfig } from "../options/iso.ts";
import { parseImageChecksum } from "./image-checksum.ts";
import { imageSource } from "./image-source.ts";

/** What is wrong with where a medium comes from. Reads nothing: the medium may only exist when the build runs. */
export function checkIso(config: IsoConfig, ctx: PrepareContext): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const several = config.iso_urls ?? [];
  if (!config.iso_url && several.length === 0)
    found.push(
      problem("iso/no-url", "One of iso_url or iso_urls must be specified", {
        subject: ctx.at(),
        detail: "Say where the medium is, as a path or an http, https or file URL.",
      }),
    );
  if (config.iso_url && several.length > 0)
    found.push(
      problem("iso/two-urls", "Only one of iso_url or iso_urls must be specified", {
        subject: ctx.at("iso_urls"),
        detail: "Move the URL of iso_url into iso_urls.",
      }),
    );
  if (config.iso_url) found.push(...checkUrl(config.iso_url, ctx, "iso_url"));
  for (const [i, url] of several.entries()) found.push(...checkUrl(url, ctx, "iso_urls", i));
  found.push(...checkChecksum(config, ctx));
  return found;
}

function checkUrl(url: string, ctx: PrepareContext, ...path: readonly (string | number)[]): readonly Diagnostic[] {
  const source = imageSource(url, ctx);
  return "refusal" in source
    ? [problem("iso/bad-url", source.refusal, { subject: ctx.at(...path), detail: source.advice })]
    : [];
}

function checkChecksum(config: IsoConfig, ctx: PrepareContext): readonly Diagnostic[] {
  const urls = config.iso_url ? [config.iso_url] : (config.iso_urls ?? []);
  const bringTheirs = urls.length > 0 && urls.every((url) => /[?&]checksum=/.test(url));
  const written = config.iso_checksum ?? "";
  if (written === "" && bringTheirs) return [];
  if (written === "")
    return [
      problem("iso/no-checksum", "A checksum must be specified", {
        subject: ctx.at(),
        detail: 'Set iso_checksum to TYPE:HEX, to file: and a list of checksums, or to "none".',
      }),
    ];
  const checksum = parseImageChecksum(written);
  if (typeof checksum === "string")
    return [
      problem("iso/bad-checksum", checksum, {
        subject: ctx.at("iso_checksum"),
        detail: 'Use md5, sha1, sha256 or sha512 as in "sha256:HEX", "file:SOURCE", or "none".',
      }),
    ];
  return checksum.by === "none" && !bringTheirs
    ? [
        caution(
          "iso/unchecked",
          "A checksum of 'none' was specified. Since ISO files are so big,\na checksum is highly recommended.",
          { subject: ctx.at("iso_checksum") },
        ),
      ]
    : [];
}
