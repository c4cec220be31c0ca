/** A region as DescribeRegions and DescribeAvailabilityZones tell it. */
export interface Region {
  readonly name: string;
  /** How its zone ids begin (`use1` of `use1-az1`). */
  readonly zonePrefix: string;
  readonly zones: readonly string[];
  readonly optIn: boolean;
}

const region = (name: string, zonePrefix: string, zones = "abc", optIn = false): Region => ({
  name,
  zonePrefix,
  zones: Array.from(zones, (letter) => `${name}${letter}`),
  optIn,
});

/** The commercial regions of AWS. */
export const awsRegions: readonly Region[] = [
  region("af-south-1", "afs1", "abc", true),
  region("ap-east-1", "ape1", "abc", true),
  region("ap-northeast-1", "apne1", "acd"),
  region("ap-northeast-2", "apne2", "abcd"),
  region("ap-northeast-3", "apne3"),
  region("ap-south-1", "aps1"),
  region("ap-south-2", "aps2", "abc", true),
  region("ap-southeast-1", "apse1"),
  region("ap-southeast-2", "apse2"),
  region("ap-southeast-3", "apse3", "abc", true),
  region("ap-southeast-4", "apse4", "abc", true),
  region("ca-central-1", "cac1", "abd"),
  region("ca-west-1", "caw1", "abc", true),
  region("eu-central-1", "euc1"),
  region("eu-central-2", "euc2", "abc", true),
  region("eu-north-1", "eun1"),
  region("eu-south-1", "eus1", "abc", true),
  region("eu-south-2", "eus2", "abc", true),
  region("eu-west-1", "euw1"),
  region("eu-west-2", "euw2"),
  region("eu-west-3", "euw3"),
  region("il-central-1", "ilc1", "abc", true),
  region("me-central-1", "mec1", "abc", true),
  region("me-south-1", "mes1", "abc", true),
  region("sa-east-1", "sae1"),
  region("us-east-1", "use1", "abcdef"),
  region("us-east-2", "use2"),
  region("us-west-1", "usw1", "ab"),
  region("us-west-2", "usw2", "abcd"),
];

/** A region by its name; names outside the commercial partition (`us-gov-…`, `cn-…`) get three zones. */
export function regionNamed(name: string): Region {
  const known = awsRegions.find((candidate) => candidate.name === name);
  return known ?? region(name, name.replace(/[^a-z0-9]/g, "").slice(0, 6));
}

/** The partition in ARNs. */
export function partitionOf(name: string): string {
  return name.startsWith("cn-") ? "aws-cn" : name.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
