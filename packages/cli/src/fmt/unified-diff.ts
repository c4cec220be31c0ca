import { formatPatch, structuredPatch } from "diff";

/** What `diff -u` prints of two texts, under the names `old/PATH` and `new/PATH`. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const patch = structuredPatch(`old/${path}`, `new/${path}`, before, after, undefined, undefined, { context: 3 });
  const text = formatPatch(patch);
  // The library heads a patch with a line that diff does not print, and counts where diff leaves out that it is one line.
  return text
    .slice(text.indexOf("--- "))
    .replace(/^(--- .*|\+\+\+ .*)\t$/gm, "$1")
    .replace(/^@@ .* @@$/gm, (head) => head.replaceAll(/,1(?= )/g, ""));
}
