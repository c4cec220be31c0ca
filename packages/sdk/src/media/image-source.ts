import type { ArchiveForm, PrepareHost } from "../host.ts";
import { joinPath } from "./local-path.ts";

/** Where an image is, read from what the template says. */
export interface ImageSource {
  /** An absolute path, or the URL to ask without the parameters that were meant for us. */
  readonly at: { readonly path: string } | { readonly url: string };
  /** The name that lists of checksums know it by. */
  readonly name: string;
  /** How it is packed; absent where its bytes are the image. */
  readonly unpack?: ArchiveForm;
  /** From `?checksum=`. */
  readonly checksum?: string;
}
/** A source that cannot be fetched, and what to do about it. */
export interface RefusedSource {
  readonly refusal: string;
  readonly advice: string;
}

/** Longest first: `tar.gz` before `gz`. */
const forms: readonly ArchiveForm[] = [
  "tar.gz",
  "tar.bz2",
  "tar.xz",
  "tar.zst",
  "tgz",
  "tbz2",
  "txz",
  "tzst",
  "tar",
  "zip",
  "gz",
  "bz2",
  "xz",
  "zst",
];

const elsewhere: Readonly<Record<string, string>> = {
  ftp: "FTP",
  ftps: "FTP",
  sftp: "SFTP",
  s3: "Amazon S3",
  gs: "Google Cloud Storage",
  gcs: "Google Cloud Storage",
  git: "Git",
  hg: "Mercurial",
  smb: "Windows shares",
  ssh: "SSH",
};

/** Understands a path, a `file`, `http` or `https` URL, and go-getter's `?checksum=`, `?archive=` and `http::` forms. */
export function imageSource(written: string, host: Pick<PrepareHost, "platform" | "cwd">): ImageSource | RefusedSource {
  const forced = /^([a-z0-9]+)::(.*)$/is.exec(written);
  if (forced && !/^(?:https?|file)$/i.test(forced[1] ?? "")) return refusedScheme(forced[1] ?? "", written);
  const [whole = "", query = ""] = splitAtQuery(forced?.[2] ?? written);
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(whole)?.[1]?.toLowerCase();
  const ours = parametersOf(query);
  if ("refusal" in ours) return ours;
  const { rest, checksum, archive } = ours;
  if (whole === "") return { refusal: `No place in the URL "${written}"`, advice: "Give a path or a whole URL." };
  const unpack = archive === "false" ? undefined : (archive ?? formOfName(whole));
  const more = { ...(checksum !== undefined && { checksum }), ...(unpack && { unpack }) };
  if (scheme === "http" || scheme === "https") {
    if (!URL.canParse(whole)) return { refusal: `Not a URL: "${written}"`, advice: "Check the host and the port." };
    return { at: { url: rest === "" ? whole : `${whole}?${rest}` }, name: whole, ...more };
  }
  if (scheme !== undefined && scheme !== "file") return refusedScheme(scheme, written);
  const path = scheme === "file" ? pathOfFileUrl(whole, host.platform) : whole;
  const absolute = joinPath(host.platform, host.cwd, path);
  return { at: { path: absolute }, name: absolute, ...more };
}

function splitAtQuery(written: string): readonly [string, string] {
  // A question mark in the name of a local file is only a query where it looks like one.
  const at = /^https?:/i.test(written) ? written.indexOf("?") : written.search(/\?(?:checksum|archive|filename)=/);
  return at < 0 ? [written, ""] : [written.slice(0, at), written.slice(at + 1)];
}

/** Takes our own parameters out of a query; the rest stays as it was written, since servers sign it. */
function parametersOf(
  query: string,
): { readonly rest: string; readonly checksum?: string; readonly archive?: ArchiveForm | "false" } | RefusedSource {
  const kept: string[] = [];
  let checksum: string | undefined;
  let archive: ArchiveForm | "false" | undefined;
  for (const pair of query.split("&").filter((p) => p !== "")) {
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    const text = decoded(value);
    if (name === "checksum") checksum = text;
    else if (name === "filename") continue;
    else if (name === "archive") {
      const form = forms.find((known) => known === text.toLowerCase());
      if (form) archive = form;
      else if (text === "false" || text === "0") archive = "false";
      else if (text !== "")
        return {
          refusal: `Unknown archive type "${text}" in the URL`,
          advice: `Use one of ${forms.join(", ")}, or archive=false.`,
        };
    } else kept.push(pair);
  }
  return { rest: kept.join("&"), ...(checksum !== undefined && { checksum }), ...(archive && { archive }) };
}

function formOfName(name: string): ArchiveForm | undefined {
  const lower = name.toLowerCase();
  return forms.find((form) => lower.endsWith(`.${form}`));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** `file:///a%20b`, `file://./a`, `file:a`; on Windows also `file:///C:/a`. */
function pathOfFileUrl(url: string, platform: string): string {
  const rest = decoded(url.slice("file:".length).replaceAll("+", "%2B")).replace(/^\/\//, "");
  return platform === "win32" ? rest.replace(/^\/([a-z]:)/i, "$1") : rest.replace(/^localhost\//i, "/");
}

function refusedScheme(scheme: string, written: string): RefusedSource {
  const known = elsewhere[scheme.toLowerCase()];
  return {
    refusal: known ? `Cannot download from ${known}: "${written}"` : `Cannot download "${scheme}" URLs: "${written}"`,
    advice:
      "Images come from http, https and file URLs and from local paths: fetch it first, or give its https address.",
  };
}
