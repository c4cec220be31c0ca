/** China: tags cannot be given when things are made, and the DNS suffix differs. */
export function isChina(region: string): boolean {
  return region.startsWith("cn-");
}
/** Partitions whose CreateImage takes no tag specifications. */
export function isRestricted(region: string): boolean {
  return isChina(region) || region.startsWith("us-gov-");
}
/** Principal of EC2 in trust policies. */
export function ec2Principal(region: string): string {
  return isChina(region) ? "ec2.amazonaws.com.cn" : "ec2.amazonaws.com";
}
