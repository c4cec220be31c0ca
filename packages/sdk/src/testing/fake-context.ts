import type { Communicator } from "../communicator.ts";
import type { PrepareContext } from "../component.ts";
import { type Checked, checked, problem, refused } from "../diagnostics.ts";
import type { Json } from "../json.ts";
import type { KeyPair } from "../options/communicator.ts";
import type { Held, Resource } from "../resource.ts";
import type { BuildContext, ConnectTarget, Machine, RunContext } from "../run.ts";
import { FakeHost } from "./fake-host.ts";
import { FakeUi } from "./fake-ui.ts";

/** Renders `{{ .Name }}` and `{{ .A.B }}` only: enough for component tests; the real engine does the rest. */
export function renderNames(template: string, data: Readonly<Record<string, unknown>>, type?: string): Checked<string> {
  const asked = Array.from(template.matchAll(/\{\{\s*\.(\w+)/g), ([, name = ""]) => name);
  const unknown = asked.find((name) => !Object.hasOwn(data, name));
  if (type !== undefined && unknown !== undefined)
    return refused(problem("template/render", `can't evaluate field ${unknown} in type ${type}`));
  const text = template.replace(/\{\{\s*((?:\.\w+)+)\s*\}\}/g, (_, path: string) => {
    let value: unknown = data;
    for (const name of path.split(".").slice(1)) value = (value as Record<string, unknown> | undefined)?.[name];
    return value === undefined ? "<no value>" : String(value);
  });
  return checked(text);
}

export interface FakeContextOptions {
  readonly host?: FakeHost;
  readonly buildName?: string;
  readonly builderType?: string;
  readonly force?: boolean;
  readonly debug?: boolean;
  readonly signal?: AbortSignal;
  readonly buildValues?: Readonly<Record<string, unknown>>;
}

const nowhere = { file: "test.json", start: { line: 1, column: 1, byte: 0 }, end: { line: 1, column: 1, byte: 0 } };

/** What a component sees while it checks its configuration. */
export function fakePrepareContext(options: FakeContextOptions = {}): PrepareContext {
  const host = options.host ?? new FakeHost();
  return {
    env: host.env,
    platform: host.platform,
    cwd: host.cwd,
    files: host.files,
    http: host.http,
    buildName: options.buildName ?? "test",
    builderType: options.builderType ?? "null",
    force: options.force ?? false,
    debug: options.debug ?? false,
    signal: options.signal ?? new AbortController().signal,
    at: () => nowhere,
    render: renderNames,
  };
}

/**
 * A running build without an engine: lines, resources and steps are recorded, resources are released by `undo()`.
 * `journal` holds `intent kind`, `acquired kind`, `released kind`, `kept kind` in order.
 */
export class FakeRun implements RunContext {
  readonly host: FakeHost;
  readonly ui = new FakeUi();
  readonly signal: AbortSignal;
  readonly buildName: string;
  readonly builderType: string;
  readonly force: boolean;
  readonly debug: boolean;
  readonly runUuid = "00000000-0000-4000-8000-000000000000";
  readonly buildValues: Readonly<Record<string, unknown>>;
  readonly journal: string[] = [];
  readonly masked: string[] = [];
  readonly #undo: ((outcome: "succeeded" | "failed" | "cancelled") => Promise<void>)[] = [];

  constructor(options: FakeContextOptions = {}) {
    this.host = options.host ?? new FakeHost();
    this.signal = options.signal ?? new AbortController().signal;
    this.buildName = options.buildName ?? "test";
    this.builderType = options.builderType ?? "null";
    this.force = options.force ?? false;
    this.debug = options.debug ?? false;
    this.buildValues = options.buildValues ?? {};
  }

  render(template: string, data: Readonly<Record<string, unknown>>, type?: string): Checked<string> {
    return renderNames(template, { ...this.buildValues, ...data }, type);
  }
  readonly secrets = { add: (value: string): void => void this.masked.push(value) };

  async acquire<R, I extends Json, F extends Json>(resource: Resource<R, I, F>): Promise<Held<R>> {
    const { kind } = resource.kind;
    this.journal.push(`intent ${kind}`);
    const value = await resource.create(this.signal);
    this.journal.push(`acquired ${kind}`);
    let over = false;
    const end = async (how: string, body?: () => Promise<void>): Promise<void> => {
      if (over) return;
      over = true;
      await body?.();
      this.journal.push(`${how} ${kind}`);
    };
    const access = { host: this.host, ui: this.ui };
    const release = (): Promise<void> =>
      end("released", () => {
        const signal = new AbortController().signal;
        return resource.release
          ? resource.release(value, access, signal)
          : resource.kind.release(resource.ref(value), access, signal);
      });
    this.#undo.push(release);
    return { value, release, keep: () => end("kept") };
  }
  defer(undo: (signal: AbortSignal, outcome: "succeeded" | "failed" | "cancelled") => Promise<void>): void {
    this.#undo.push((outcome) => undo(new AbortController().signal, outcome));
  }
  /** What the engine does at the end: newest first. */
  async undo(outcome: "succeeded" | "failed" | "cancelled" = "succeeded"): Promise<void> {
    for (let next = this.#undo.pop(); next; next = this.#undo.pop()) await next(outcome);
  }
}

/** A build whose `connect` and `provision` are the test's own. */
export class FakeBuild extends FakeRun implements BuildContext {
  readonly steps: string[] = [];
  readonly published: Record<string, unknown> = {};
  readonly targets: ConnectTarget[] = [];
  readonly provisioned: Machine[] = [];
  communicator: Communicator | undefined;

  async step<T>(name: string, body: () => Promise<T>): Promise<T> {
    this.steps.push(name);
    return body();
  }
  async connect(target: ConnectTarget): Promise<Communicator> {
    this.steps.push("StepConnect");
    this.targets.push(target);
    await target.address(this.signal);
    if (!this.communicator) throw new Error("the test gave no communicator");
    return this.communicator;
  }
  async generateKeyPair(_config: unknown, comment: string): Promise<KeyPair> {
    return { privateKey: "-----BEGIN TEST KEY-----", publicKey: `ssh-test AAAA ${comment}`, comment };
  }
  publish(values: Readonly<Record<string, unknown>>): void {
    Object.assign(this.published, values);
  }
  async provision(machine: Machine): Promise<void> {
    this.steps.push("StepProvision");
    this.provisioned.push(machine);
  }
}
