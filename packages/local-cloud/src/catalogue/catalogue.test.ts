import { describe, expect, it } from "vitest";
import { openCloud } from "../testing/cloud-fixture.ts";
import { list, text } from "../testing/model-client.ts";
import { catalogueImages } from "./catalogue.ts";

const newest = async (
  fixture: Awaited<ReturnType<typeof openCloud>>,
  owner: string,
  name: string,
): Promise<unknown> => {
  const Filters = [
    { Name: "virtualization-type", Values: ["hvm"] },
    { Name: "name", Values: [name] },
    { Name: "root-device-type", Values: ["ebs"] },
  ];
  const found = list(await fixture.client.ec2("DescribeImages", { Owners: [owner], Filters }), "Images");
  return found.toSorted((a, b) => text(b, "CreationDate").localeCompare(text(a, "CreationDate")))[0];
};

describe("the catalogue", () => {
  it.each([
    ["099720109477", "ubuntu/images/*ubuntu-xenial-16.04-amd64-server-*", "ami-fce3c696"],
    ["amazon", "*Windows_Server-2012-R2*English-64Bit-Base*", "ami-013e197b"],
    ["amazon", "*Windows_Server-2008-SP2*English-64Bit-Base*", undefined],
    ["amazon", "*Windows_Server-2016-English-Full-Base*", undefined],
    ["801119661308", "Windows_Server-2022-English-Full-Base-*", undefined],
    ["amazon", "al2023-ami-minimal-*", undefined],
    ["amazon", "al2023-ami-2023*-x86_64", undefined],
    ["137112412989", "amzn2-ami-hvm-*-x86_64-gp2", undefined],
    ["099720109477", "ubuntu/images/hvm-ssd*/ubuntu-noble-24.04-amd64-server-*", undefined],
    ["099720109477", "ubuntu/images/hvm-ssd/ubuntu-bionic-18.04-amd64-server-*", undefined],
    ["099720109477", "ubuntu/images/*ubuntu-jammy-22.04-arm64-server-*", undefined],
    ["136693071363", "debian-12-amd64-*", undefined],
    ["309956199498", "RHEL-9*_HVM-*-x86_64-*", undefined],
    ["792107900819", "Rocky-9-EC2-Base-9*x86_64", undefined],
    ["764336703387", "AlmaLinux OS 9*x86_64", undefined],
  ])("has an image of %s named %s", async (owner, name, id) => {
    await using fixture = await openCloud();
    const image = await newest(fixture, owner, name);
    expect(image).toMatchObject({
      Description: expect.stringContaining("stand-in of Kiln's local cloud"),
      State: "available",
    });
    if (id !== undefined) expect(text(image, "ImageId")).toBe(id);
  });

  it.each([
    ["us-east-1", "ami-cd0f5cb6"],
    ["us-west-2", "ami-0c55b159cbfafe1f0"],
  ])("has in %s the image %s of the getting-started texts", (region, id) => {
    expect(catalogueImages(region, { kind: "host" }).find((image) => image.id === id)?.defaultUser).toBe("ubuntu");
  });

  it("has no id or name twice, and the same ids at every start", () => {
    const images = catalogueImages("eu-west-1", { kind: "host" });
    expect(new Set(images.map((image) => image.id)).size).toBe(images.length);
    expect(new Set(images.map((image) => image.name)).size).toBe(images.length);
    expect(catalogueImages("eu-west-1", { kind: "host" })).toEqual(images);
    expect(catalogueImages("us-east-1", { kind: "host" })[0]?.id).not.toBe(images[0]?.id);
  });
});
