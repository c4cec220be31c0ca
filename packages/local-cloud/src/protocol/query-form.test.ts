import { describe, expect, it } from "vitest";
import { matching } from "./filters.ts";
import { page } from "./pages.ts";
import { Params } from "./params.ts";
import { xmlDocument } from "./wire.ts";

describe("parameters", () => {
  const params = (text: string): Params => Params.of(new URLSearchParams(text));

  it("are a tree of texts, flags, numbers, groups and lists", () => {
    const p = params("Name=n&Count=3&On=TRUE&Id.2=b&Id.1=a&Id.10=j&Place.Zone=z&Tags.member.1.Key=k");
    expect([p.text("Name"), p.whole("Count"), p.flag("On"), p.texts("Id")]).toEqual(["n", 3, true, ["a", "b", "j"]]);
    expect(p.group("Place")?.text("Zone")).toBe("z");
    expect(p.groups("Tags").map((tag) => tag.required("Key"))).toEqual(["k"]);
    expect(() => p.refuseUnread()).not.toThrow();
  });

  it("refuse what nobody reads, at any depth, by its full name", () => {
    const p = params("Device.1.Name=sda&Device.1.Colour=red");
    for (const device of p.groups("Device")) device.text("Name");
    expect(() => p.refuseUnread()).toThrow("The parameter Device.1.Colour is not recognized");
  });

  it.each([
    ["Count=many", (p: Params) => p.whole("Count"), "Value (many) for parameter Count is invalid"],
    ["On=yes", (p: Params) => p.flag("On"), "Value (yes) for parameter On is invalid"],
    ["Kind=c", (p: Params) => p.word("Kind", ["a", "b"]), "Valid values: a, b."],
    ["Name=", (p: Params) => p.required("Name"), "must contain the parameter Name"],
    ["Id.x=1", (p: Params) => p.texts("Id"), "The parameter Id.x is not recognized"],
  ])("refuse %s", (text, read, message) => {
    expect(() => read(params(text))).toThrow(message);
  });
});

describe("filters", () => {
  const rows = [
    { name: "ubuntu-16.04-server", tags: { Name: "a" } },
    { name: "ubuntu-18x04-server", tags: { Name: "b*" } },
    { name: "debian", tags: {} },
  ];
  const find = (name: string, ...values: string[]): string[] =>
    matching(rows, [{ name, values }], { name: (row) => [row.name] }).map((row) => row.name);

  it("match whole values with wildcards, which a backslash makes plain", () => {
    expect(find("name", "ubuntu-*")).toHaveLength(2);
    expect(find("name", "ubuntu-16.04-server")).toEqual(["ubuntu-16.04-server"]);
    expect(find("name", "ubuntu-1?x04*")).toEqual(["ubuntu-18x04-server"]);
    expect(find("name", "ubuntu")).toEqual([]);
    expect(find("tag:Name", "b\\*")).toEqual(["ubuntu-18x04-server"]);
    expect(find("tag:Name", "a\\*")).toEqual([]);
    expect(find("tag-key", "Name")).toHaveLength(2);
    expect(find("name", "debian", "*16*")).toEqual(["ubuntu-16.04-server", "debian"]);
  });

  it("refuse a filter that is not known", () => {
    expect(() => find("colour", "red")).toThrow("The filter 'colour' is invalid");
  });
});

describe("pages", () => {
  it("follow one another until there is no token", () => {
    const rows = [1, 2, 3, 4, 5];
    const first = page(rows, { size: 2, token: undefined });
    const second = page(rows, { size: 2, token: first.nextToken });
    const third = page(rows, { size: 2, token: second.nextToken });
    expect([first.rows, second.rows, third.rows, third.nextToken]).toEqual([[1, 2], [3, 4], [5], undefined]);
    expect(() => page(rows, { size: 2, token: "nonsense" })).toThrow("The token is invalid");
  });
});

describe("answers", () => {
  it("escape texts, number lists and leave out what is undefined", () => {
    const body = { a: "1 < 2 & \u0000", b: [{ c: true }, { c: undefined }], d: [], e: undefined, f: new Date(0) };
    expect(xmlDocument("R", "urn:x", body, "item")).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<R xmlns="urn:x"><a>1 &lt; 2 &amp; �</a><b><item><c>true</c></item><item/></b><d/><f>1970-01-01T00:00:00.000Z</f></R>',
    );
  });
});
