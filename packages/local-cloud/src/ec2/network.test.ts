import { describe, expect, it } from "vitest";
import { openCloud } from "../testing/cloud-fixture.ts";
import { oneInstance, runningInstance } from "../testing/instances.ts";
import { at, list, text } from "../testing/model-client.ts";

describe("places", () => {
  it("are AWS's regions, zones and types, with a default VPC in each region", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    const regions = list(await client.ec2("DescribeRegions"), "Regions").map((region) => region["RegionName"]);
    expect(regions).toEqual(expect.arrayContaining(["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"]));
    await expect(client.ec2("DescribeRegions", { RegionNames: ["moon-1"] })).rejects.toMatchObject({
      code: "InvalidParameterValue",
    });
    for (const region of ["us-east-1", "eu-central-1"]) {
      const there = client.in(region);
      const zones = list(await there.ec2("DescribeAvailabilityZones"), "AvailabilityZones").map(
        (zone) => zone["ZoneName"],
      );
      const vpcs = await there.ec2("DescribeVpcs", { Filters: [{ Name: "is-default", Values: ["true"] }] });
      expect(list(vpcs, "Vpcs")).toHaveLength(1);
      const subnets = await there.ec2("DescribeSubnets", {
        Filters: [
          { Name: "vpc-id", Values: [text(vpcs, "Vpcs.0.VpcId")] },
          { Name: "state", Values: ["available"] },
        ],
      });
      expect(list(subnets, "Subnets").map((subnet) => subnet["AvailabilityZone"])).toEqual(zones);
      expect(at(subnets, "Subnets.0.AvailableIpAddressCount")).toBe(4091);
    }
    const offers = await client.ec2("DescribeInstanceTypeOfferings", {
      LocationType: "availability-zone",
      Filters: [{ Name: "instance-type", Values: ["t2.micro", "m3.large"] }],
    });
    expect(list(offers, "InstanceTypeOfferings")).toHaveLength(12);
    expect(
      list(await client.ec2("DescribeInstanceTypes", { InstanceTypes: ["t4g.small"] }), "InstanceTypes"),
    ).toMatchObject([
      {
        ProcessorInfo: { SupportedArchitectures: ["arm64"] },
        MemoryInfo: { SizeInMiB: 2048 },
        VCpuInfo: { DefaultVCpus: 2 },
      },
    ]);
    const pages = await client.ec2("DescribeInstanceTypes", { MaxResults: 100 });
    expect(list(pages, "InstanceTypes")).toHaveLength(100);
    expect(text(pages, "NextToken")).not.toBe("");
    expect(list(await client.ec2("DescribeAccountAttributes"), "AccountAttributes").length).toBeGreaterThan(3);
    await expect(client.in("moon-1").ec2("DescribeVpcs")).rejects.toMatchObject({ code: "AuthFailure" });
  });

  it("can be a VPC and a subnet of one's own", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    const VpcId = text(await client.ec2("CreateVpc", { CidrBlock: "10.1.0.0/16" }), "Vpc.VpcId");
    const subnet = { VpcId, CidrBlock: "10.1.1.0/24", AvailabilityZone: "us-east-1b" };
    const SubnetId = text(await client.ec2("CreateSubnet", subnet), "Subnet.SubnetId");
    await expect(client.ec2("CreateSubnet", subnet)).rejects.toMatchObject({ code: "InvalidSubnet.Conflict" });
    const elsewhere = text(
      await client.ec2("CreateSecurityGroup", { GroupName: "elsewhere", Description: "d" }),
      "GroupId",
    );
    await expect(
      client.ec2("RunInstances", { ...oneInstance, SubnetId, SecurityGroupIds: [elsewhere] }),
    ).rejects.toMatchObject({ code: "InvalidParameter" });
    const id = await runningInstance(client, { SubnetId });
    await expect(client.ec2("DeleteSubnet", { SubnetId })).rejects.toMatchObject({ code: "DependencyViolation" });
    await client.ec2("TerminateInstances", { InstanceIds: [id] });
    await expect
      .poll(() =>
        client.ec2("DeleteSubnet", { SubnetId }).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await client.ec2("DeleteVpc", { VpcId });
    await expect(client.ec2("DescribeVpcs", { VpcIds: [VpcId] })).rejects.toMatchObject({
      code: "InvalidVpcID.NotFound",
    });
  });

  it("may lack a default VPC, which a launch without subnet then says as EC2 does", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    for (const subnet of list(await client.ec2("DescribeSubnets"), "Subnets"))
      await client.ec2("DeleteSubnet", { SubnetId: subnet["SubnetId"] });
    await client.ec2("DeleteVpc", { VpcId: text(await client.ec2("DescribeVpcs"), "Vpcs.0.VpcId") });
    await expect(client.ec2("RunInstances", oneInstance)).rejects.toMatchObject({ code: "VPCResourceNotSpecified" });
    await expect(client.ec2("RunInstances", { ...oneInstance, InstanceType: "m3.medium" })).rejects.toMatchObject({
      code: "VPCIdNotSpecified",
    });
  });
});

describe("security groups", () => {
  it("take and give up rules, and refuse doubles, nonsense and deletion while used", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    const create = {
      GroupName: "g",
      Description: "for tests",
      TagSpecifications: [{ ResourceType: "security-group", Tags: [{ Key: "a", Value: "b" }] }],
    };
    const GroupId = text(await client.ec2("CreateSecurityGroup", create), "GroupId");
    await expect(client.ec2("CreateSecurityGroup", create)).rejects.toMatchObject({ code: "InvalidGroup.Duplicate" });
    const ssh = {
      IpProtocol: "tcp",
      FromPort: 22,
      ToPort: 22,
      IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "inside" }],
    };
    const added = await client.ec2("AuthorizeSecurityGroupIngress", {
      GroupId,
      IpPermissions: [ssh, { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] }],
    });
    expect(list(added, "SecurityGroupRules")).toMatchObject([
      { CidrIpv4: "10.0.0.0/8", FromPort: 22, IsEgress: false },
      { IpProtocol: "-1" },
    ]);
    await expect(client.ec2("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [ssh] })).rejects.toMatchObject({
      code: "InvalidPermission.Duplicate",
      message: 'the specified rule "peer: 10.0.0.0/8, TCP, from port: 22, to port: 22, ALLOW" already exists',
    });
    for (const bad of [
      { ...ssh, FromPort: 23 },
      { ...ssh, IpRanges: [{ CidrIp: "10.0.0.0" }] },
      { IpProtocol: "tcp", IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    ]) {
      await expect(
        client.ec2("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [bad] }),
      ).rejects.toMatchObject({ status: 400 });
    }
    const described = await client.ec2("DescribeSecurityGroups", {
      Filters: [{ Name: "ip-permission.cidr", Values: ["10.*"] }],
    });
    expect(list(described, "SecurityGroups")).toMatchObject([
      {
        GroupId,
        IpPermissions: [
          { FromPort: 22, IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "inside" }] },
          { IpProtocol: "-1" },
        ],
        IpPermissionsEgress: [{ IpProtocol: "-1" }],
      },
    ]);
    await client.ec2("AuthorizeSecurityGroupEgress", {
      GroupId,
      IpPermissions: [{ ...ssh, IpRanges: [], Ipv6Ranges: [{ CidrIpv6: "::/0" }] }],
    });
    expect(
      list(
        await client.ec2("DescribeSecurityGroupRules", { Filters: [{ Name: "group-id", Values: [GroupId] }] }),
        "SecurityGroupRules",
      ),
    ).toHaveLength(4);
    await client.ec2("RevokeSecurityGroupIngress", { GroupId, IpPermissions: [ssh] });
    await expect(client.ec2("RevokeSecurityGroupIngress", { GroupId, IpPermissions: [ssh] })).rejects.toMatchObject({
      code: "InvalidPermission.NotFound",
    });
    await client.ec2("RevokeSecurityGroupEgress", {
      GroupId,
      IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    });
    await runningInstance(client, { SecurityGroupIds: [GroupId] });
    await expect(client.ec2("DeleteSecurityGroup", { GroupId })).rejects.toMatchObject({ code: "DependencyViolation" });
    const standard = text(
      await client.ec2("DescribeSecurityGroups", { GroupNames: ["default"] }),
      "SecurityGroups.0.GroupId",
    );
    await expect(client.ec2("DeleteSecurityGroup", { GroupId: standard })).rejects.toMatchObject({
      code: "CannotDelete",
    });
    await expect(client.ec2("DeleteSecurityGroup", { GroupId: "sg-0" })).rejects.toMatchObject({
      code: "InvalidGroup.NotFound",
    });
  });
});

describe("tags", () => {
  it("are put on, changed, found and taken off any resource", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    const id = await runningInstance(client);
    const VpcId = text(await client.ec2("DescribeVpcs"), "Vpcs.0.VpcId");
    await client.ec2("CreateTags", {
      Resources: [id, VpcId],
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    });
    await client.ec2("CreateTags", { Resources: [id], Tags: [{ Key: "a", Value: "3" }] });
    const all = await client.ec2("DescribeTags", { Filters: [{ Name: "key", Values: ["a"] }] });
    expect(list(all, "Tags")).toEqual([
      { ResourceId: id, ResourceType: "instance", Key: "a", Value: "3" },
      { ResourceId: VpcId, ResourceType: "vpc", Key: "a", Value: "1" },
    ]);
    expect(
      list(await client.ec2("DescribeVpcs", { Filters: [{ Name: "tag:b", Values: ["2"] }] }), "Vpcs"),
    ).toHaveLength(1);
    await client.ec2("DeleteTags", { Resources: [id], Tags: [{ Key: "a", Value: "other" }, { Key: "b" }] });
    expect(
      list(await client.ec2("DescribeTags", { Filters: [{ Name: "resource-id", Values: [id] }] }), "Tags"),
    ).toMatchObject([{ Key: "a" }]);
    await expect(
      client.ec2("CreateTags", { Resources: ["ami-00000000000000000"], Tags: [{ Key: "a", Value: "" }] }),
    ).rejects.toMatchObject({ code: "InvalidAMIID.NotFound" });
    await expect(
      client.ec2("CreateTags", { Resources: ["what-1"], Tags: [{ Key: "a", Value: "" }] }),
    ).rejects.toMatchObject({ code: "InvalidID" });
    const many = Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: "" }));
    await expect(client.ec2("CreateTags", { Resources: [id], Tags: many })).rejects.toMatchObject({
      code: "TagLimitExceeded",
    });
  });
});
