import type { Json, ResourceKind } from "@kiln/sdk";
import { FakeHost, FakeUi } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { reopenAmazon } from "../access/amazon.ts";
import { family } from "../index.ts";
import { FakeAws } from "../testing/fake-aws.ts";
import type { Call } from "../testing/fake-transport.ts";
import { type ImageIntent, imageKind } from "./image.ts";
import { instanceKind } from "./instance.ts";
import { instanceProfileKind, roleKind } from "./instance-profile.ts";
import { keyPairKind } from "./key-pair.ts";
import { launchTemplateKind } from "./launch-template.ts";
import type { Open } from "./open.ts";
import { securityGroupKind } from "./security-group.ts";
import { sessionKind } from "./session.ts";

const where = { region: "us-east-1" };
const host = new FakeHost({ env: { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "s" } });
const access = { host, ui: new FakeUi() };
const { signal } = new AbortController();
const openTo =
  (aws: FakeAws): Open =>
  (place) =>
    reopenAmazon(place, host, { signal, transport: aws.transport });

function call(action: string, input: Record<string, unknown>): Call {
  return { service: "", host: "", region: "", action, input, accessKey: "", token: undefined, signal };
}
interface Case {
  readonly kind: (open: Open) => ResourceKind<never, never>;
  readonly make: (aws: FakeAws) => unknown;
  readonly intent: Json;
}
const after = "2024-03-05T14:07:09.000Z";
const cases: readonly Case[] = [
  {
    kind: keyPairKind as Case["kind"],
    make: (aws) => aws.usual(call("CreateKeyPair", { KeyName: "packer_1" })),
    intent: { where, name: "packer_1", after },
  },
  {
    kind: securityGroupKind as Case["kind"],
    make: (aws) => aws.usual(call("CreateSecurityGroup", { GroupName: "packer_1" })),
    intent: { where, name: "packer_1" },
  },
  {
    kind: instanceKind as Case["kind"],
    make: (aws) => aws.usual(call("RunInstances", { ClientToken: "token" })),
    intent: { where, mapped: [], clientToken: "token" },
  },
  {
    kind: instanceKind as Case["kind"],
    make: (aws) => aws.usual(call("CreateFleet", {})),
    intent: { where, mapped: [], launchTemplate: "lt-1" },
  },
  {
    kind: imageKind as Case["kind"],
    make: (aws) => aws.usual(call("CreateImage", { Name: "web", InstanceId: "i-1" })),
    intent: { where, name: "web", source: "i-1", after },
  },
  {
    kind: instanceProfileKind as Case["kind"],
    make: (aws) => aws.profiles.add("packer-1"),
    intent: { where, name: "packer-1" },
  },
];

describe("what a dead build left", () => {
  it.each(cases)("$intent is found by what was intended and released, twice if need be", async (example) => {
    const aws = new FakeAws();
    await example.make(aws);
    const kind = example.kind(openTo(aws));
    const found = await kind.find(example.intent as never, access, signal);
    expect(found).toHaveLength(1);
    expect(kind.describe(example.intent as never, found[0])).toBeTruthy();
    await kind.release(found[0] as never, access, signal);
    expect(aws.left()).toEqual([]);
    await kind.release(found[0] as never, access, signal);
    expect(aws.problems).toEqual([]);
    expect(aws.calls.every((made) => made.accessKey === "AKIAENV")).toBe(true);
  });

  it.each(cases.filter((c) => !("launchTemplate" in (c.intent as object))))(
    "$intent finds nothing where nothing was made",
    async (example) => {
      const kind = example.kind(openTo(new FakeAws()));
      expect(await kind.find(example.intent as never, access, signal)).toEqual([]);
    },
  );

  it("leaves alone a key pair that was there before the build chose its name", async () => {
    const CreateTime = "2023-01-01T00:00:00Z";
    const aws = new FakeAws({ DescribeKeyPairs: () => ({ KeyPairs: [{ KeyName: "mine", CreateTime }] }) });
    const kind = keyPairKind(openTo(aws));
    expect(await kind.find({ where, name: "mine", after }, access, signal)).toEqual([]);
    expect(await kind.find({ where, name: "mine", after: CreateTime }, access, signal)).toHaveLength(1);
  });

  it("leaves alone older images of the same name and those made of something else", async () => {
    const aws = new FakeAws();
    await aws.usual(call("CreateImage", { Name: "web", InstanceId: "i-other" }));
    const kind = imageKind(openTo(aws));
    const intent: ImageIntent = { where, name: "web", source: "i-1", after };
    expect(await kind.find(intent, access, signal)).toEqual([]);
    expect(await kind.find({ ...intent, source: "i-other" }, access, signal)).toHaveLength(1);
    const later = { ...intent, source: "i-other", after: "2030-01-01T00:00:00Z" };
    expect(await kind.find(later, access, signal)).toEqual([]);
  });

  it("deletes the snapshots of an image that never became one", async () => {
    const aws = new FakeAws({
      DescribeSnapshots: () => ({ Snapshots: [{ SnapshotId: "snap-begun" }] }),
      DescribeImages: () => ({ Images: [{ ImageId: "ami-half", State: "pending" }] }),
    });
    await imageKind(openTo(aws)).release({ where, id: "ami-half" }, access, signal);
    expect(aws.inputs("DeregisterImage")).toEqual([{ ImageId: "ami-half" }]);
    expect(aws.inputs("DeleteSnapshot")).toEqual([{ SnapshotId: "snap-begun" }]);
    expect(aws.inputs("DescribeSnapshots")).toMatchObject([
      {
        Filters: [
          {
            Name: "description",
            Values: ["Created by CreateImage(*) for ami-half*", "Copied for DestinationAmi ami-half*"],
          },
        ],
      },
    ]);
  });

  it("releases roles, launch templates and sessions that are gone already", async () => {
    const gone = { DeleteLaunchTemplate: "InvalidLaunchTemplateName.NotFoundException", DeleteRole: "NoSuchEntity" };
    const { Refusal } = await import("../testing/fake-transport.ts");
    const aws = new FakeAws(
      Object.fromEntries(
        Object.entries(gone).map(([action, code]) => [
          action,
          () => {
            throw new Refusal(code, "gone", 404);
          },
        ]),
      ),
    );
    const named = { where, name: "packer-1" };
    await launchTemplateKind(openTo(aws)).release(named, access, signal);
    await roleKind(openTo(aws)).release(named, access, signal);
    await sessionKind(openTo(aws)).release({ where, id: "session-1" }, access, signal);
    expect(aws.actions()).toEqual(
      expect.arrayContaining(["DeleteLaunchTemplate", "DeleteRole", "DeleteRolePolicy", "TerminateSession"]),
    );
  });

  it("goes to the endpoint and with the role of the build", async () => {
    const aws = new FakeAws();
    const place = { region: "eu-central-1", endpoint: "http://ec2.test", roleArn: "arn:aws:iam::123456789012:role/x" };
    await keyPairKind(openTo(aws)).release({ where: place, name: "k" }, access, signal);
    expect(aws.calls.map((made) => [made.action, made.host, made.region, made.accessKey])).toEqual([
      ["AssumeRole", "sts.eu-central-1.amazonaws.com", "eu-central-1", "AKIAENV"],
      ["DeleteKeyPair", "ec2.test", "eu-central-1", "ASIAROLE"],
    ]);
  });
});

describe("the family", () => {
  it("offers the builder and every kind under its own name", async () => {
    expect((await family.builders?.["amazon-ebs"]?.())?.type).toBe("amazon-ebs");
    for (const [name, load] of Object.entries(family.resourceKinds ?? {})) expect((await load()).kind).toBe(name);
  });
});
