import {
  DescribeInstanceTypeOfferingsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type Subnet,
} from "@aws-sdk/client-ec2";
import type { BuildContext } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { failure, orFail } from "../../failure.ts";
import { allFilters, filterList, showFilters } from "../../filter-lists.ts";
import type { Config } from "../config.ts";

/** Where the instance goes; absent members are left to EC2. */
export interface Network {
  readonly vpc?: string;
  readonly subnet?: string;
  readonly zone?: string;
}

/** Applies VPC and subnet options and filters. */
export async function findNetwork(ctx: BuildContext, amazon: Amazon, config: Config): Promise<Network> {
  const { ui, signal } = ctx;
  const ec2 = amazon.ec2();
  const vpc = config.vpc_id || (config.vpc_filter && (await findVpc(ctx, ec2, config)));
  const zone = config.availability_zone;
  const filtered = config.subnet_filter && !config.subnet_id;
  let subnet: Subnet | undefined;
  if (filtered) {
    subnet = await filterSubnets(ctx, ec2, config, vpc);
  } else if (config.subnet_id) {
    const ask = new DescribeSubnetsCommand({ SubnetIds: [config.subnet_id] });
    const answer = orFail(ui, "Describing the subnet", signal, () => ec2.send(ask, { abortSignal: signal }));
    subnet = (await answer).Subnets?.[0];
  } else if (config.associate_public_ip_address !== undefined) {
    subnet = await inferSubnet(ctx, ec2, config, vpc);
  }
  const knownVpc = vpc || subnet?.VpcId;
  const knownZone = zone || subnet?.AvailabilityZone;
  return {
    ...(knownVpc && { vpc: knownVpc }),
    ...(subnet?.SubnetId && { subnet: subnet.SubnetId }),
    ...(knownZone && { zone: knownZone }),
  };
}

async function findVpc({ ui, signal }: BuildContext, ec2: EC2Client, config: Config): Promise<string> {
  const filters = { ...allFilters(config.vpc_filter), state: "available" };
  const ask = new DescribeVpcsCommand({ Filters: filterList(filters) });
  const { Vpcs = [] } = await orFail(ui, "Error querying VPCs", signal, () => ec2.send(ask, { abortSignal: signal }));
  const [vpc, ...others] = Vpcs;
  if (!vpc?.VpcId || others.length > 0) {
    throw failure(
      ui,
      `Exactly one VPC should match the filter, but ${Vpcs.length} VPC's was found matching filters: ${showFilters(filters)}`,
    );
  }
  ui.message(`Found VPC ID: ${vpc.VpcId}`);
  return vpc.VpcId;
}

async function filterSubnets(
  ctx: BuildContext,
  ec2: EC2Client,
  config: Config,
  vpc: string | undefined,
): Promise<Subnet> {
  const { ui, signal } = ctx;
  const filters = {
    ...allFilters(config.subnet_filter),
    state: "available",
    ...(vpc && { "vpc-id": vpc }),
    ...(config.availability_zone && { availabilityZone: config.availability_zone }),
  };
  const ask = new DescribeSubnetsCommand({ Filters: filterList(filters) });
  const answer = orFail(ui, "Error querying Subnets", signal, () => ec2.send(ask, { abortSignal: signal }));
  const { Subnets = [] } = await answer;
  const first = Subnets[0];
  if (!first) throw failure(ui, `No Subnets was found matching filters: ${showFilters(filters)}`);
  const { most_free, random } = config.subnet_filter ?? {};
  if (Subnets.length > 1 && !most_free && !random) {
    throw failure(
      ui,
      `Your filter matched ${Subnets.length} Subnets. Please try a more specific search, or set random or most_free to true.`,
    );
  }
  const any = (): Subnet => Subnets[(ctx.host.random.bytes(1)[0] ?? 0) % Subnets.length] ?? first;
  const subnet = most_free ? mostFree(Subnets) : random ? any() : first;
  ui.message(`Found Subnet ID: ${subnet.SubnetId}`);
  return subnet;
}

/** A public address can be asked for (or declined) only together with a subnet: takes the default VPC's roomiest that has the type. */
async function inferSubnet(
  ctx: BuildContext,
  ec2: EC2Client,
  config: Config,
  givenVpc: string | undefined,
): Promise<Subnet | undefined> {
  const { ui, signal } = ctx;
  const say = (line: string): void => void (ctx.debug && ui.message(line));
  say(`Setting public IP address to ${config.associate_public_ip_address} on instance without a subnet ID`);
  let vpc = givenVpc;
  if (!vpc) {
    say("No VPC ID provided, Packer will use the default VPC");
    const ask = new DescribeVpcsCommand({ Filters: [{ Name: "is-default", Values: ["true"] }] });
    const answer = orFail(ui, "Failed to find the default VPC", signal, () => ec2.send(ask, { abortSignal: signal }));
    vpc = (await answer).Vpcs?.[0]?.VpcId;
  }
  if (!vpc) return undefined;
  say(`Inferring subnet from the selected VPC "${vpc}"`);
  const zone = config.availability_zone;
  const subnetFilters = { state: "available", "vpc-id": vpc, ...(zone && { "availability-zone": zone }) };
  const type = config.instance_type || config.spot_instance_types?.[0];
  const [{ Subnets = [] }, offered] = await orFail(ui, "Failed to find a subnet", signal, () =>
    Promise.all([
      ec2.send(new DescribeSubnetsCommand({ Filters: filterList(subnetFilters) }), { abortSignal: signal }),
      type ? zonesOffering(ec2, type, signal) : undefined,
    ]),
  );
  const fit = offered ? Subnets.filter((s) => offered.has(s.AvailabilityZone ?? "")) : Subnets;
  const subnet = fit.length > 0 ? mostFree(fit) : undefined;
  if (subnet) say(`Set subnet as "${subnet.SubnetId}"`);
  return subnet;
}

async function zonesOffering(ec2: EC2Client, type: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const command = new DescribeInstanceTypeOfferingsCommand({
    LocationType: "availability-zone",
    Filters: [{ Name: "instance-type", Values: [type] }],
  });
  const { InstanceTypeOfferings = [] } = await ec2.send(command, { abortSignal: signal });
  return new Set(InstanceTypeOfferings.map(({ Location = "" }) => Location));
}

function mostFree(subnets: readonly Subnet[]): Subnet {
  return subnets.reduce((best, s) =>
    (s.AvailableIpAddressCount ?? 0) > (best.AvailableIpAddressCount ?? 0) ? s : best,
  );
}
