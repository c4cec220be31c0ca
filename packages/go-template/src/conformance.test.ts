import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { funcOf, goErrorType, goString, sliceOf } from "./go/type.ts";
import type { GoFuncValue, GoValue } from "./go/value.ts";
import { failed, funcValue } from "./go/value.ts";
import { cleanName } from "./oracle-clean-names.ts";
import { oracleValue } from "./oracle-values.ts";
import type { InterpolationContext } from "./packer/functions.ts";
import type { RenderMode } from "./packer/render.ts";
import { renderTemplate, renderTemplateAsync } from "./packer/render.ts";
import { parseRfc3339 } from "./time/rfc3339.ts";

/** Cases with the answers of Go 1.26 and Packer 1.16's template functions. KILN_GO_CASES names another file of them. */
interface Case {
  readonly id: string;
  readonly template: string;
  readonly mode?: "render" | "validate";
  readonly ctx?: {
    readonly data?: Parameters<typeof oracleValue>[0];
    readonly user?: Readonly<Record<string, string>>;
    readonly enableEnv?: boolean;
    readonly buildName?: string;
    readonly buildType?: string;
    readonly packerVersion?: string;
    readonly templatePath?: string;
    readonly component?: "amazon" | "azure" | "googlecompute";
  } | null;
  readonly result: {
    readonly output?: string;
    readonly outputPattern?: string;
    readonly error?: string;
    readonly phase?: "parse" | "exec";
  };
}

const file = process.env["KILN_GO_CASES"] ?? new URL("../test-data/go-template.dev.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as readonly Case[];

const clock = parseRfc3339("2024-03-05T14:07:09.123456789Z");
const now = clock.ok ? clock.unixNanoseconds : 0n;
const environment = new Map([
  ["HOME", "/home/packer"],
  ["FOO", "foo value"],
  ["EMPTY", ""],
  ["PACKER_TEST", "päcker <&>"],
]);
const baseDirectory = "/base/dir";

/** In Packer, no context at all is a nil pointer, and these functions follow it. We have no such state; the test does. */
const nilDereference: ReadonlyMap<string, GoFuncValue> = new Map(
  ["env", "build", "vault", "consul_key", "aws_secretsmanager", "aws_secretsmanager_raw"].map((name) => {
    const params =
      name === "vault" ? [goString, goString] : name === "aws_secretsmanager" ? [sliceOf(goString)] : [goString];
    const type = funcOf(params, [goString, goErrorType], { variadic: name === "aws_secretsmanager" });
    return [name, funcValue(type, () => failed("runtime error: invalid memory address or nil pointer dereference"))];
  }),
);

function contextOf({ ctx }: Case): InterpolationContext {
  const { component, templatePath } = ctx ?? {};
  const data: GoValue | undefined = oracleValue(ctx?.data);
  return {
    startedAt: now,
    now: () => now,
    randomBytes: (count) => new Uint8Array(count).fill(0x5a),
    workingDirectory: baseDirectory,
    environment: (name) => environment.get(name),
    consul: () => Promise.reject(new Error("oracle: no consul")),
    vault: () => Promise.reject(new Error("oracle: no vault")),
    awsSecret: () => Promise.reject(new Error("oracle: no aws")),
    awsSecretText: () => Promise.reject(new Error("oracle: no aws")),
    inVariables: ctx?.enableEnv ?? false,
    ...(ctx?.user && { user: new Map(Object.entries(ctx.user)) }),
    ...(data && { data }),
    ...(ctx?.buildName !== undefined && { buildName: ctx.buildName }),
    ...(ctx?.buildType !== undefined && { buildType: ctx.buildType }),
    ...(ctx?.packerVersion !== undefined && { packerVersion: ctx.packerVersion }),
    ...(templatePath && { templateDirectory: templatePath.slice(0, Math.max(templatePath.lastIndexOf("/"), 1)) }),
    ...(!ctx && { functions: nilDereference }),
    ...(component && { functions: cleanName(component) }),
  };
}

const modes: Readonly<Record<string, RenderMode>> = { render: "until-stable", validate: "validate" };
const placed = (text: string): string => text.replaceAll("@BASEDIR@", baseDirectory);

async function answer(given: Case): Promise<Case["result"]> {
  const context = contextOf({ ...given, ...(given.ctx && { ctx: { ...given.ctx } }) });
  const template = placed(given.template);
  const mode = modes[given.mode ?? ""] ?? "once";
  const result = await renderTemplateAsync(template, context, mode);
  const direct = renderTemplate(template, context, mode);
  // Both drivers agree, but where a secret store has to be waited for.
  if (!(!direct.ok && direct.problem.reason.includes("waited for"))) expect(direct).toEqual(result);
  if (result.ok) return { output: result.value };
  return { error: result.problem.message, phase: result.problem.phase === "parse" ? "parse" : "exec" };
}

test.each(cases)("$id", async (given) => {
  const { outputPattern, ...expected } = JSON.parse(placed(JSON.stringify(given.result))) as Case["result"];
  const got = await answer(given);
  if (outputPattern === undefined) expect(got).toEqual(expected);
  else expect(got.output).toMatch(new RegExp(outputPattern));
});
