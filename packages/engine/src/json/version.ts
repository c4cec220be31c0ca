/** A version as go-version reads it: any number of numeric parts, an optional pre-release. */
export interface Version {
  readonly parts: readonly number[];
  readonly prerelease: string;
}

/** Undefined for text that is no version. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+(?:\.\d+)*)(?:-?([0-9A-Za-z~-]+(?:\.[0-9A-Za-z~-]+)*))?(?:\+[\w.~-]+)?$/.exec(text.trim());
  if (!match?.[1]) return undefined;
  return { parts: match[1].split(".").map(Number), prerelease: match[2] ?? "" };
}

/** As go-version prints it: at least three parts. */
export function versionText({ parts, prerelease }: Version): string {
  const whole = [...parts, 0, 0].slice(0, Math.max(parts.length, 3)).join(".");
  return prerelease === "" ? whole : `${whole}-${prerelease}`;
}

/** Negative where `a` is the older. A pre-release is older than its release. */
export function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < Math.max(a.parts.length, b.parts.length); i++) {
    const difference = (a.parts[i] ?? 0) - (b.parts[i] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === "" || b.prerelease === "") return a.prerelease === "" ? 1 : -1;
  return comparePrereleases(a.prerelease.split("."), b.prerelease.split("."));
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const left = a[i];
    const right = b[i];
    if (left === right) continue;
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const numeric = [left, right].map((part) => /^\d+$/.test(part));
    if (numeric[0] && numeric[1]) return Number(left) - Number(right);
    if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return 0;
}
