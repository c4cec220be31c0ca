import {
  type Artifact,
  type BuildContext,
  type Communicator,
  checked,
  type EngineEvent,
  type Machine,
  type MetaArguments,
  type Prepared,
  type ProvisionContext,
  type Resource,
  type ResourceKind,
  type StepInputs,
  type Unrepeatable,
} from "@kiln/sdk";
import { FakeHost, MemoryJournals, renderNames } from "@kiln/sdk/testing";
import type { Engine } from "../engine.ts";
import type { Planned, PlannedBuild } from "../plan/plan.ts";
import { Registry } from "../registry.ts";
import { runPlan } from "../run/run-plan.ts";
import { SecretSet } from "../secrets.ts";
import { humanView } from "../views/human-view.ts";
import { cacheFamily } from "./family.ts";
import { CacheStore } from "./store.ts";

/** What a machine of these tests consists of: everything that was ever done to it, in order. */
export type MachineState = readonly string[];

/** A provisioner as the test's template has it. */
export interface TestStep {
  readonly type?: string;
  readonly text: string;
  readonly files?: readonly string[];
  /** Names of the environment that it reads. */
  readonly environment?: readonly string[];
  readonly never?: string;
  /** How often it fails before it succeeds. */
  readonly failures?: number;
  readonly meta?: MetaArguments;
  /** During the run, before its work. */
  readonly before?: () => void;
}
export interface TestBuild {
  readonly image: string;
  readonly steps: readonly TestStep[];
  readonly name?: string;
  readonly version?: string;
  readonly cache?: boolean;
  /** Fails at saving. */
  readonly saveFails?: boolean;
  readonly cannotSave?: boolean;
  /** What is typed when a step failed (`-on-error=ask`). */
  readonly answers?: readonly string[];
}

class TestMachine implements Communicator {
  readonly kind = "test";
  state: MachineState;
  constructor(state: MachineState) {
    this.state = state;
  }
  exec = async (): Promise<never> => Promise.reject(new Error("not used"));
  upload = this.exec;
  uploadDirectory = this.exec;
  downloadDirectory = this.exec;
  async *download(): AsyncGenerator<Uint8Array> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** A host, a store and a builder whose images are exactly what was done to them. */
export class CacheBed {
  readonly host: FakeHost;
  readonly journals = new MemoryJournals();
  readonly store: CacheStore;
  /** Images that builds keep outside of the store, by name. */
  readonly images = new Map<string, MachineState>();
  /** Provisioners that ran in the last build. */
  ran: string[] = [];
  text = "";
  #runs = 0;

  constructor(host = new FakeHost()) {
    this.host = host;
    this.store = new CacheStore(host, "/cache");
  }

  readonly imageKind: ResourceKind<string, string> = {
    kind: "test.image",
    describe: (key) => `image ${key}`,
    find: async (key) => (this.images.has(key) ? [key] : []),
    release: async (key) => void this.images.delete(key),
  };

  get registry(): Registry {
    const family = {
      name: "test",
      resourceKinds: { "test.image": async () => this.imageKind as unknown as ResourceKind },
    };
    return new Registry([family, cacheFamily]);
  }

  engine(): Engine {
    return {
      host: this.host,
      registry: this.registry,
      connectors: {},
      journals: this.journals,
      renderer: () => renderNames,
      version: "1.16.0",
    };
  }

  /** Builds, and gives what the image holds; undefined where the build failed. */
  async build(build: TestBuild): Promise<MachineState | undefined> {
    this.ran = [];
    this.text = "";
    let made: MachineState | undefined;
    const name = build.name ?? "web";
    const answers = [...(build.answers ?? [])];
    const planned: PlannedBuild = {
      name,
      plainName: name,
      type: "test",
      position: 0,
      builder: this.#planned("test", async (ctx: BuildContext) => {
        made = await this.#builder(build, ctx);
        return artifact;
      }),
      provisioners: build.steps.map((step) => this.#provisioner(step)),
      postProcessors: [],
    };
    const view = humanView({ color: false, timestamps: false, timings: false });
    const { outcome } = await runPlan({
      engine: this.engine(),
      plan: { builds: [planned] },
      secrets: new SecretSet(),
      parallel: 0,
      onError: build.answers ? "ask" : "cleanup",
      force: false,
      debug: false,
      runUuid: `run-${++this.#runs}`,
      command: "build",
      interrupt: new AbortController().signal,
      force2: new AbortController().signal,
      ask: async () => answers.shift() ?? Promise.reject(new Error("nobody there")),
      ...((build.cache ?? true) && { cache: { store: this.store, version: build.version ?? "1" } }),
      deliver: (event: EngineEvent) => {
        this.text += view(event);
      },
    });
    return outcome === "succeeded" ? made : undefined;
  }

  /** The lines about the cache, without their beginnings. */
  get cacheLines(): readonly string[] {
    return this.text.split("\n").flatMap((line) => /^==> [\w-]+: Cache: (.*)$/.exec(line)?.[1] ?? []);
  }

  async #builder(build: TestBuild, ctx: BuildContext): Promise<MachineState> {
    const hit = await ctx.cache?.find({
      inputs: { config: { image: build.image }, files: [] },
      values: { User: "root" },
      unusable: async ({ ref }) => (this.images.has(ref as string) ? undefined : "its image is gone"),
    });
    const stored = hit && (JSON.parse(await this.host.files.readText(`${hit.directory}/machine`)) as MachineState);
    const comm = new TestMachine(stored ?? [build.image]);
    const machine: Machine = {
      communicator: comm,
      facts: { ID: `machine-${this.#runs}` },
      ...(hit && { resumed: hit }),
      ...(!build.cannotSave && {
        save: async ({ name: key, directory }) => {
          if (build.saveFails) throw new Error("no space left");
          await this.host.files.write(`${directory}/machine`, JSON.stringify(comm.state));
          const held = await ctx.acquire(this.#image(key, comm.state));
          return { ref: key, outside: { held, kind: "test.image", ref: key, bytes: 1000 } };
        },
      }),
    };
    await ctx.provision(machine);
    return comm.state;
  }

  #image(key: string, state: MachineState): Resource<string, string, string> {
    return {
      kind: this.imageKind,
      intent: key,
      create: async () => {
        this.images.set(key, state);
        return key;
      },
      ref: (made) => made,
    };
  }

  #provisioner(step: TestStep): Planned<ProvisionContext, void> {
    let failures = step.failures ?? 0;
    const inputs = async (): Promise<StepInputs | Unrepeatable> => {
      if (step.never !== undefined) return { never: step.never };
      const { text, files = [], environment = [] } = step;
      return { config: { text }, files, fileNoun: "script", environment };
    };
    const run = async (ctx: ProvisionContext): Promise<void> => {
      step.before?.();
      this.ran.push(step.text);
      const machine = ctx.machine.communicator as TestMachine;
      const read = await Promise.all((step.files ?? []).map((path) => this.#read(path)));
      const env = (step.environment ?? []).map((name) => `${name}=${this.host.env[name] ?? ""}`);
      machine.state = [...machine.state, `${step.text}:${[...read, ...env].join(",")}`];
      if (failures-- > 0) throw new Error("not today");
    };
    return this.#planned(step.type ?? "step", run, step.meta, inputs);
  }

  async #read(path: string): Promise<string> {
    const { files } = this.host;
    const stat = await files.stat(path);
    if (stat?.kind !== "directory") return `${path} ${stat?.mode.toString(8)} ${await files.readText(path)}`;
    const names = await files.list(path);
    return (await Promise.all(names.map((name) => this.#read(`${path}/${name}`)))).join(";");
  }

  #planned<Ctx, Out>(
    type: string,
    run: (ctx: Ctx) => Promise<Out>,
    meta: MetaArguments = {},
    inputs?: () => Promise<StepInputs | Unrepeatable>,
  ): Planned<Ctx, Out> {
    const prepared: Prepared<Ctx, Out> = { run, ...(inputs && { inputs }) };
    return { type, name: type, meta, bind: async () => checked({ prepared, render: renderNames, late: false }) };
  }
}

const artifact: Artifact = {
  builderId: "test.builder",
  id: "image",
  files: [],
  state: {},
  describe: () => "image",
  destroy: async () => {},
};
