import { describe, expect, it } from "vitest";
import { checkJsonMessage } from "./json-messages.ts";
import type { ServiceModel } from "./model.ts";
import { checkQueryRequest, queryParameters } from "./query-requests.ts";
import { checkXmlResponse } from "./xml-responses.ts";

const shapes: ServiceModel["shapes"] = {
  Input: {
    type: "structure",
    required: ["Count"],
    members: {
      Count: { shape: "Integer" },
      Kinds: { shape: "Kinds", locationName: "kind" },
      DryRun: { shape: "Boolean" },
    },
  },
  Output: { type: "structure", members: { Things: { shape: "Things", locationName: "thingSet" } } },
  Things: { type: "list", member: { shape: "Thing", locationName: "item" } },
  Thing: {
    type: "structure",
    members: { Id: { shape: "String", locationName: "thingId" }, When: { shape: "Time", locationName: "when" } },
  },
  Kinds: { type: "list", member: { shape: "Kind", locationName: "item" } },
  Kind: { type: "string", enum: ["big", "small"] },
  Integer: { type: "integer" },
  Boolean: { type: "boolean" },
  String: { type: "string" },
  Time: { type: "timestamp" },
};
const operations: ServiceModel["operations"] = { Do: { input: { shape: "Input" }, output: { shape: "Output" } } };
const ec2: ServiceModel = { metadata: { apiVersion: "1", protocol: "ec2", xmlNamespace: "urn:x" }, operations, shapes };
const json: ServiceModel = { metadata: { apiVersion: "1", protocol: "json" }, operations, shapes };

describe("requests", () => {
  it("round-trips an input through its parameters", () => {
    const params = queryParameters(ec2, "Do", { Count: 2, Kinds: ["big", "small"] });
    expect(params).toEqual([
      ["Action", "Do"],
      ["Version", "1"],
      ["Count", "2"],
      ["Kind.1", "big"],
      ["Kind.2", "small"],
    ]);
    expect(checkQueryRequest(ec2, params)).toEqual({ problems: [], value: { Count: 2, Kinds: ["big", "small"] } });
  });

  it("names every offence with its path", () => {
    const params: [string, string][] = [
      ["Action", "Do"],
      ["Version", "1"],
      ["Kind.2", "huge"],
      ["DryRun", "yes"],
      ["Colour", "red"],
    ];
    expect(checkQueryRequest(ec2, params).problems).toEqual([
      "Do.Kind: element 1 is numbered 2",
      'Do.Kind.2: "huge" is none of big, small',
      'Do.DryRun: "yes" is not a boolean',
      "Do: unknown member Colour",
      "Do: the required member Count is missing",
    ]);
  });

  it("does not know other operations or versions", () => {
    expect(
      checkQueryRequest(ec2, [
        ["Action", "Undo"],
        ["Version", "2"],
      ]).problems,
    ).toEqual(["Version is 2, not 1", 'the model has no operation "Undo"']);
  });
});

describe("answers", () => {
  const answer = (body: string): string => `<DoResponse xmlns="urn:x"><requestId>r</requestId>${body}</DoResponse>`;

  it("accepts and decodes what the model describes", () => {
    const body = "<thingSet><item><thingId>a&amp;b</thingId><when>2026-01-02T03:04:05.000Z</when></item></thingSet>";
    expect(checkXmlResponse(ec2, "Do", answer(body))).toEqual({
      problems: [],
      value: { Things: [{ Id: "a&b", When: "2026-01-02T03:04:05.000Z" }] },
    });
  });

  it("names wrong list elements, unknown members and wrong types", () => {
    const body = "<thingSet><member><when>today</when><size>1</size></member></thingSet>";
    expect(checkXmlResponse(ec2, "Do", answer(body)).problems).toEqual([
      "Do.Things: the element <member> should be <item>",
      'Do.Things[0].When: "today" is not a time',
      "Do.Things[0]: unknown element <size>",
    ]);
  });

  it("refuses XML that is not well formed", () => {
    expect(() => checkXmlResponse(ec2, "Do", "<DoResponse><a></DoResponse>")).toThrow("closes");
  });

  it("checks JSON messages", () => {
    expect(checkJsonMessage(json, "Do", "input", { Count: 1, Kinds: ["big"] }).problems).toEqual([]);
    expect(checkJsonMessage(json, "Do", "input", { Kinds: [1], X: 1 }).problems).toEqual([
      "Do.Kinds[0]: not a text",
      "Do: unknown member X",
      "Do: the required member Count is missing",
    ]);
  });
});
