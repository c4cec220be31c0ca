const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A number of bytes for a person: `1.5 MiB`. */
export function byteWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
