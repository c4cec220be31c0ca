import type { Communicator } from "./communicator.ts";
import type { PrepareContext } from "./component.ts";
import type { Diagnostic } from "./diagnostics.ts";
import type { Host } from "./host.ts";
import type { ConnectConfig, KeyPair } from "./options/communicator.ts";
import type { ConnectTarget, Ui } from "./run.ts";

/**
 * One way to reach machines, handed to the engine by the command line: the engine itself imports no client.
 */
export interface Connector {
  /** Option rules that need more than the shape: key files exist and parse, a user is named, bastion and proxy exclude each other. */
  check(config: ConnectConfig, ctx: PrepareContext): Promise<readonly Diagnostic[]>;
  /**
   * Tries until it works or the configured timeout passes. Prints only what happens on the way (retries, hints), not the engine's
   * `Waiting for …`/`Connected to …` lines. Rejects with `ConnectError`, which names the stage that failed and what was tried.
   */
  connect(target: ConnectTarget, access: ConnectAccess): Promise<Communicator>;
  generateKeyPair?(config: ConnectConfig, comment: string): Promise<KeyPair>;
  /** Commands that take the temporary key out of the machine's authorized_keys (`ssh_clear_authorized_keys`). */
  clearTemporaryKey?(comm: Communicator, config: ConnectConfig, key: KeyPair, signal: AbortSignal): Promise<void>;
}
export interface ConnectAccess {
  readonly host: Host;
  readonly ui: Ui;
  readonly signal: AbortSignal;
  readonly secrets: { add(value: string): void };
}
