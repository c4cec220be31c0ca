import { anything, block, blocks, duration, flag, list, map, num, ofText, pending, required, text } from "@kiln/sdk";
import { expect, it } from "vitest";
import { decoded, evaluated, place, summaries, valueOf } from "./template-under-test.ts";

const doc = { doc: "" };
const schema = {
  host: text(doc),
  port: num(doc),
  pty: flag(doc),
  wait: duration(doc),
  ciphers: list(ofText, doc),
  tags: map(ofText, doc),
  any: anything(doc),
  command: text({ doc: "", lateTemplate: true }),
  password: text({ doc: "", sensitive: true }),
  elevated_password: text({ doc: "", sensitive: true, lateTemplate: true }),
  disk: blocks({ size: num(doc), name: required(text(doc)) }, doc),
  filter: block({ owners: list(ofText, doc), filters: map(ofText, doc) }, doc),
  old: text({ doc: "", deprecated: { use: "host" } }),
} as const;
const decode = (config: Parameters<typeof decoded>[1], names = {}, variables = {}) =>
  decoded(schema, config, names, variables);
const config = async (given: Record<string, unknown>) => valueOf(await decode(given)).config;

it.each<[Record<string, unknown>, unknown]>([
  [{ host: 3 }, { host: "3" }],
  [
    { host: 1.5e21, command: 0.000001 },
    { host: "1500000000000000000000", command: "0.000001" },
  ],
  [{ host: true }, { host: "1" }],
  [{ port: "22" }, { port: 22 }],
  [{ port: "0x16" }, { port: 22 }],
  [{ port: "" }, { port: 0 }],
  [{ port: 22.7 }, { port: 22 }],
  [{ port: true }, { port: 1 }],
  [{ pty: "T" }, { pty: true }],
  [{ pty: "" }, {}],
  [{ pty: 3 }, { pty: true }],
  [{ wait: "1h5m" }, { wait: 3_900_000 }],
  [{ ciphers: "a,b" }, { ciphers: ["a", "b"] }],
  [{ ciphers: "" }, { ciphers: [] }],
  [{ ciphers: {} }, { ciphers: [] }],
  [{ ciphers: 3 }, { ciphers: ["3"] }],
  [{ ciphers: [1, true, null] }, { ciphers: ["1", "1", ""] }],
  [{ tags: { a: 1 } }, { tags: { a: "1" } }],
  [{ tags: [{ a: "1" }, { b: "2" }] }, { tags: { a: "1", b: "2" } }],
  [{ host: null, port: null, disk: null }, {}],
  [{ HOST: "x" }, { host: "x" }],
  [{ disk: { size: "10", name: "a" } }, { disk: [{ size: 10, name: "a" }] }],
  [{ filter: { owners: "self" } }, { filter: { owners: ["self"] } }],
  [{ any: { a: [1, "{{upper `x`}}", null, true] } }, { any: { a: [1, "X", null, true] } }],
])("converts %j loosely", async (given, expected) => {
  expect(await config(given)).toEqual(expected);
});

// Texts of Packer 1.6.6 for the same mistakes.
it.each<[Record<string, unknown>, readonly string[]]>([
  [{ port: "abc" }, [`cannot parse 'port' as int: strconv.ParseInt: parsing "abc": invalid syntax`]],
  [
    { port: "99999999999999999999" },
    [`cannot parse 'port' as int: strconv.ParseInt: parsing "99999999999999999999": value out of range`],
  ],
  [{ pty: "yes" }, [`cannot parse 'pty' as bool: strconv.ParseBool: parsing "yes": invalid syntax`]],
  [{ pty: ["true"] }, ["'pty' expected type 'bool', got unconvertible type '[]interface {}', value: '[true]'"]],
  [{ host: ["a"] }, ["'host' expected type 'string', got unconvertible type '[]interface {}', value: '[a]'"]],
  [
    { ciphers: ["a", ["x"]] },
    ["'ciphers[1]' expected type 'string', got unconvertible type '[]interface {}', value: '[x]'"],
  ],
  [{ wait: "abc" }, [`error decoding 'wait': time: invalid duration "abc"`]],
  [{ wait: "5" }, [`error decoding 'wait': time: missing unit in duration "5"`]],
  [{ wait: "5x" }, [`error decoding 'wait': time: unknown unit "x" in duration "5x"`]],
  [{ tags: "x" }, ["'tags' expected a map, got 'string'"]],
  [{ filter: [{}] }, ["'filter' expected a map, got 'slice'"]],
  [
    { disk: [{ size: "x" }] },
    [
      `cannot parse 'disk[0].size' as int: strconv.ParseInt: parsing "x": invalid syntax`,
      "disk[0].name must be specified",
    ],
  ],
  [
    { frob: 1, aa: 1, disk: [{ nam: "x", name: "y" }] },
    [
      `unknown configuration key: '"aa"'`,
      `unknown configuration key: '"frob"'`,
      `unknown configuration key: '"disk[0].nam"'`,
    ],
  ],
  [
    { host: "{{nope}}", port: "x" },
    [
      `invalid 'host': template: root:1: function "nope" not defined`,
      `cannot parse 'port' as int: strconv.ParseInt: parsing "x": invalid syntax`,
    ],
  ],
  [
    { host: "{{env `HOME`}}" },
    [
      "render 'host': template: root:1:2: executing \"root\" at <env `HOME`>: error calling env: env vars are not allowed here",
    ],
  ],
  [{ command: "{{.Path}} {{nope}}" }, [`invalid 'command': template: root:1: function "nope" not defined`]],
  [{ tags: { a: "{{nope}}" } }, [`invalid 'tags': template: root:1: function "nope" not defined`]],
])("refuses %j in Packer's words, all at once", async (given, expected) => {
  expect(summaries(await decode(given))).toEqual(expected);
});

it("suggests the option that was meant, at the name's place", async () => {
  const result = await decode('{"type":"test",\n  "hots": "x"}');
  const [found] = result.ok ? [] : result.diagnostics;
  expect([found?.detail, found?.suggestion?.with, place(found)]).toEqual(['Did you mean "host"?', '"host"', "2:3-2:9"]);
});

it("refuses options that fix knows, and says so", async () => {
  const [found] = summaries(await decode({ ssh_key_path: "k" }));
  expect(found).toMatch(/^Deprecated configuration key: 'ssh_key_path'\. Please call `packer fix` /);
});

it("warns of an option that is on its way out", async () => {
  const result = await decode({ old: "x" });
  expect(result.ok && result.warnings.map((d) => [d.code, d.suggestion?.with])).toEqual([
    ["config/deprecated", '"host"'],
  ]);
});

it("points into the string, escapes counted", async () => {
  const result = await decode('{"type":"test",\n  "host": "a\\"\\u0041{{nope}}"}');
  expect(result.ok ? "" : place(result.diagnostics[0])).toBe("2:23-2:27");
});

it("renders values and names inside options once, and late text not at all", async () => {
  const names = { build: { ID: "i-1" } };
  const given = {
    host: "{{user `v`}} {{build_name}} {{build_type}} {{build `ID`}} {{.ID}}",
    tags: { "{{user `v`}}": '{{`{{user "v"}}`}}' },
    command: "{{.Path}} {{user `v`}}",
  };
  expect(valueOf(await decode(given, names, { v: "val" })).config).toEqual({
    host: "val nul null i-1 i-1",
    tags: { val: '{{user "v"}}' },
    command: "{{.Path}} {{user `v`}}",
  });
});

it("takes numbers and truth values of the build as texts", async () => {
  const names = { build: { Port: 22, SSHAgentAuth: false } };
  const given = { host: "{{build `Port`}} {{.Port}} {{build `SSHAgentAuth`}}" };
  expect(valueOf(await decode(given, names)).config.host).toBe("22 22 false");
});

it("knows what has to wait for the run", async () => {
  const names = { build: { ID: pending } };
  const early = valueOf(await decode({ host: "{{build `ID`}}" }, names));
  expect([early.config.host, early.late]).toEqual(["{{.ID}}", true]);
  expect(valueOf(await decode({ host: "x" }, names)).late).toBe(false);
  const connected = { build: { Port: 22, SSHAgentAuth: false } };
  const texts = valueOf(await decode({ host: "{{build `Port`}} {{build `SSHAgentAuth`}} {{.Port}}" }, connected));
  expect(texts.config.host).toBe("22 false 22");
  expect(summaries(await decode({ host: "{{build `Nope`}}" }, names))).toEqual([
    "render 'host': template: root:1:2: executing \"root\" at <build `Nope`>: error calling build: loaded data, but couldnt find Nope in it.",
  ]);
  const dotted = await decode({ host: "{{.ID}}" }, names);
  expect(valueOf(dotted).late).toBe(true);
  expect(dotted.ok && dotted.warnings.map((d) => [d.code, d.detail])).toEqual([
    ["template/build-value", "Write {{build `ID`}} instead of {{.ID}}."],
  ]);
});

it("advises on the values that the text names, and on no others", async () => {
  const names = { build: { ID: pending, IDs: pending, Host: pending } };
  const details = async (host: string) => {
    const result = await decode({ host }, names);
    return result.ok && result.warnings.map((d) => d.detail);
  };
  expect(await details("{{ .Host }}")).toEqual(["Write {{build `Host`}} instead of {{.Host}}."]);
  expect(await details("{{.IDs}}")).toEqual(["Write {{build `IDs`}} instead of {{.IDs}}."]);
  expect(await details("{{.}}")).toEqual([
    "A dot alone is all of them at once: write {{build `ID`}} where the ID is meant.",
  ]);
});

it("warns of a name without a value", async () => {
  const result = await decode({ host: "{{.Foo}}" });
  expect(valueOf(result).config.host).toBe("<no value>");
  expect(summaries(result)).toEqual(["a name in this text has no value"]);
});

it("lets an undefined variable pass, with a warning and a suggestion", async () => {
  const result = await decode({ host: "[{{user `regoin`}}]" }, {}, { region: "x" });
  expect(valueOf(result).config.host).toBe("[]");
  const [found] = result.ok ? result.warnings : [];
  expect([found?.severity, found?.summary, found?.suggestion?.with]).toEqual([
    "warning",
    "undefined variable: regoin",
    "`region`",
  ]);
});

it("does not take text that the run will render for a secret", async () => {
  const secrets = async (given: string) => valueOf(await decode({ elevated_password: given })).secrets;
  expect(await secrets("{{.WinRMPassword}}")).toEqual([]);
  expect(await secrets("p4ss")).toEqual(["p4ss"]);
  expect(valueOf(await decode({ password: "{{`{{`}}" })).secrets).toEqual(["{{"]);
});

it("collects what has to be masked, and says where things stand", async () => {
  const result = valueOf(
    await decode('{"type":"test",\n"password": "{{user `v`}}",\n"disk": [{"name":"a"},{"name":"b"}]}', {}, { v: "s3" }),
  );
  expect(result.secrets).toEqual(["s3"]);
  expect(place({ severity: "error", code: "a/b", summary: "", subject: result.at("disk", 1, "name") })).toBe(
    "3:31-3:34",
  );
  expect(result.at("nothing").start.line).toBe(1);
});

it("lays override over the options: lists by position, objects by name", async () => {
  const { template, scope } = valueOf(
    await evaluated({
      builders: [{ type: "null" }, { type: "null", name: "zz" }],
      provisioners: [
        {
          type: "test",
          ciphers: ["a", "b", "c"],
          tags: { x: "1", y: "2" },
          filter: { owners: ["self"] },
          override: { zz: { ciphers: ["q"], tags: { y: "3" }, filter: { filters: { n: "m" } }, host: "h" } },
        },
      ],
    }),
  );
  const component = template.builds[0]?.provisioners[0];
  const meta = valueOf((await component?.meta(scope)) ?? { ok: false, diagnostics: [] });
  const over = meta.override?.get("zz");
  if (!component || !over) throw new Error("no override");
  const result = await component.body.overlay(over).decode(schema, scope);
  expect(valueOf(result).config).toEqual({
    host: "h",
    ciphers: ["q", "b", "c"],
    tags: { x: "1", y: "3" },
    filter: { owners: ["self"], filters: { n: "m" } },
  });
  expect(summaries(result)).toEqual(["'ciphers' overrides a longer list"]);
});
