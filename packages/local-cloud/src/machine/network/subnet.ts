/** A /24 of private addresses that this process's machines live in. */
export interface Subnet {
  /** `10.213.7` */
  readonly prefix: string;
  readonly cidr: string;
  /** The host's end, which is the machines' gateway. */
  readonly gateway: string;
}

/**
 * The first /24 from a seed onwards that meets none of the host's addresses and routes. From 10.200.0.0/13, which
 * networks of offices and clouds seldom use; all of it taken is not a case worth a fallback.
 */
export function freeSubnet(taken: readonly string[], seed: number): Subnet | undefined {
  const ranges = taken.map(rangeOf).filter((range) => range !== undefined);
  for (let step = 0; step < 8 * 256; step++) {
    const number = (seed + step) % (8 * 256);
    const prefix = `10.${200 + (number >> 8)}.${number & 255}`;
    const [first, last] = rangeOf(`${prefix}.0/24`) ?? [0, 0];
    if (ranges.every(([from, to]) => to < first || from > last))
      return { prefix, cidr: `${prefix}.0/24`, gateway: `${prefix}.1` };
  }
  return undefined;
}

/** First and last address of `a.b.c.d/n` as numbers; undefined for what is no IPv4 prefix, and for a default route. */
function rangeOf(cidr: string): readonly [number, number] | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(cidr);
  if (!match) return undefined;
  const bits = Number(match[5] ?? 32);
  if (bits === 0) return undefined;
  const address = match.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - bits);
  const first = Math.floor(address / size) * size;
  return [first, first + size - 1];
}

/** Gives out the host numbers of a subnet, longest unused first, so that a new machine is not taken for an old one. */
export class AddressPool {
  private readonly free: number[] = Array.from({ length: 252 }, (_, index) => index + 2);

  take(): number | undefined {
    return this.free.shift();
  }

  give(number: number): void {
    this.free.push(number);
  }
}
