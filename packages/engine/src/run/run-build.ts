import {
  type Artifact,
  type BuildContext,
  type Checked,
  type Communicator,
  type ConnectTarget,
  type Diagnostic,
  isJsonObject,
  type Journal,
  type KeyPair,
  type Machine,
  messageOf,
  type Outcome,
  type PostProcessContext,
  type PostProcessed,
  type ProvisionContext,
  type RunContext,
  StepError,
} from "@kiln/sdk";
import type { BuildCacheRun, CacheSettings } from "../cache/build-cache.ts";
import type { Engine, Render } from "../engine.ts";
import { buildValueNames, initialBuildValues } from "../plan/build-values.ts";
import type { Planned, PlannedBuild } from "../plan/plan.ts";
import type { SecretSet } from "../secrets.ts";
import { type Ask, buildUi } from "./build-ui.ts";
import { connectorFor, connectTo } from "./connect.ts";
import type { Emit } from "./event-sink.ts";
import { postProcess } from "./post-process.ts";
import { cleanupFailure, provisionOne } from "./provision.ts";
import { type OnError, Steps } from "./steps.ts";
import { type UndoAccess, UndoScope } from "./undo-scope.ts";

export interface RunSettings {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly emit: Emit;
  readonly ask: Ask;
  readonly secrets: SecretSet;
  readonly work: AbortSignal;
  readonly cleanup: AbortSignal;
  readonly onError: OnError;
  readonly force: boolean;
  readonly debug: boolean;
  readonly runUuid: string;
  /** With `-cache`. */
  readonly cache?: CacheSettings;
  nextResource(): string;
}
export interface BuildResult {
  readonly outcome: Outcome;
  readonly artifacts: readonly Artifact[];
  readonly error?: string;
}

/** All messages of a refusal that comes when nothing but failing is left. */
function refusal(what: string, diagnostics: readonly Diagnostic[]): StepError {
  const texts = diagnostics
    .filter((d) => d.severity === "error")
    .map((d) => [d.summary, d.detail].filter(Boolean).join(": "));
  return new StepError(`${what}: ${texts.join("; ")}`, { code: "config/invalid" });
}

function valueOf<T>(result: Checked<T>, what: string): T {
  if (!result.ok) throw refusal(what, result.diagnostics);
  return result.value;
}

/** One build from start to finish: the builder's steps, provisioning inside them, undoing, post-processing. */
export class BuildRun {
  readonly #build: PlannedBuild;
  readonly #settings: RunSettings;
  readonly #steps: Steps;
  readonly #ui: ReturnType<typeof buildUi>;
  readonly #values: Record<string, unknown>;
  readonly #undo: UndoAccess;
  readonly #targets = new Map<Communicator, ConnectTarget>();
  #cache: BuildCacheRun | undefined;
  /** What ended the build before its time. */
  #failure: unknown;
  #cleanupError: Error | undefined;

  constructor(build: PlannedBuild, settings: RunSettings) {
    this.#build = build;
    this.#settings = settings;
    this.#ui = buildUi(settings.emit, settings.ask, build.name, () => this.#steps.current);
    this.#values = initialBuildValues(settings.runUuid);
    const { engine, journal, work, cleanup, emit, onError, debug } = settings;
    this.#undo = {
      host: engine.host,
      ui: this.#ui,
      journal,
      build: build.name,
      work,
      cleanup,
      nextResource: () => settings.nextResource(),
    };
    this.#steps = new Steps({
      build: build.name,
      host: engine.host,
      ui: this.#ui,
      emit,
      work,
      onError,
      debug,
      undo: this.#undo,
    });
  }

  async run(): Promise<BuildResult> {
    const { work } = this.#settings;
    let artifact: Artifact | undefined;
    let failure: unknown;
    try {
      work.throwIfAborted();
      const bound = valueOf(await this.#build.builder.bind(this.#values), "The builder's configuration is not valid");
      this.#cache = await this.#openCache(bound.prepared.exports ?? []);
      artifact = await bound.prepared.run(this.#buildContext(bound.render));
    } catch (error) {
      failure = error ?? new StepError("the build failed without saying why");
      this.#failure = failure;
    }
    await this.#steps.undoAll(failure === undefined ? "succeeded" : work.aborted ? "cancelled" : "failed");
    failure = this.#cleanupError ?? failure;
    if (work.aborted) {
      if (artifact && !artifact.empty)
        this.#ui.say(`This was finished before the interruption and is kept: ${artifact.describe().trim()}`);
      return { outcome: "cancelled", artifacts: artifact ? [artifact] : [], error: messageOf(work.reason) };
    }
    if (failure !== undefined) return { outcome: "failed", artifacts: [], error: messageOf(failure) };
    return artifact ? this.#postProcess(artifact) : { outcome: "succeeded", artifacts: [] };
  }

  async #openCache(exports: readonly string[]): Promise<BuildCacheRun | undefined> {
    const { cache, engine, work } = this.#settings;
    if (!cache) return undefined;
    const { BuildCacheRun } = await import("../cache/build-cache.ts");
    const { name, plainName, type, provisioners } = this.#build;
    return new BuildCacheRun(cache, {
      host: engine.host,
      registry: engine.registry,
      ui: this.#ui,
      name,
      plainName,
      type,
      provisioners,
      signal: work,
      acquire: (resource) => this.#steps.scope.acquire(resource),
      valueNames: () => [...new Set([...buildValueNames(exports), ...Object.keys(this.#values)])],
    });
  }

  #runContext(render: Render, signal: AbortSignal, scopeOf: () => UndoScope, ui = this.#ui): RunContext {
    const { engine, force, debug, runUuid, secrets } = this.#settings;
    return {
      signal,
      ui,
      host: engine.host,
      buildName: this.#build.plainName,
      builderType: this.#build.type,
      force,
      debug,
      runUuid,
      buildValues: this.#values,
      render,
      secrets,
      acquire: (resource) => scopeOf().acquire(resource),
      defer: (undo) => scopeOf().defer(undo),
    };
  }

  #buildContext(render: Render): BuildContext {
    return {
      ...this.#runContext(render, this.#settings.work, () => this.#steps.scope),
      step: (name, body) => this.#steps.run(name, body),
      connect: (target) => this.#connect(target),
      generateKeyPair: (config, comment) => this.#generateKeyPair(config.communicator, config, comment),
      publish: (values) => void Object.assign(this.#values, values),
      provision: (machine) => this.#provision(machine),
      ...(this.#cache && { cache: this.#cache }),
    };
  }

  async #generateKeyPair(communicator: string, config: ConnectTarget["config"], comment: string): Promise<KeyPair> {
    // WinRM machines too may need a key, to read their password with.
    const connector = await connectorFor(this.#settings.engine, communicator === "winrm" ? "ssh" : communicator);
    if (!connector.generateKeyPair) throw new StepError(`${communicator} has no keys to generate`);
    return connector.generateKeyPair(config, comment);
  }

  #connect(target: ConnectTarget): Promise<Communicator> {
    return this.#steps.run("StepConnect", async () => {
      const { engine, work, secrets } = this.#settings;
      let last: { readonly host: string; readonly port: number } | undefined;
      const remembering: ConnectTarget = {
        ...target,
        address: async (signal) => {
          last = await target.address(signal);
          return last;
        },
      };
      const signal = target.gone ? AbortSignal.any([work, target.gone]) : work;
      const comm = await connectTo(engine, remembering, { host: engine.host, ui: this.#ui, signal, secrets });
      this.#steps.scope.defer(async () => comm[Symbol.asyncDispose]());
      this.#targets.set(comm, target);
      const { config, generatedKey } = target;
      // As in Packer, a build that connects to nothing tells its provisioners nothing of a connection.
      if (config.communicator === "none") return comm;
      const winrm = config.communicator === "winrm";
      Object.assign(this.#values, {
        ConnType: config.communicator,
        ...(last && { Host: last.host, Port: last.port }),
        User: (winrm ? config.winrm_username : config.ssh_username) ?? "",
        Password: (winrm ? (target.password ?? config.winrm_password) : config.ssh_password) ?? "",
        SSHPublicKey: generatedKey?.publicKey ?? "",
        SSHPrivateKey: generatedKey?.privateKey ?? "",
        SSHPrivateKeyFile: config.ssh_private_key_file ?? "",
        SSHAgentAuth: config.ssh_agent_auth ?? false,
        WinRMPassword: target.password ?? config.winrm_password ?? "",
      });
      return comm;
    });
  }

  async #provision(machine: Machine): Promise<void> {
    Object.assign(this.#values, machine.facts);
    await this.#steps.run("StepProvision", () => this.#provisionAll(machine));
    await this.#clearTemporaryKey(machine.communicator);
  }

  async #provisionAll(machine: Machine): Promise<void> {
    // As in Packer, also where a later step fails: the commit, the shutdown.
    this.#steps.scope.deferToEnd(async (cleanup, outcome) => {
      if (outcome !== "succeeded") await this.#errorCleanup(machine, cleanup);
    });
    const { engine, debug, work } = this.#settings;
    const done = this.#cache?.begin(machine) ?? 0;
    for (const [index, provisioner] of this.#build.provisioners.entries()) {
      if (index < done) continue;
      if (debug) {
        const question = "Pausing before the next provisioner . Press enter to continue.";
        await this.#ui.ask(question, work).catch(() => {});
      }
      const clean = await this.#steps.timed(`provisioner ${provisioner.type}`, () =>
        provisionOne(provisioner, {
          say: (line) => this.#ui.say(line),
          error: (line) => this.#ui.error(line),
          sleep: (ms, signal) => engine.host.clock.sleep(ms, signal),
          signal: work,
          run: (p, signal) => this.#runProvisioner(p, machine, signal),
        }),
      );
      await this.#cache?.ended(index, machine, clean);
    }
  }

  async #errorCleanup(machine: Machine, cleanup: AbortSignal): Promise<void> {
    this.#ui.say("Provisioning step had errors: Running the cleanup provisioner, if present...");
    if (!this.#build.onError) return;
    try {
      await this.#runProvisioner(this.#build.onError, machine, cleanup);
    } catch (error) {
      this.#cleanupError = cleanupFailure(error, this.#failure);
    }
  }

  async #runProvisioner(
    provisioner: Planned<ProvisionContext, void>,
    machine: Machine,
    signal: AbortSignal,
  ): Promise<void> {
    const what = `The configuration of provisioner ${provisioner.type} is not valid with the machine's values`;
    const bound = valueOf(await provisioner.bind(this.#values), what);
    await this.#scoped(signal, async (scope) => {
      const ctx: ProvisionContext = {
        ...this.#runContext(bound.render, signal, () => scope),
        machine,
        serveSsh: async (options) => {
          const { serveSsh } = this.#settings.engine;
          if (!serveSsh) throw new StepError("this build has no SSH server to offer to its provisioners");
          const server = await serveSsh(machine.communicator, options);
          scope.defer(async () => server[Symbol.asyncDispose]());
          return server;
        },
      };
      await bound.prepared.run(ctx);
    });
  }

  /** Resources of one component run: undone when it ends, however it ends. */
  async #scoped<T>(work: AbortSignal, body: (scope: UndoScope) => Promise<T>): Promise<T> {
    const scope = new UndoScope({ ...this.#undo, work });
    let outcome: Outcome = "failed";
    try {
      const value = await body(scope);
      outcome = "succeeded";
      return value;
    } finally {
      await scope.undo(outcome);
    }
  }

  async #clearTemporaryKey(comm: Communicator): Promise<void> {
    const target = this.#targets.get(comm);
    if (!target?.config.ssh_clear_authorized_keys || !target.generatedKey) return;
    const { config, generatedKey } = target;
    const connector = await connectorFor(this.#settings.engine, config.communicator);
    if (!connector.clearTemporaryKey) return;
    await this.#steps.run("StepCleanupTempKeys", async () => {
      this.#ui.say("Trying to remove ephemeral keys from authorized_keys files");
      await connector.clearTemporaryKey?.(comm, config, generatedKey, this.#settings.work);
    });
  }

  async #postProcess(artifact: Artifact): Promise<BuildResult> {
    const { work, cleanup } = this.#settings;
    const { artifacts, errors } = await postProcess(this.#build.postProcessors, artifact, {
      say: (line) => this.#ui.say(line),
      error: (line) => this.#ui.error(line),
      cleanup,
      run: (step, input) => this.#steps.timed(`post-processor ${step.type}`, () => this.#runPostProcessor(step, input)),
    });
    if (work.aborted) return { outcome: "cancelled", artifacts, error: messageOf(work.reason) };
    if (errors.length === 0) return { outcome: "succeeded", artifacts };
    const error =
      errors.length === 1
        ? (errors[0] ?? "")
        : `${errors.length} error(s) occurred:\n\n${errors.map((e) => `* ${e}`).join("\n")}`;
    return { outcome: "failed", artifacts, error };
  }

  async #runPostProcessor(step: Planned<PostProcessContext, PostProcessed>, input: Artifact): Promise<PostProcessed> {
    const { emit, ask, work } = this.#settings;
    work.throwIfAborted();
    const values = generatedData(input, this.#values);
    const what = `The configuration of post-processor ${step.type} is not valid with the build's values`;
    const bound = valueOf(await step.bind(values), what);
    const ui = buildUi(emit, ask, this.#build.name, () => this.#steps.current, step.type);
    return this.#scoped(work, (scope) =>
      bound.prepared.run({ ...this.#runContext(bound.render, work, () => scope, ui), buildValues: values, input }),
    );
  }
}

/** Build values as a post-processor sees them: what the artifact carries wins. */
function generatedData(
  artifact: Artifact,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const data = artifact.state["generated_data"];
  return isJsonObject(data) ? { ...values, ...data } : values;
}
