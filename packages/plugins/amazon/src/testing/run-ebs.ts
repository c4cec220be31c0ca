import type { Artifact, Communicator, Diagnostic } from "@kiln/sdk";
import { FakeBuild, FakeHost, type FakeHostOptions, fakePrepareContext } from "@kiln/sdk/testing";
import { build } from "../ebs/build.ts";
import { check } from "../ebs/check.ts";
import { type Config, config as schema } from "../ebs/config.ts";
import { withDefaults } from "./defaults.ts";
import { FakeAws, type Handler } from "./fake-aws.ts";

/** The getting-started template's builder. */
export const plain = {
  access_key: "AKIATEST",
  secret_key: "secret",
  region: "us-east-1",
  source_ami: "ami-base",
  instance_type: "t2.micro",
  ssh_username: "ubuntu",
  ami_name: "packer-example 1",
};
export type Options = Readonly<Record<string, unknown>>;

export function configOf(options: Options): Config {
  return withDefaults(schema, options) as Config;
}

export interface Run {
  readonly aws: FakeAws;
  readonly ctx: FakeBuild;
  readonly lines: readonly string[];
  readonly artifact: Artifact | undefined;
  readonly error: Error | undefined;
  /** What could not be undone, and why. */
  readonly cleanUp: readonly string[];
}
export interface RunOptions {
  readonly handlers?: Record<string, Handler>;
  readonly host?: FakeHostOptions;
  readonly signal?: AbortSignal;
  readonly debug?: boolean;
  readonly force?: boolean;
  /** Called in place of provisioning. */
  readonly provision?: (ctx: FakeBuild) => Promise<void>;
}

class TestBuild extends FakeBuild {
  provisioning: RunOptions["provision"];
  override async provision(machine: Parameters<FakeBuild["provision"]>[0]): Promise<void> {
    await super.provision(machine);
    await this.provisioning?.(this);
  }
}
const communicator = { kind: "ssh", [Symbol.asyncDispose]: async () => {} } as unknown as Communicator;

/** Builds against a fake AWS and undoes, as the engine would. */
export async function runEbs(options: Options, settings: RunOptions = {}): Promise<Run> {
  const aws = new FakeAws(settings.handlers);
  const ctx = new TestBuild({
    host: new FakeHost(settings.host),
    buildName: "amazon-ebs",
    builderType: "amazon-ebs",
    ...(settings.signal && { signal: settings.signal }),
    ...(settings.debug && { debug: true }),
    ...(settings.force && { force: true }),
  });
  ctx.communicator = communicator;
  ctx.provisioning = settings.provision;
  let artifact: Artifact | undefined;
  let error: Error | undefined;
  try {
    artifact = await build(ctx, configOf(options), aws.transport);
  } catch (thrown) {
    error = thrown instanceof Error ? thrown : new Error(String(thrown));
  }
  const cleanUp = await undoAll(ctx, error ? "failed" : "succeeded");
  if (aws.problems.length > 0) throw new Error(`against the service model: ${aws.problems.join("; ")}`);
  return {
    aws,
    ctx,
    lines: ctx.ui.lines,
    artifact,
    error,
    cleanUp,
  };
}

/** As the engine: what cannot be undone is told, and the next one goes on. */
async function undoAll(ctx: FakeBuild, outcome: "succeeded" | "failed"): Promise<readonly string[]> {
  const failures: string[] = [];
  for (;;) {
    try {
      await ctx.undo(outcome);
      return failures;
    } catch (thrown) {
      failures.push(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
}

/** What `validate` would say of these options. */
export function checkEbs(options: Options, host: FakeHostOptions = {}): Promise<readonly Diagnostic[]> {
  return check(configOf(options), fakePrepareContext({ host: new FakeHost(host), builderType: "amazon-ebs" }));
}
