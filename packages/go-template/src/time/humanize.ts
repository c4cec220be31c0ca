const units: readonly (readonly [name: string, nanoseconds: bigint])[] = [
  ["year", 31_536_000_000_000_000n],
  ["week", 604_800_000_000_000n],
  ["day", 86_400_000_000_000n],
  ["hour", 3_600_000_000_000n],
  ["minute", 60_000_000_000n],
  ["second", 1_000_000_000n],
  ["millisecond", 1_000_000n],
  ["microsecond", 1000n],
];

/**
 * A duration for people, in its two largest units that are not zero, as in `Build 'x' finished after 1 minute
 * 3 seconds.` Packer prints it with durafmt, whose ways these are: a year has 365 days, there are no months, zero units
 * in between are skipped (`1 week 1 second`), less than a microsecond is nothing at all.
 */
export function humanizeDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return "0 seconds";
  let rest = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const parts: string[] = [];
  for (const [name, size] of units) {
    const count = rest / size;
    rest %= size;
    if (count > 0n) parts.push(`${count} ${name}${count === 1n ? "" : "s"}`);
  }
  return (nanoseconds < 0n ? "-" : "") + parts.slice(0, 2).join(" ");
}
