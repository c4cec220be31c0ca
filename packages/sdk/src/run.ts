import type { Artifact } from "./artifact.ts";
import type { BuildCache, CacheHit, SaveCheckpoint } from "./cache.ts";
import type { Communicator } from "./communicator.ts";
import type { Checked } from "./diagnostics.ts";
import type { Host } from "./host.ts";
import type { Json } from "./json.ts";
import type { ConnectConfig, KeyPair } from "./options/communicator.ts";
import type { Held, Resource } from "./resource.ts";

/** Lines of one build. Prefixes, colours and masking are the views' business. */
export interface Ui {
  /** What Kiln does: `==> NAME: …`. */
  say(line: string): void;
  /** What the machine or a sub-step says: `    NAME: …`. */
  message(line: string): void;
  /** `==> NAME: …` in red. */
  error(line: string): void;
  /** Bytes (or steps) done out of `total`; shown on a terminal only. Dispose to end it. */
  progress(label: string, total?: number): Disposable & { advance(by: number): void };
  /** Asks on the terminal; rejects with code `ui/no-terminal` where there is none. */
  ask(question: string, signal: AbortSignal): Promise<string>;
}

/** What every running component gets. */
export interface RunContext {
  readonly signal: AbortSignal;
  readonly ui: Ui;
  readonly host: Host;
  /** The name that PACKER_BUILD_NAME and `build_name` give. */
  readonly buildName: string;
  readonly builderType: string;
  /** `-force` and `-debug` of the command line. */
  readonly force: boolean;
  readonly debug: boolean;
  /** PACKER_RUN_UUID of this command. */
  readonly runUuid: string;
  /** Values of the machine so far (`ID`, `Host`, `PackerHTTPAddr`, what the builder exported); for `build` in templates. */
  readonly buildValues: Readonly<Record<string, unknown>>;
  /**
   * Go-template text that only the run can render: `execute_command`, tags, output names. `data` are the `.Names`; the build's values
   * are added below them, and the component's own functions are there. With `type`, the Go type that Packer keeps them in
   * (`*shell.ExecuteCommandTemplate`), any other name is an error; without it, as in Packer's maps, it renders as `<no value>`.
   */
  render(template: string, data: Readonly<Record<string, unknown>>, type?: string): Checked<string>;
  /** Registers a value learnt during the run (a fetched password) for masking in every sink. */
  readonly secrets: { add(value: string): void };
  /** Journals the intent, creates, schedules the undo, journals the id: in that order. */
  acquire<R, I extends Json, F extends Json>(resource: Resource<R, I, F>): Promise<Held<R>>;
  /** Runs when the current step is undone, newest first, whether or not anything failed; gets the cleanup signal. */
  defer(undo: (signal: AbortSignal, outcome: "succeeded" | "failed" | "cancelled") => Promise<void>): void;
}

export interface BuildContext extends RunContext {
  /**
   * Runs `body` now; `-debug`, `-on-error`, timing and events live around it. `name` is Packer's step type where there is one
   * (`StepRunSourceInstance`), since `-on-error` and `-debug` print it. Resources acquired inside belong to the step.
   */
  step<T>(name: string, body: () => Promise<T>): Promise<T>;
  /** The engine owns SSH and WinRM; a builder says where, and never imports a client. A step of its own: `StepConnect`. */
  connect(target: ConnectTarget): Promise<Communicator>;
  /** A key pair of the configured `temporary_key_pair_type`, made here. Prints nothing. */
  generateKeyPair(config: ConnectConfig, comment: string): Promise<KeyPair>;
  /** Values that provisioners and post-processors read as `build.X`; may be called repeatedly before `provision`. */
  publish(values: Readonly<Record<string, unknown>>): void;
  /**
   * Runs the template's provisioners against a connected machine, as the step `StepProvision`. A builder may bring its own communicator
   * (docker, chroot, the file builder's mock).
   */
  provision(machine: Machine): Promise<void>;
  /** With `-cache`: states of earlier builds to start from. */
  readonly cache?: BuildCache;
}

export interface ConnectTarget {
  /** The decoded communicator options: users, keys, agent, bastion, proxy, tunnels, timeouts. */
  readonly config: ConnectConfig;
  /** Asked at every attempt: a cloud machine's address appears late and may change. */
  address(signal: AbortSignal): Promise<{ readonly host: string; readonly port: number }>;
  /** The address where it is known before connecting: printed as `Using SSH communicator to connect: HOST`. */
  readonly knownHost?: string;
  readonly generatedKey?: KeyPair;
  /** The password that the platform gave (WinRM), where the template gives none. */
  readonly password?: string;
  /** Aborted when the machine is gone for good: connecting then ends at once with the signal's reason. */
  readonly gone?: AbortSignal;
}
/** `facts` feed `build.*` and `{{ build }}`: `ID` and whatever the builder exports. */
export interface Machine {
  readonly communicator: Communicator;
  readonly facts: Readonly<Record<string, unknown>>;
  /** The stored state that it was started from: the provisioners done in it are not run again. */
  readonly resumed?: CacheHit;
  /** For builders that can save a machine between provisioners. Used with `-cache` only. */
  readonly save?: SaveCheckpoint;
}
export interface ProvisionContext extends RunContext {
  readonly machine: Machine;
  /** An SSH/SFTP server on loopback whose other end is the machine, whatever its communicator: what Ansible connects to. */
  serveSsh(options: ServeSshOptions): Promise<SshServer>;
}
export interface ServeSshOptions {
  /** The only name that may log in. */
  readonly user: string;
  /** The only key that may log in, as a line of `authorized_keys`; absent makes a key pair for this server alone. */
  readonly authorizedKey?: string;
  /** Kind of the key pair made here; `ecdsa` (P-384) when absent. */
  readonly keyType?: "ecdsa" | "rsa";
  /** Text of the server's own private key; absent makes one. */
  readonly hostKey?: string;
  /** First of ten ports to try; any free one when 0 or absent. */
  readonly port?: number;
  /** Program on the machine that answers SFTP; where absent or not found, the machine's own SSH server does, or else Kiln itself. */
  readonly sftpCommand?: string;
}
/** Listens until disposed; goes with the component run at the latest. */
export interface SshServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Text of the private key that was made for the client. */
  readonly privateKey?: string;
}
/** Makes `serveSsh`; handed to the engine by the command line. Rejects with `StepError`. */
export type ServeSsh = (communicator: Communicator, options: ServeSshOptions) => Promise<SshServer>;
export interface PostProcessContext extends RunContext {
  /** What came before in the chain; the engine never destroys it because of a failure. */
  readonly input: Artifact;
}
export interface PostProcessed {
  /** Absent ends the chain silently. */
  readonly artifact?: Artifact;
  /** Default of `keep_input_artifact`. */
  readonly keepInput: boolean;
  /** A user's `keep_input_artifact = false` is overruled. */
  readonly forceKeep?: boolean;
}
