/** An instance type, as far as a build cares: sizes come from the family's memory per CPU. */
export interface InstanceType {
  readonly name: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly architecture: "x86_64" | "arm64";
  readonly burstable: boolean;
  readonly currentGeneration: boolean;
}

const sizeCpus: Readonly<Record<string, number>> = {
  nano: 2,
  micro: 2,
  small: 2,
  medium: 2,
  large: 2,
  xlarge: 4,
  "2xlarge": 8,
  "3xlarge": 12,
  "4xlarge": 16,
  "6xlarge": 24,
  "8xlarge": 32,
  "9xlarge": 36,
  "12xlarge": 48,
  "16xlarge": 64,
  "18xlarge": 72,
  "24xlarge": 96,
  "32xlarge": 128,
  "48xlarge": 192,
};

interface Family {
  readonly names: string;
  readonly sizes: string;
  readonly memoryPerCpu: number;
  readonly arm?: true;
  readonly burstable?: true;
  readonly old?: true;
}

const burst = "nano micro small medium large xlarge 2xlarge";
const usual = "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge";
const upTo24 = `${usual} 24xlarge`;
const families: readonly Family[] = [
  { names: "t1", sizes: "micro", memoryPerCpu: 0.3, old: true },
  { names: "t2 t3 t3a", sizes: burst, memoryPerCpu: 4, burstable: true },
  { names: "t4g", sizes: burst, memoryPerCpu: 4, burstable: true, arm: true },
  { names: "m1", sizes: "small medium large xlarge", memoryPerCpu: 3.75, old: true },
  { names: "m2", sizes: "xlarge 2xlarge 4xlarge", memoryPerCpu: 8.5, old: true },
  { names: "m3", sizes: "medium large xlarge 2xlarge", memoryPerCpu: 3.75, old: true },
  { names: "m4", sizes: "large xlarge 2xlarge 4xlarge 16xlarge", memoryPerCpu: 4 },
  { names: "m5 m5a m5n m5d m6i m6a m6id m6in m7i m7a m8i m8a", sizes: upTo24, memoryPerCpu: 4 },
  { names: "m5zn", sizes: "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge", memoryPerCpu: 4 },
  { names: "m7i-flex", sizes: "large xlarge 2xlarge 4xlarge 8xlarge", memoryPerCpu: 4 },
  { names: "m6g m6gd m7g m7gd m8g", sizes: `medium ${usual}`, memoryPerCpu: 4, arm: true },
  { names: "a1", sizes: "medium large xlarge 2xlarge 4xlarge", memoryPerCpu: 2, arm: true },
  { names: "c1", sizes: "medium xlarge", memoryPerCpu: 0.85, old: true },
  { names: "c3", sizes: "large xlarge 2xlarge 4xlarge 8xlarge", memoryPerCpu: 1.875, old: true },
  { names: "c4", sizes: "large xlarge 2xlarge 4xlarge 8xlarge", memoryPerCpu: 1.875 },
  { names: "c5 c5d", sizes: "large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge", memoryPerCpu: 2 },
  { names: "c5n", sizes: "large xlarge 2xlarge 4xlarge 9xlarge 18xlarge", memoryPerCpu: 2.625 },
  { names: "c5a c6i c6a c6id c6in c7i c7a c8i c8a", sizes: upTo24, memoryPerCpu: 2 },
  { names: "c6g c6gd c6gn c7g c7gd c8g", sizes: `medium ${usual}`, memoryPerCpu: 2, arm: true },
  { names: "r3", sizes: "large xlarge 2xlarge 4xlarge 8xlarge", memoryPerCpu: 7.625, old: true },
  { names: "r4", sizes: "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge", memoryPerCpu: 7.625 },
  { names: "r5 r5a r5n r5d r6i r6a r7i r7a r8i", sizes: upTo24, memoryPerCpu: 8 },
  { names: "r6g r6gd r7g r8g", sizes: `medium ${usual}`, memoryPerCpu: 8, arm: true },
  { names: "x2idn", sizes: "16xlarge 24xlarge 32xlarge", memoryPerCpu: 16 },
  { names: "i2", sizes: "xlarge 2xlarge 4xlarge 8xlarge", memoryPerCpu: 7.625, old: true },
  { names: "i3", sizes: "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge", memoryPerCpu: 7.625 },
  { names: "i3en", sizes: "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 24xlarge", memoryPerCpu: 8 },
  { names: "i4i", sizes: "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge 32xlarge", memoryPerCpu: 8 },
  { names: "d2 d3", sizes: "xlarge 2xlarge 4xlarge 8xlarge", memoryPerCpu: 7.625 },
  { names: "z1d", sizes: "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge", memoryPerCpu: 8 },
  { names: "g3", sizes: "4xlarge 8xlarge 16xlarge", memoryPerCpu: 7.625 },
  { names: "g4dn", sizes: "xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge", memoryPerCpu: 4 },
  { names: "g5 g6", sizes: "xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge", memoryPerCpu: 4 },
  { names: "p2", sizes: "xlarge 8xlarge 16xlarge", memoryPerCpu: 15.25 },
  { names: "p3", sizes: "2xlarge 8xlarge 16xlarge", memoryPerCpu: 7.625 },
  { names: "p4d", sizes: "24xlarge", memoryPerCpu: 12 },
  { names: "p5", sizes: "48xlarge", memoryPerCpu: 10.5 },
];
const smallMemory: Readonly<Record<string, number>> = { nano: 512, micro: 1024, small: 2048, medium: 4096 };

function typesOf(family: Family): InstanceType[] {
  return family.names.split(" ").flatMap((name) =>
    family.sizes.split(" ").map((size) => {
      const cpus = family.arm && size === "medium" && !family.burstable ? 1 : (sizeCpus[size] ?? 2);
      const memory = family.burstable
        ? (smallMemory[size] ?? cpus * 4096)
        : Math.round(cpus * family.memoryPerCpu * 1024);
      return {
        name: `${name}.${size}`,
        cpus: name === "t1" || (name === "t2" && /^(nano|micro|small)$/.test(size)) ? 1 : cpus,
        memoryMiB: memory,
        architecture: family.arm ? ("arm64" as const) : ("x86_64" as const),
        burstable: family.burstable ?? false,
        currentGeneration: !family.old,
      };
    }),
  );
}

let known: ReadonlyMap<string, InstanceType> | undefined;

/** All instance types that the local cloud offers, in every zone of every region. */
export function instanceTypes(): ReadonlyMap<string, InstanceType> {
  known ??= new Map(families.flatMap(typesOf).map((type) => [type.name, type]));
  return known;
}
