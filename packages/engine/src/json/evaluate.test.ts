import { expect, it } from "vitest";
import { evaluated, place, summaries, valueOf } from "./template-under-test.ts";

const builders = [{ type: "null", communicator: "none" }];
const variable = async (variables: Record<string, string>, name: string, more: Parameters<typeof evaluated>[1] = {}) =>
  (valueOf(await evaluated({ builders, variables }, more)).scope.names.get("var") as Record<string, string>)[name];

it("prefers -var to later files to earlier files to defaults", async () => {
  const varFiles = [
    { path: "a.json", text: '{"a":"first","b":"first","c":"first"}' },
    { path: "b.json", text: '{"b":"second","c":"second"}' },
  ];
  const more = { varFiles, vars: { c: "flag", extra: "e" } };
  const variables = { a: "default", b: "default", c: "default", d: "default" };
  const result = valueOf(await evaluated({ builders, variables }, more));
  expect(result.scope.names.get("var")).toEqual({ a: "first", b: "second", c: "flag", d: "default", extra: "e" });
});

it("renders variables in terms of each other, whatever the order", async () => {
  const variables = { a: "{{user `b`}}!", b: "{{user `c`}}?", c: "{{env `HOME`}}", z: "{{user `a`}}" };
  expect(await variable(variables, "z")).toBe("/home/kiln?!");
  expect(await variable({ a: "x" }, "a", { vars: { a: "{{env `HOME`}}" } })).toBe("/home/kiln");
  expect(await variable({ a: "{{isotime `2006`}} {{packer_version}} {{pwd}} {{template_dir}}" }, "a")).toBe(
    "2024 1.16.0 /project /templates",
  );
});

it("renders a long chain of variables in any order without trying all of them again and again", async () => {
  const name = (i: number) => `v${String(i).padStart(4, "0")}`;
  const chain = Array.from({ length: 1500 }, (_, i) => [name(i), i === 1499 ? "end" : `{{user \`${name(i + 1)}\`}}`]);
  expect(await variable(Object.fromEntries(chain) as Record<string, string>, name(0))).toBe("end");
});

it("leaves names that belong to whoever uses the variable", async () => {
  const variables = { a: "{{ .Foo }}{{.Bar | upper}} {{user `b`}} {{- .X -}} ", b: "x{{.}}" };
  expect(await variable(variables, "a")).toBe("{{ .Foo }}{{.Bar | upper}} x{{.}} {{- .X -}} ");
});

it("asks secret stores for variables", async () => {
  const lookups = {
    consulKey: async (key: string) => `consul:${key}`,
    vault: async (path: string, key: string) => `vault:${path}:${key}`,
    awsSecret: async (name: string, key: string | undefined) => `aws:${name}:${key}`,
    awsSecretText: async (): Promise<string> => {
      throw new Error("no such secret");
    },
  };
  const variables = { a: "{{consul_key `k`}} {{vault `/p` `x`}} {{aws_secretsmanager `n` `m`}}" };
  expect(await variable(variables, "a", { lookups })).toBe("consul:k vault:/p:x aws:n:m");
  const result = await evaluated({ builders, variables: { a: "{{aws_secretsmanager_raw `n`}}" } }, { lookups });
  expect(summaries(result)[0]).toContain("no such secret");
});

it.each<[Record<string, unknown>, readonly string[]]>([
  [{}, ["at least one builder must be defined"]],
  [{ builders, variables: { r: null, t: null } }, ["required variable not set: r", "required variable not set: t"]],
  [
    { variables: { r: null }, provisioners: [{ type: "x", only: ["q"] }] },
    [
      "at least one builder must be defined",
      "required variable not set: r",
      "provisioner 1: 'only' specified builder 'q' not found",
    ],
  ],
  [
    { builders, provisioners: [{ type: "x", only: ["a"], except: ["b"], override: { zz: {} } }] },
    ["provisioner 1: only one of 'only' or 'except' may be specified", "provisioner 1: override 'zz' doesn't exist"],
  ],
  [
    { builders, provisioners: [{ type: "x", only: "a,b" }] },
    ["provisioner 1: 'only' specified builder 'a,b' not found"],
  ],
  [{ builders, provisioners: [{ type: "x", override: { zz: {} } }] }, ["provisioner 1: override 'zz' doesn't exist"]],
  [
    { builders, "post-processors": [{ type: "m", only: ["x"] }, [{ type: "m", except: ["y"] }, "m"]] },
    [
      "post-processor 1.1: 'only' specified builder 'x' not found",
      "post-processor 2.1: 'except' specified builder 'y' not found",
    ],
  ],
  [{ builders, min_packer_version: "9.0.0" }, ["This template requires Packer version 9.0.0 or higher; using 1.16.0"]],
  [
    { builders, min_packer_version: "1.16.1-dev" },
    ["This template requires Packer version 1.16.1-dev or higher; using 1.16.0"],
  ],
  [{ builders, min_packer_version: "abc" }, ["min_version is invalid: Malformed version: abc"]],
  [
    { builders, variables: { a: "{{nope" } },
    [`error interpolating default value for 'a': template: root:1: function "nope" not defined`],
  ],
  [
    { builders, variables: { a: "{{build_name}}" } },
    ['template: root:1:2: executing "root" at <build_name>: error calling build_name: build_name not available'],
  ],
  [
    { builders, variables: { a: "{{user `zz`}}", z: "{{user `a`}}" } },
    [
      'Failed to interpolate "a": "{{user `zz`}}"; error: template: root:1:2: executing "root" at <user `zz`>: error calling user: Error: variable not set: zz: Please make sure that the variable you\'re referencing has been defined; Packer treats all variables used to interpolate other user variables as required.',
    ],
  ],
  [
    { builders, variables: { a: "{{user `b`}}", b: "{{user `c`}}", c: "{{user `a`}}", d: "{{user `a`}}" } },
    ["variables refer to each other in a circle: a -> b -> c -> a"],
  ],
  [{ builders, variables: { a: "x{{user `a`}}" } }, ["variables refer to each other in a circle: a -> a"]],
  [
    { builders: [{ type: "null", name: "{{nope}}" }] },
    [`Error interpolating builder '{{nope}}': template: root:1: function "nope" not defined`],
  ],
  [
    { builders: [...builders, { type: "null", name: "{{user `n`}}" }], variables: { n: "null" } },
    ["builder 2: builder with name 'null' already exists"],
  ],
])("refuses %j in Packer's words", async (template, expected) => {
  expect(summaries(await evaluated(template))).toEqual(expected);
});

it.each(["1.6.6", "v1.6", "1.16.0-beta1", "", "1.16"])("is new enough for %j", async (version) => {
  expect(summaries(await evaluated({ builders, min_packer_version: version }))).toEqual([]);
});

it("does not apply only, except and override names to the error-cleanup-provisioner", async () => {
  const template = { builders, "error-cleanup-provisioner": { type: "x", only: ["zz"], override: { q: {} } } };
  expect(summaries(await evaluated(template))).toEqual([]);
});

it("points at the variable that is missing inside another", async () => {
  const result = await evaluated('{"builders":[{"type":"null"}],\n"variables":{"region":"x","a":"{{user `regio`}}"}}');
  const [found] = result.ok ? [] : result.diagnostics;
  expect([place(found), found?.suggestion?.with]).toEqual(["2:39-2:46", "`region`"]);
});

it("refuses variables files at the place of the mistake", async () => {
  const text = '{"a": 1,\n "b": null, "c": ["x"], "d": "1", "d": "2"}';
  const result = await evaluated({ builders }, { varFiles: [{ path: "v.json", text }] });
  expect(
    result.ok ? [] : result.diagnostics.map((d) => `${d.severity} ${d.subject?.file} ${place(d)} ${d.summary}`),
  ).toEqual([
    "error v.json 1:7-1:8 Error reading variables in 'v.json': json: cannot unmarshal number into Go value of type string",
    "error v.json 2:18-2:23 Error reading variables in 'v.json': json: cannot unmarshal array into Go value of type string",
    'warning v.json 2:35-2:38 variable "d" is given twice; the last counts',
  ]);
  expect(
    summaries(
      await evaluated(
        { builders },
        {
          varFiles: [
            { path: "v", text: "[1]" },
            { path: "w", text: '{"a"' },
          ],
        },
      ),
    ),
  ).toEqual([
    "Error reading variables in 'v': json: cannot unmarshal array into Go value of type kvflag.FlagJSON",
    "Error reading variables in 'w': Error parsing JSON: unexpected end of JSON input",
  ]);
});

it("names builders by their rendered names, in their order, and speaks of them so", async () => {
  const { template, scope } = valueOf(
    await evaluated({
      variables: { n: "a" },
      builders: [
        { type: "null", name: "z" },
        { type: "null", name: "{{user `n`}}1" },
      ],
      provisioners: [
        { type: "x", only: ["{{user `n`}}1"], override: { "{{user `n`}}1": { q: 1 } }, max_retries: "{{user `n`}}" },
      ],
    }),
  );
  expect(template.builds[0]?.sources.map((b) => b.name)).toEqual(["a1", "z"]);
  expect(template.sources.map((b) => b.name)).toEqual(["z", "a1"]);
  const provisioner = template.builds[0]?.provisioners[0];
  const refused = await provisioner?.meta(scope);
  expect(refused && summaries(refused)).toEqual([
    '`max_retries` must be a valid integer: strconv.Atoi: parsing "a": invalid syntax',
  ]);
  const numbered = valueOf(
    (await provisioner?.meta(scope.child({ var: { n: "3" } }))) ?? { ok: false, diagnostics: [] },
  );
  expect(numbered.only).toEqual(["a1"]);
  expect([...(numbered.override?.keys() ?? [])]).toEqual(["a1"]);
  expect(numbered.maxRetries).toBe(3);
});

it("knows the values to mask", async () => {
  const result = await evaluated({
    builders,
    variables: { p: "{{env `HOME`}}", q: "" },
    "sensitive-variables": ["p", "q", "zz"],
  });
  expect(valueOf(result).sensitive).toEqual(["/home/kiln"]);
});
