import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { jsonActions, queryActions } from "./actions.ts";
import { openCloud } from "./testing/cloud-fixture.ts";

const { services } = JSON.parse(readFileSync(new URL("../test-data/ec2-model.json", import.meta.url), "utf8"));

/** In the model for the amazon-import post-processor, whose S3 side the local cloud does not play. */
const unanswered = ["DescribeImportImageTasks", "ImportImage"];

it("answers every modelled operation, and models every operation it answers", () => {
  const answered = Object.entries({ ...queryActions, ...jsonActions }).flatMap(([service, actions]) =>
    [...(actions?.keys() ?? [])].map((name) => `${service} ${name}`),
  );
  const modelled = Object.entries(services as Record<string, { operations: object }>).flatMap(([service, model]) =>
    Object.keys(model.operations)
      .filter((name) => !unanswered.includes(name))
      .map((name) => `${service} ${name}`),
  );
  expect(answered.toSorted()).toEqual(modelled.toSorted());
});

it("answers a signed GET as it does a POST", async () => {
  await using fixture = await openCloud({ credentials: [{ accessKeyId: "test", secretAccessKey: "test" }] });
  const answer = await fixture.client.get("ec2", "Action=DescribeVpcs&Version=2016-11-15");
  expect(await answer.text()).toContain("<isDefault>true</isDefault>");
});

it("says what it does not answer, with the nearest name it does", async () => {
  await using fixture = await openCloud();
  const ask = async (service: string, action: string): Promise<string> =>
    await (
      await fixture.client.send(
        service,
        `Action=${action}&Version=${service === "ec2" ? "2016-11-15" : "2010-05-08"}`,
        {},
      )
    ).text();
  expect(await ask("ec2", "DescribeImage")).toContain("did you mean DescribeImages?");
  expect(await ask("ec2", "CreateNatGateway")).toContain("<Code>InvalidAction</Code>");
  expect(await ask("iam", "ListUsers")).toMatch(
    /^<\?xml[^>]*>\s*<ErrorResponse xmlns="https:\/\/iam\.amazonaws\.com\/doc\/2010-05-08\/"><Error><Type>Sender<\/Type><Code>InvalidAction</,
  );
});
