import { funcOf, goErrorType, goString, sliceOf } from "../go/type.ts";
import type { GoFuncValue, GoOutcome, GoValue } from "../go/value.ts";
import { failed, funcValue, gave, mapKey, stringValue, unwrapped } from "../go/value.ts";
import type { FunctionTable } from "../run/evaluator.ts";
import { formatGoTime } from "../time/layout.ts";
import { strftime } from "../time/strftime.ts";
import { textFunction, textFunctions, textOf } from "./text-functions.ts";

/**
 * A secret store's answer. A rejection whose name is `AbortError` passes through the executor; any other becomes the
 * template's error, with its message.
 */
type LookUp = Promise<string>;

/** Everything Packer's template functions take from outside. What is absent answers as Packer does without it. */
export interface InterpolationContext {
  /** User variables. Absent (HCL2 templates have none), `user` is an error. */
  readonly user?: ReadonlyMap<string, string>;
  /**
   * True in the variables section alone: `env` and the secret stores work, and `user` refuses names that are not there
   * (yet), where elsewhere they are empty.
   */
  readonly inVariables?: boolean;
  /** Told of every user variable that is asked for and not there. */
  readonly onMissingUser?: (name: string) => void;
  /** What `.` is, and where `build` looks: a string map, values of which may be `buildPlaceholder`. */
  readonly data?: GoValue;
  /** What `.` is where it is something else than `data`: a struct, whose missing fields are errors. */
  readonly dot?: GoValue;
  readonly buildName?: string;
  readonly buildType?: string;
  readonly packerVersion?: string;
  /** Absolute directory of the template. */
  readonly templateDirectory?: string;
  readonly workingDirectory?: string;
  /** Nanoseconds since 1970: when this process started, the same for every `timestamp` and `isotime` of it. */
  readonly startedAt: bigint;
  /** Nanoseconds since 1970, now. */
  readonly now: () => bigint;
  readonly randomBytes: (count: number) => Uint8Array;
  /** An environment variable, undefined when unset. */
  readonly environment?: (name: string) => string | undefined;
  readonly consul?: (key: string) => LookUp;
  readonly vault?: (path: string, key: string) => LookUp;
  /** `key` is absent for a secret that is not a JSON object or has one member. */
  readonly awsSecret?: (name: string, key: string | undefined) => LookUp;
  /** The whole secret as it is. */
  readonly awsSecretText?: (name: string) => LookUp;
  /** The component's own functions, such as its `clean_resource_name`. */
  readonly functions?: FunctionTable;
}

/** What build data holds at prepare time: `{{build `ID`}}` then gives `{{.ID}}`, for a second rendering in the run. */
export const buildPlaceholder = "To set this dynamically in the Packer template, you must use the `build` function";

const text = (value: string): GoOutcome => gave(stringValue(value));

function user(context: InterpolationContext, name: string): GoOutcome {
  if (!context.user) {
    return failed("test", 'There are no user variables here. In HCL2 templates write "${var.name}" instead.');
  }
  const value = context.user.get(name);
  if (value !== undefined) return text(value);
  context.onMissingUser?.(name);
  return context.inVariables ? failed(`Error: variable not set: ${name}`) : text("");
}

function environment(context: InterpolationContext, name: string): GoOutcome {
  if (context.inVariables) return text(context.environment?.(name) ?? "");
  return failed(
    "env vars are not allowed here",
    'Environment variables are read in the "variables" section: declare a variable there and use it with `user`.',
  );
}

function build(context: InterpolationContext, name: string): GoOutcome {
  const data = context.data;
  if (data?.kind !== "map") {
    return failed(
      `Error validating build variable: the given variable ${name} will not be passed into your plugin.`,
      "Build variables exist in provisioners and post-processors.",
    );
  }
  const held = unwrapped(data.entries?.get(mapKey(stringValue(name)))?.[1]);
  if (held?.kind !== "string") return failed(`loaded data, but couldnt find ${name} in it.`);
  return text(held.value.includes(buildPlaceholder) ? `{{.${name}}}` : held.value);
}

const needed = (value: string | undefined, complaint: string): GoOutcome => (value ? text(value) : failed(complaint));

async function answer(look: () => LookUp): Promise<GoOutcome> {
  try {
    return text(await look());
  } catch (error) {
    if (!(error instanceof Error) || error.name === "AbortError") throw error;
    return failed(error.message);
  }
}

/** A look-up in a secret store; outside the variables section it is refused. */
function secret(
  context: InterpolationContext,
  refusal: string,
  look: (() => LookUp) | undefined,
): GoOutcome | Promise<GoOutcome> {
  if (!context.inVariables) return failed(refusal);
  return look ? answer(look) : failed("this look-up is not available here");
}

/** The first 32 bits are the time in seconds, the rest is random: names made from it sort by age. */
function timeOrderedUuid(context: InterpolationContext): string {
  const seconds = context.now() / 1_000_000_000n;
  const random = Array.from(context.randomBytes(12), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const head = BigInt.asUintN(32, seconds).toString(16).padStart(8, "0");
  return `${head}-${random.slice(0, 4)}-${random.slice(4, 8)}-${random.slice(8, 12)}-${random.slice(12)}`;
}

function isotime(context: InterpolationContext, layouts: readonly string[]): GoOutcome {
  if (layouts.length > 1) return failed(`too many values, 1 needed: [${layouts.join(" ")}]`);
  return text(formatGoTime(layouts[0] ?? "2006-01-02T15:04:05Z07:00", context.startedAt));
}

const anyStrings = (call: (args: readonly string[]) => GoOutcome | Promise<GoOutcome>): GoFuncValue =>
  funcValue(funcOf([sliceOf(goString)], [goString, goErrorType], { variadic: true }), (args) => call(args.map(textOf)));

function awsSecret(context: InterpolationContext, args: readonly string[]): GoOutcome | Promise<GoOutcome> {
  const [name, key] = args;
  const { awsSecret: look } = context;
  const refusal = "AWS Secrets Manager is only allowed in the variables section";
  if (!context.inVariables) return failed(refusal);
  if (name === undefined) return failed("secret name must be provided");
  if (args.length > 2) return failed("only secret name and optional secret key can be provided.");
  return secret(context, refusal, look && (() => look(name, key)));
}

/**
 * The functions Packer adds to Go's (`packer-plugin-sdk` 0.6.10, template/interpolate). Look-ups in secret stores are
 * asynchronous; everything else works in `execute` too.
 */
export function packerFunctions(context: InterpolationContext): FunctionTable {
  const { consul, vault, awsSecretText } = context;
  const one = (call: (name: string) => GoOutcome | Promise<GoOutcome>): GoFuncValue =>
    textFunction([goString], ([name]) => call(textOf(name)));
  const none = (call: () => GoOutcome | string): GoFuncValue => textFunction([], call);
  return new Map<string, GoFuncValue>([
    ...textFunctions,
    ["user", one((name) => user(context, name))],
    ["env", one((name) => environment(context, name))],
    ["build", one((name) => build(context, name))],
    ["build_name", none(() => needed(context.buildName, "build_name not available"))],
    ["build_type", none(() => needed(context.buildType, "build_type not available"))],
    ["packer_version", none(() => needed(context.packerVersion, "packer_version not available"))],
    ["template_dir", none(() => needed(context.templateDirectory, "template path not available"))],
    ["pwd", none(() => needed(context.workingDirectory, "working directory not available"))],
    ["timestamp", none(() => String(context.startedAt / 1_000_000_000n))],
    ["isotime", anyStrings((layouts) => isotime(context, layouts))],
    ["strftime", one((format) => text(strftime(format, context.startedAt)))],
    ["uuid", none(() => timeOrderedUuid(context))],
    ["consul_key", one((key) => secret(context, "consul_key is not allowed here", consul && (() => consul(key))))],
    [
      "vault",
      textFunction([goString, goString], ([path, key]) => {
        const refusal = "Vault vars are only allowed in the variables section";
        return secret(context, refusal, vault && (() => vault(textOf(path), textOf(key))));
      }),
    ],
    ["aws_secretsmanager", anyStrings((args) => awsSecret(context, args))],
    [
      "aws_secretsmanager_raw",
      one((name) => {
        const refusal = "AWS Secrets Manager is only allowed in the variables section";
        return secret(context, refusal, awsSecretText && (() => awsSecretText(name)));
      }),
    ],
    ...(context.functions ?? []),
  ]);
}
