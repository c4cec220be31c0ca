import {
  type Artifact,
  type BuildContext,
  type Connector,
  checked,
  type EngineEvent,
  type MetaArguments,
  type PostProcessContext,
  type PostProcessed,
  type Prepared,
  type ProvisionContext,
  type Resource,
  type ResourceKind,
  StepError,
} from "@kiln/sdk";
import { FakeHost, MemoryJournals, renderNames } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { cleanUp } from "../cleanup/clean-up.ts";
import type { Engine } from "../engine.ts";
import type { Planned, PlannedBuild } from "../plan/plan.ts";
import { Registry } from "../registry.ts";
import { SecretSet } from "../secrets.ts";
import { humanView } from "../views/human-view.ts";
import { type RunRequest, runPlan } from "./run-plan.ts";

/** Things that exist outside, as far as these tests go. */
class World {
  readonly things = new Set<string>();
  readonly log: string[] = [];
  failRelease: string | undefined;

  readonly kind: ResourceKind<string, string> = {
    kind: "test.thing",
    describe: (intent) => `thing ${intent}`,
    find: async (intent) => [...this.things].filter((t) => t === intent),
    release: async (ref) => {
      if (this.failRelease === ref) throw new Error(`cannot remove ${ref}`);
      this.things.delete(ref);
      this.log.push(`released ${ref}`);
    },
  };
  thing(
    name: string,
    failure?: { readonly after: boolean; readonly nothingMade?: true },
  ): Resource<string, string, string> {
    return {
      kind: this.kind,
      intent: name,
      ref: (value) => value,
      create: async () => {
        const error =
          failure && Object.assign(new Error(`no ${name} today`), failure.nothingMade && { nothingMade: true });
        if (error && !failure.after) throw error;
        this.things.add(name);
        if (error) throw error;
        this.log.push(`made ${name}`);
        return name;
      },
    };
  }
}

function planned<Ctx, Out>(
  run: (ctx: Ctx) => Promise<Out>,
  meta: MetaArguments = {},
  type = "test",
): Planned<Ctx, Out> {
  const prepared: Prepared<Ctx, Out> = { run };
  return { type, name: type, meta, bind: async () => checked({ prepared, render: renderNames, late: false }) };
}

function artifact(id: string, log: string[] = []): Artifact {
  return {
    builderId: "test.builder",
    id,
    files: [],
    state: {},
    describe: () => `artifact ${id}`,
    destroy: async () => void log.push(`destroyed ${id}`),
  };
}

interface Scene {
  readonly builder: (ctx: BuildContext) => Promise<Artifact | undefined>;
  readonly provisioners?: readonly Planned<ProvisionContext, void>[];
  readonly onError?: Planned<ProvisionContext, void>;
  readonly postProcessors?: readonly (readonly Planned<PostProcessContext, PostProcessed>[])[];
  readonly request?: Partial<RunRequest>;
}

async function play(scene: Scene, world = new World(), host = new FakeHost()) {
  const journals = new MemoryJournals();
  const comm = { kind: "none", [Symbol.asyncDispose]: async () => {} };
  const connector = { check: async () => [], connect: async () => comm } as unknown as Connector;
  const engine: Engine = {
    host,
    registry: new Registry([
      { name: "test", resourceKinds: { "test.thing": async () => world.kind as unknown as ResourceKind } },
    ]),
    connectors: { none: async () => connector },
    journals,
    renderer: () => renderNames,
    version: "1.16.0",
  };
  const build: PlannedBuild = {
    name: "web",
    plainName: "web",
    type: "test",
    position: 0,
    builder: planned(scene.builder),
    provisioners: scene.provisioners ?? [],
    ...(scene.onError && { onError: scene.onError }),
    postProcessors: scene.postProcessors ?? [],
  };
  const events: EngineEvent[] = [];
  const view = humanView({ color: false, timestamps: false, timings: false });
  let text = "";
  const questions: string[] = [];
  const outcome = await runPlan({
    engine,
    plan: { builds: [build] },
    secrets: new SecretSet(),
    parallel: 0,
    onError: "cleanup",
    force: false,
    debug: false,
    runUuid: "run-1",
    command: "build t.json",
    interrupt: new AbortController().signal,
    force2: new AbortController().signal,
    ask: async (question) => {
      questions.push(question);
      throw Object.assign(new Error("nobody there"), { code: "ui/no-terminal" });
    },
    ...scene.request,
    deliver: (event) => {
      events.push(event);
      text += view(event);
    },
  });
  return { outcome, events, text, journals, world, engine, questions };
}

const connect = async (ctx: BuildContext) => {
  const communicator = await ctx.connect({
    config: { communicator: "none" },
    address: async () => ({ host: "h", port: 22 }),
  });
  return { communicator, facts: { ID: "i-1" } };
};

describe("a run", () => {
  it("undoes what steps made, newest first, and journals around every act", async () => {
    const world = new World();
    const { text, journals, outcome } = await play(
      {
        builder: async (ctx) => {
          await ctx.step("StepKeyPair", () => ctx.acquire(world.thing("key")));
          await ctx.step("StepRun", () => ctx.acquire(world.thing("machine")));
          return artifact("a-1");
        },
      },
      world,
    );
    expect(outcome).toEqual({ outcome: "succeeded", failed: 0 });
    expect(world.log).toEqual(["made key", "made machine", "released machine", "released key"]);
    expect(journals.story()).toEqual([
      "intent test.thing",
      "acquired test.thing",
      "intent test.thing",
      "acquired test.thing",
      "released test.thing",
      "released test.thing",
    ]);
    expect(text).toContain("--> web: artifact a-1\n");
  });

  it("finds and releases a thing whose creating call failed after it had worked", async () => {
    const world = new World();
    const { outcome, journals } = await play(
      {
        builder: (ctx) =>
          ctx.step("StepRun", () => ctx.acquire(world.thing("m", { after: true }))).then(() => undefined),
      },
      world,
    );
    expect(outcome.outcome).toBe("failed");
    expect([...world.things]).toEqual([]);
    expect(journals.story()).toEqual(["intent test.thing", "released test.thing"]);
  });

  it("keeps in the journal what could not be released, and a later process releases it", async () => {
    const world = new World();
    world.failRelease = "m";
    const { text, journals, engine } = await play(
      { builder: (ctx) => ctx.step("StepRun", () => ctx.acquire(world.thing("m"))).then(() => undefined) },
      world,
    );
    expect(text).toContain("==> web: Error cleaning up: cannot remove m");
    expect(journals.story().at(-1)).toBe("release-failed test.thing");
    world.failRelease = undefined;
    journals.kill("run-1");
    const seen: string[] = [];
    const ui = {
      say: () => {},
      message: () => {},
      error: () => {},
      ask: async () => "",
      progress: () => ({ advance: () => {}, [Symbol.dispose]: () => {} }),
    };
    const options = {
      ui,
      signal: new AbortController().signal,
      onResource: (r: { text: string; outcome: string }) => seen.push(`${r.text} ${r.outcome}`),
    };
    await cleanUp(engine, { ...options, dryRun: true });
    expect([...world.things]).toEqual(["m"]);
    expect(await cleanUp(engine, { ...options, dryRun: false })).toMatchObject({ failed: 0 });
    expect(seen).toEqual(["thing m found", "thing m released"]);
    expect([...world.things]).toEqual([]);
  });

  it("keeps what became part of the result", async () => {
    const world = new World();
    await play(
      {
        builder: async (ctx) => {
          const image = await ctx.step("StepCreateAMI", () => ctx.acquire(world.thing("image")));
          await image.keep();
          return artifact("image");
        },
      },
      world,
    );
    expect([...world.things]).toEqual(["image"]);
  });

  it("says in red why a step failed, once and before anything is undone, its first line alone", async () => {
    const world = new World();
    const failing = (tell: (ctx: BuildContext, message: string) => void) =>
      play(
        {
          builder: async (ctx) => {
            ctx.defer(async () => ctx.ui.say("undone"));
            return ctx.step("StepOuter", () =>
              ctx.step("StepRun", async () => {
                tell(ctx, "no such image\nAdvice: pull it");
                throw new Error("no such image\nAdvice: pull it");
              }),
            );
          },
        },
        world,
      );
    expect((await failing(() => {})).text).toMatch(/^==> web: no such image\n==> web: undone\nBuild 'web' errored/);
    const told = await failing((ctx, message) => ctx.ui.error(message));
    expect(told.text).toMatch(/^==> web: no such image\n==> web: Advice: pull it\n==> web: undone\n/);
  });

  it("prints a failed provisioning as Packer does, runs the error-cleanup provisioner, then cleans up", async () => {
    const { text, outcome } = await play({
      builder: async (ctx) => {
        await ctx.provision(await connect(ctx));
        return artifact("never");
      },
      provisioners: [planned(() => Promise.reject(new Error("Script exited with non-zero exit status: 3")))],
      onError: planned(async (ctx) => ctx.ui.message("cleanup prov")),
    });
    expect(outcome).toEqual({ outcome: "failed", failed: 1 });
    expect(text.replaceAll(/after .*?(?=[.:\n])/g, "after D")).toBe(
      `==> web: Provisioning step had errors: Running the cleanup provisioner, if present...
    web: cleanup prov
Build 'web' errored after D: Script exited with non-zero exit status: 3

==> Wait completed after D

==> Some builds didn't complete successfully and had errors:
--> web: Script exited with non-zero exit status: 3

==> Builds finished but no artifacts were created.
`,
    );
  });

  it("runs the error-cleanup provisioner where a step after provisioning fails, and not where none does", async () => {
    const log: string[] = [];
    const scene = (fails: boolean): Scene => ({
      builder: async (ctx) => {
        await ctx.provision(await connect(ctx));
        await ctx.step("StepCommit", async () => {
          if (fails) throw new StepError("Error committing container");
        });
        return artifact("image");
      },
      provisioners: [planned(async () => void log.push("provisioned"))],
      onError: planned(async () => void log.push("cleaned")),
    });
    expect((await play(scene(false))).outcome.outcome).toBe("succeeded");
    expect(log).toEqual(["provisioned"]);
    expect((await play(scene(true))).outcome.outcome).toBe("failed");
    expect(log).toEqual(["provisioned", "provisioned", "cleaned"]);
  });

  it("leaves everything in place under -on-error=abort, and says so", async () => {
    const world = new World();
    const { text } = await play(
      {
        request: { onError: "abort" },
        builder: async (ctx) => {
          await ctx.step("StepRun", () => ctx.acquire(world.thing("m")));
          await ctx.provision(await connect(ctx));
          return undefined;
        },
        provisioners: [planned(() => Promise.reject(new Error("boom")))],
      },
      world,
    );
    expect([...world.things]).toEqual(["m"]);
    expect(text).toContain(`==> web: boom
==> web: Step "StepProvision" failed, aborting...
==> web: aborted: skipping cleanup of step "StepConnect"
==> web: aborted: skipping cleanup of step "StepRun"
`);
  });

  it("asks what to do under -on-error=ask and retries the step", async () => {
    const answers = ["x", "r"];
    let tries = 0;
    const { text, outcome } = await play({
      request: { onError: "ask", ask: async () => answers.shift() ?? "c" },
      builder: async (ctx) => {
        await ctx.step("StepRun", async () => {
          if (++tries === 1) throw new Error("first time unlucky");
        });
        return artifact("a");
      },
    });
    expect(tries).toBe(2);
    expect(outcome.outcome).toBe("succeeded");
    expect(text).toContain(
      '==> web: first time unlucky\n==> web: Step "StepRun" failed\n==> web: Incorrect input: "x"\n',
    );
  });

  it("runs the error-cleanup provisioner when the build ends, not before the step is tried again", async () => {
    const answers = ["Retry", "c"];
    const { text } = await play({
      request: { onError: "ask", ask: async () => answers.shift() ?? "c" },
      builder: async (ctx) => {
        await ctx.provision(await connect(ctx));
        return artifact("a");
      },
      provisioners: [planned<ProvisionContext, void>(() => Promise.reject(new Error("boom")))],
      onError: planned<ProvisionContext, void>(async (ctx) => ctx.ui.say("cleaned")),
    });
    const failed = '==> web: boom\n==> web: Step "StepProvision" failed\n';
    expect(text).toContain(
      `${failed}${failed}==> web: Provisioning step had errors: Running the cleanup provisioner, if present...\n==> web: cleaned\n`,
    );
  });

  it("retries a provisioner, reports the first failure, and honours continue_on_error", async () => {
    let runs = 0;
    const failing = planned<ProvisionContext, void>(() => Promise.reject(new Error(`failure ${++runs}`)), {
      maxRetries: 2,
      continueOnError: true,
    });
    const { text, outcome } = await play({
      builder: async (ctx) => {
        await ctx.provision(await connect(ctx));
        return artifact("a");
      },
      provisioners: [failing],
    });
    expect(runs).toBe(3);
    expect(outcome.outcome).toBe("succeeded");
    expect(text).toContain(
      '==> web: Provisioner failed with "failure 1", retrying with 2 trie(s) left\n==> web: Provisioner failed with "failure 2", retrying with 1 trie(s) left\n==> web: retry limit reached.\n==> web: Warning: Provisioner failed with "failure 1", but continue_on_error is set; continuing the build.\n',
    );
  });

  it("cancels a provisioner that outlives its timeout, and the build goes on to clean up", async () => {
    const { text, outcome } = await play({
      builder: async (ctx) => {
        await ctx.provision(await connect(ctx));
        return artifact("a");
      },
      provisioners: [
        planned<ProvisionContext, void>(
          (ctx) => new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason))),
          { timeoutMs: 60_000 },
        ),
      ],
    });
    expect(outcome.outcome).toBe("failed");
    expect(text).toContain(
      "==> web: Setting a 1m0s timeout for the next provisioner...\n==> web: Cancelling provisioner after a timeout...\n",
    );
  });

  it("stops at an interrupt, cleans up, and says that it was cancelled", async () => {
    const world = new World();
    const interrupt = new AbortController();
    const { text, outcome } = await play(
      {
        request: { interrupt: interrupt.signal },
        builder: async (ctx) => {
          await ctx.step("StepRun", () => ctx.acquire(world.thing("m")));
          interrupt.abort(new Error("interrupt"));
          await ctx.step("StepNever", async () => void world.log.push("never"));
          return artifact("a");
        },
      },
      world,
    );
    expect(outcome.outcome).toBe("cancelled");
    expect(world.log).toEqual(["made m", "released m"]);
    expect(text.endsWith("Cleanly cancelled builds after being interrupted.\n")).toBe(true);
  });

  it("does not call it clean where a second interrupt cut the cleanup short", async () => {
    const interrupt = new AbortController();
    const force2 = new AbortController();
    const { text, events } = await play({
      request: { interrupt: interrupt.signal, force2: force2.signal },
      builder: async (ctx) => {
        interrupt.abort(new Error("interrupt"));
        force2.abort(new Error("interrupt"));
        await ctx.step("StepNever", async () => {});
        return artifact("a");
      },
    });
    expect(text).toContain("\nCancelled builds after being interrupted; their cleanup was cut short.\n");
    expect(events.at(-1)).toMatchObject({ type: "run-ended", cutShort: true });
  });

  it("ends a build that outlives -timeout, with cleanup", async () => {
    const world = new World();
    const host = new FakeHost();
    const { promise: hanging, resolve: hangs } = Promise.withResolvers<void>();
    host.clock.sleep = () => hanging;
    const { outcome, text } = await play(
      {
        request: { timeoutMs: 5_000 },
        builder: async (ctx) => {
          await ctx.step("StepRun", () => ctx.acquire(world.thing("m")));
          await ctx.step("StepHang", () => {
            hangs();
            return new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
          });
          return undefined;
        },
      },
      world,
      host,
    );
    expect(outcome).toEqual({ outcome: "failed", failed: 1 });
    expect([...world.things]).toEqual([]);
    expect(text).toContain("--> web: the build did not end within 5s\n");
  });

  it("never destroys a finished artifact because a post-processor failed", async () => {
    const log: string[] = [];
    const { text, outcome } = await play({
      builder: async () => artifact("image", log),
      postProcessors: [
        [planned(() => Promise.reject(new Error("disk full")))],
        [planned<PostProcessContext, PostProcessed>(async ({ input }) => ({ artifact: input, keepInput: true }))],
      ],
    });
    expect(outcome.outcome).toBe("failed");
    expect(log).toEqual([]);
    const kept = "==> web: A post-processor failed; this was finished and is kept: artifact image\n";
    expect(text.split(kept)).toHaveLength(2);
    expect(text).toContain("--> web: Post-processor failed: disk full\n");
  });

  it("does not speak of an artifact that is nothing", async () => {
    const { text } = await play({
      builder: async () => ({ ...artifact("nothing", []), empty: true }),
      postProcessors: [[planned(() => Promise.reject(new Error("disk full")))]],
    });
    expect(text).not.toContain("is kept");
  });

  it("destroys an input that nobody keeps, and keeps what the template asks for", async () => {
    const log: string[] = [];
    const compress = (meta: MetaArguments) =>
      planned<PostProcessContext, PostProcessed>(
        async () => ({ artifact: artifact("zip", log), keepInput: false }),
        meta,
      );
    const first = await play({ builder: async () => artifact("image", log), postProcessors: [[compress({})]] });
    expect(log).toEqual(["destroyed image"]);
    expect(first.text).toContain("--> web: artifact zip\n");
    const second = await play({
      builder: async () => artifact("image", log),
      postProcessors: [[compress({ keepInputArtifact: true })]],
    });
    expect(log).toEqual(["destroyed image"]);
    expect(second.text).toContain("--> web: artifact image\n--> web: artifact zip\n");
  });
});
