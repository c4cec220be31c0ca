import { DownloadError, messageOf, StepError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { IsoConfig } from "../options/iso.ts";
import type { RunContext } from "../run.ts";
import { cacheDirectory } from "./cache-path.ts";
import { digestFromList } from "./checksum-list.ts";
import { type ImageChecksum, parseImageChecksum } from "./image-checksum.ts";
import { type ImageSource, imageSource } from "./image-source.ts";
import { directoryOf, joinPath } from "./local-path.ts";
import { sha1 } from "./sha1.ts";

/** What to get, and how to know that it is right. */
export interface ImageRequest {
  /** What the lines call it: `ISO`. */
  readonly description: string;
  /** Places of the same image, tried in turn. */
  readonly urls: readonly string[];
  /** As `iso_checksum` writes it. */
  readonly checksum: string;
  readonly targetPath?: string;
  readonly extension?: string;
}
export interface DownloadedImage {
  /** Absolute. A local image stays where it is. */
  readonly path: string;
  /** The one of the URLs that gave it. */
  readonly url: string;
  /** Nothing was fetched: it is local, or was in the cache. */
  readonly cached: boolean;
}
type Running = Pick<RunContext, "host" | "ui" | "signal">;
type Digest = Exclude<ImageChecksum, { readonly by: "list" }>;

/** The request that a builder's iso options make. */
export function isoRequest(config: IsoConfig): ImageRequest {
  return {
    description: "ISO",
    urls: config.iso_url ? [config.iso_url] : (config.iso_urls ?? []),
    checksum: config.iso_checksum || "none",
    extension: config.iso_target_extension.toLowerCase(),
    ...(config.iso_target_path && { targetPath: config.iso_target_path }),
  };
}

/** Gets an image (`StepDownload`): local files in place, others through the cache, which builds and processes share. */
export async function downloadImage(ctx: Running, request: ImageRequest): Promise<DownloadedImage> {
  const { ui } = ctx;
  ui.say(`Retrieving ${request.description}`);
  const failures: unknown[] = [];
  for (const url of request.urls) {
    ctx.signal.throwIfAborted();
    ui.say(`Trying ${shown(url)}`);
    try {
      return await fromOne(ctx, request, url);
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (!(error instanceof DownloadError && error.code === "download/checksum"))
        ui.say(`Download failed ${messageOf(error)}`);
      failures.push(error);
    }
  }
  const [first] = failures;
  throw new StepError(`error downloading ${request.description}: [${failures.map(messageOf).join(" ")}]`, {
    code: failures.length === 1 && first instanceof DownloadError ? first.code : "download/failed",
    cause: first,
  });
}

async function fromOne(ctx: Running, request: ImageRequest, url: string): Promise<DownloadedImage> {
  const { host, ui } = ctx;
  const source = imageSource(url, host);
  if ("refusal" in source) throw new DownloadError("download/refused", `${source.refusal}. ${source.advice}`);
  const checksum = await expected(ctx, request, source, url);
  const asked = checksum.by === "none" ? url : withParameter(url, `${checksum.algorithm}:${checksum.hex}`);
  ui.say(`Trying ${shown(asked)}`);
  const done = (path: string, cached: boolean): DownloadedImage => {
    ui.say(`${shown(asked)} => ${path}`);
    return { path, url, cached };
  };
  if ("path" in source.at && !source.unpack) {
    await checkInPlace(ctx, source.at.path, checksum);
    return done(source.at.path, true);
  }
  const to = targetOf(request, source, checksum, host);
  const got = await throughCache(ctx, source, to, checksum);
  return done(to, got.cached);
}

/** The URL without its password. */
function shown(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^/:@]*):[^/@]*@/i, "$1:…@");
}

function withParameter(url: string, checksum: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}checksum=${encodeURIComponent(checksum)}`;
}

/** The URL's own checksum comes before that of the template. */
async function expected(ctx: Running, request: ImageRequest, source: ImageSource, url: string): Promise<Digest> {
  const written = source.checksum ?? request.checksum;
  const checksum = parseImageChecksum(written);
  if (typeof checksum === "string") throw new DownloadError("download/checksum", checksum);
  if (checksum.by !== "list") return checksum;
  const { text, at } = await listText(ctx, checksum.source, url);
  const found = digestFromList(text, at, source.name);
  if (!found)
    throw new DownloadError(
      "download/checksum",
      `no checksum of ${source.name} in ${checksum.source}: the list must name that file, or hold nothing but one digest`,
    );
  return { by: "digest", ...found };
}

/** A list is small and may change: it is fetched anew each time. */
async function listText(ctx: Running, written: string, url: string): Promise<{ text: string; at: string }> {
  const { host, signal } = ctx;
  // `file:SUMS` stands beside the template's other paths; `file:./SUMS` does too.
  const source = imageSource(written, host);
  if ("refusal" in source)
    throw new DownloadError("download/refused", `checksum file of ${url}: ${source.refusal}. ${source.advice}`);
  try {
    if ("path" in source.at) return { text: await host.files.readText(source.at.path), at: source.at.path };
    const directory = await host.files.temporary("directory", "packer-checksums");
    const to = joinPath(host.platform, directory, "list");
    try {
      await host.download(source.at.url, to, { signal });
      return { text: await host.files.readText(to), at: source.at.url };
    } finally {
      await host.files.removeTree(directory);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new DownloadError("download/checksum", `Error downloading checksum file: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function checkInPlace(ctx: Running, path: string, checksum: Digest): Promise<void> {
  const { host, signal } = ctx;
  const stat = await host.files.stat(path);
  if (!stat) throw new DownloadError("download/refused", `source path error: stat ${path}: no such file or directory`);
  if (stat.kind === "directory") throw new DownloadError("download/refused", `${path} is a directory, not an image`);
  if (checksum.by === "none") return;
  const digests = await host.files.digest(path, [checksum.algorithm], signal);
  const actual = digests[checksum.algorithm] ?? "";
  if (actual === checksum.hex) return;
  // It is the user's own file: it stays.
  ctx.ui.say("Checksum did not match");
  throw mismatch(path, checksum, actual);
}

function mismatch(what: string, checksum: { algorithm: string; hex: string }, actual: string): DownloadError {
  return new DownloadError(
    "download/checksum",
    `Checksums did not match for ${what}.\nExpected: ${checksum.hex}\nGot: ${actual}\n(${checksum.algorithm})`,
    { actual },
  );
}

/** The name in the cache tells the content where it is known, as Packer's does, so that the two share a cache. */
function targetOf(request: ImageRequest, source: ImageSource, checksum: Digest, host: Host): string {
  if (request.targetPath) return joinPath(host.platform, host.cwd, request.targetPath);
  const written = "path" in source.at ? source.at.path : source.at.url;
  const content = checksum.by === "none" ? written : `${checksum.algorithm}:${checksum.hex}`;
  const name = sha1(source.unpack ? `${source.unpack}:${content}` : content);
  return joinPath(host.platform, cacheDirectory(host), request.extension ? `${name}.${request.extension}` : name);
}

async function throughCache(
  ctx: Running,
  source: ImageSource,
  to: string,
  checksum: Digest,
): Promise<{ readonly cached: boolean }> {
  const { host, ui, signal } = ctx;
  await host.files.makeDirectory(directoryOf(host.platform, to), { recursive: true });
  await using _held = await host.lock(`${to}.lock`, signal, () =>
    ui.say(`Waiting for another build that downloads to ${to}`),
  );
  const url = "path" in source.at ? `file://${encodeURI(source.at.path)}` : source.at.url;
  let bar: ReturnType<typeof ui.progress> | undefined;
  let shown = 0;
  try {
    return await host.download(url, to, {
      signal,
      ...(checksum.by === "digest" && { checksum: `${checksum.algorithm}:${checksum.hex}` }),
      ...(source.unpack && { unpack: source.unpack }),
      onProgress: (done, total) => {
        bar ??= ui.progress(source.name.split("/").at(-1) ?? source.name, total);
        bar.advance(done - shown);
        shown = done;
      },
    });
  } catch (error) {
    if (error instanceof DownloadError && error.actual !== undefined && checksum.by === "digest") {
      ui.say(`Checksum did not match, removing ${to}`);
      throw mismatch(to, checksum, error.actual);
    }
    throw error;
  } finally {
    bar?.[Symbol.dispose]();
  }
}
