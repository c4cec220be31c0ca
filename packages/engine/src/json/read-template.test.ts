import { expect, it } from "vitest";
import { parseJsonTemplate } from "./read-template.ts";
import { place, summaries, valueOf } from "./template-under-test.ts";

const read = (value: unknown) =>
  parseJsonTemplate(typeof value === "string" ? value : JSON.stringify(value, null, 2), "t.json");
const builders = [{ type: "null", communicator: "none" }];

it("reads every section", () => {
  const template = valueOf(
    read({
      _comment: "top",
      comments: [{ why: "because" }],
      description: "two builds",
      min_packer_version: "1.3.0",
      variables: { one: "1", three: null },
      "sensitive-variables": ["one"],
      builders: [{ type: "amazon-ebs" }, { type: "null", name: "n" }],
      provisioners: [{ type: "shell", only: ["n"], pause_before: "1m30s", timeout: "5s", max_retries: 5 }],
      "post-processors": ["compress", [{ type: "vagrant", name: "v", keep_input_artifact: true }, "checksum"]],
      "error-cleanup-provisioner": { type: "shell-local" },
      push: { name: "x" },
    }),
  );
  expect(template.description).toBe("two builds");
  expect(template.minVersion?.text).toBe("1.3.0");
  expect([...template.rawVariables.values()].map((v) => [v.name, v.fallback])).toEqual([
    ["one", "1"],
    ["three", undefined],
  ]);
  expect(template.sensitiveNames).toEqual(["one"]);
  expect(template.comments).toEqual([
    { name: "_comment", text: "top" },
    { name: "why", text: "because" },
  ]);
  const [build] = template.builds;
  expect(build?.sources.map((b) => `${b.type} ${b.name}`)).toEqual(["amazon-ebs amazon-ebs", "null n"]);
  expect(build?.onError?.type).toBe("shell-local");
  expect(build?.postProcessors.map((chain) => chain.map((p) => `${p.type} ${p.name}`))).toEqual([
    ["compress compress"],
    ["vagrant v", "checksum checksum"],
  ]);
  expect(template.parts.provisioners[0]?.parts.meta).toMatchObject({ pauseBeforeMs: 90_000, timeoutMs: 5000 });
});

// Messages as Packer 1.6.6 printed them for the same templates.
it.each<[unknown, readonly string[]]>([
  [[], ["'' expected a map, got 'slice'"]],
  [
    { builders, builderz: [], aa: 2 },
    ["Unknown root level key in template: 'aa'", "Unknown root level key in template: 'builderz'"],
  ],
  [
    { builders, description: 3 },
    ["'Description' expected type 'string', got unconvertible type 'float64', value: '3'"],
  ],
  [
    { builders, description: ["x"] },
    ["'Description' expected type 'string', got unconvertible type '[]interface {}', value: '[x]'"],
  ],
  [{ builders: {} }, ["'builders': source data must be an array or slice, got map"]],
  [
    { builders: ["x", 3] },
    ["builder 1: '' expected a map, got 'string'", "builder 2: '' expected a map, got 'float64'"],
  ],
  [{ builders: [{ type: "" }, { name: "x" }] }, ["builder 1: missing 'type'", "builder 2: missing 'type'"]],
  [{ builders: [...builders, ...builders] }, ["builder 2: builder with name 'null' already exists"]],
  [
    { builders: [{ type: "null", name: ["x"] }] },
    ["builder 1: 'Name' expected type 'string', got unconvertible type '[]interface {}', value: '[x]'"],
  ],
  [
    { builders, variables: { n: ["a"], m: {}, b: true, f: 1 } },
    [
      "variable n: '' expected type 'string', got unconvertible type '[]interface {}', value: '[a]'",
      "variable m: '' expected type 'string', got unconvertible type 'map[string]interface {}', value: 'map[]'",
      "variable b: '' expected type 'string', got unconvertible type 'bool', value: 'true'",
      "variable f: '' expected type 'string', got unconvertible type 'float64', value: '1'",
    ],
  ],
  [{ builders, variables: [] }, ["'Variables' expected a map, got 'slice'"]],
  [
    { builders, "sensitive-variables": "x" },
    ["'sensitive-variables': source data must be an array or slice, got string"],
  ],
  [
    { builders, "sensitive-variables": [1] },
    ["'sensitive-variables[0]' expected type 'string', got unconvertible type 'float64', value: '1'"],
  ],
  [{ builders, comments: ["x"] }, ["'Comments[0]' expected a map, got 'string'"]],
  [{ builders, push: "x" }, ["'Push' expected a map, got 'string'"]],
  [{ builders, _c: 3 }, ['Failed to cast root level comment value in comment "_c" to string.']],
  [{ builders, provisioners: {} }, ["'Provisioners': source data must be an array or slice, got map"]],
  [
    { builders, provisioners: ["x", null, {}] },
    [
      "provisioner 1: Error decoding provisioner: '' expected a map, got 'string'",
      "provisioner 2: Provisioner missing 'type'",
      "provisioner 3: Provisioner missing 'type'",
    ],
  ],
  [
    {
      builders,
      provisioners: [
        { type: "x", pause_before: "", timeout: "abc", override: "x", only: { a: "b" }, max_retries: ["1"] },
      ],
    },
    [
      "provisioner 1: Error decoding provisioner: 'max_retries' expected type 'string', got unconvertible type '[]interface {}', value: '[1]'",
      "provisioner 1: Error decoding provisioner: 'Only[0]' expected type 'string', got unconvertible type 'map[string]interface {}', value: 'map[a:b]'",
      "provisioner 1: Error decoding provisioner: 'Override' expected a map, got 'string'",
      "provisioner 1: Error decoding provisioner: error decoding 'pause_before': time: invalid duration \"\"",
      "provisioner 1: Error decoding provisioner: error decoding 'timeout': time: invalid duration \"abc\"",
    ],
  ],
  [
    { builders, "post-processors": [3, "x", [[1]], [3], { a: 1 }, [{ b: 1 }]] },
    [
      "post-processor 1: bad format",
      "post-processor 3.1: sequence not allowed to be nested in a sequence",
      "post-processor 4.1: unknown format",
      "post-processor 5.1: type is required",
      "post-processor 6.1: type is required",
    ],
  ],
  [
    { builders, "post-processors": [{ type: 3, only: "x", keep_input_artifact: "true" }] },
    [
      "post-processor 1.1: 'Type' expected type 'string', got unconvertible type 'float64', value: '3'",
      "post-processor 1.1: 'Only': source data must be an array or slice, got string",
      "post-processor 1.1: 'keep_input_artifact' expected type 'bool', got unconvertible type 'string', value: 'true'",
    ],
  ],
  [
    { builders, "error-cleanup-provisioner": { inline: [] } },
    ["On Error Cleanup Provisioner error: Provisioner missing 'type'"],
  ],
])("refuses %j in Packer's words", (template, expected) => {
  expect(summaries(read(template))).toEqual(expected);
});

it("finds members by any case, as Packer does", () => {
  const template = valueOf(read({ Builders: [{ type: "null", Name: "n" }], DESCRIPTION: "x" }));
  expect(template.description).toBe("x");
  expect(template.sources[0]?.name).toBe("n");
});

it("tells every duplicate field at its place", () => {
  const result = read('{"builders":[{"type":"null","a":1,\n"a":2}],\n"x":1,"x":2}');
  expect(result.ok ? [] : result.diagnostics.map((d) => `${place(d)} ${d.summary}`)).toEqual([
    "2:1-2:4 template has duplicate field: a",
    "3:7-3:10 template has duplicate field: x",
  ]);
});

it("suggests the root key that was meant", () => {
  const result = read('{"buidlers":[]}');
  const [found] = result.ok ? [] : result.diagnostics;
  expect(found?.suggestion?.with).toBe('"builders"');
  expect(place(found)).toBe("1:2-1:12");
});

it("warns of a duration without a unit, which counts nanoseconds", () => {
  const result = read({ builders, provisioners: [{ type: "x", pause_before: 5 }] });
  expect(valueOf(result).parts.provisioners[0]?.parts.meta.pauseBeforeMs).toBe(5e-6);
  expect(summaries(result)).toEqual(["pause_before: a number without a unit counts nanoseconds"]);
});

it("reads 50 MB in a few seconds", () => {
  const script = "echo 0123456789 {{user `x`}} \\n".repeat(40);
  const steps = Array.from({ length: 39_000 }, (_, i) => ({ type: "shell", inline: [`${i}${script}`] }));
  const text = JSON.stringify({ builders, provisioners: steps }, null, 1);
  expect(text.length).toBeGreaterThan(50e6);
  const bytes = new TextEncoder().encode(text);
  const started = performance.now();
  const template = valueOf(parseJsonTemplate(bytes, "big.json"));
  const seconds = (performance.now() - started) / 1000;
  expect(template.parts.provisioners.length).toBe(39_000);
  expect(template.parts.provisioners.at(-1)?.range.start.line).toBeGreaterThan(100_000);
  expect(seconds).toBeLessThan(20);
});
