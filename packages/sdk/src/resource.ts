import type { Host } from "./host.ts";
import type { Json } from "./json.ts";
import type { Ui } from "./run.ts";

/** Exported by a component family, so that another process can find and undo what a dead one left. */
export interface ResourceKind<Intent extends Json = Json, Ref extends Json = Json> {
  /** `docker.container`, `amazon.instance`. */
  readonly kind: string;
  /** One line for a person: `EC2 instance i-0abc in us-east-1`. */
  describe(intent: Intent, ref: Ref | undefined): string;
  /** Whatever bears the intended name or tag now; the call that made it may have died before its id was written. */
  find(intent: Intent, access: Access, signal: AbortSignal): Promise<readonly Ref[]>;
  /** Idempotent; gets the cleanup signal, never the already-aborted work signal. */
  release(ref: Ref, access: Access, signal: AbortSignal): Promise<void>;
}
/** Credentials and clients come from the environment at clean-up time; the journal holds region and endpoint, never a secret. */
export interface Access {
  readonly host: Host;
  readonly ui: Ui;
}
export interface Resource<R, Intent extends Json = Json, Ref extends Json = Json> {
  readonly kind: ResourceKind<Intent, Ref>;
  readonly intent: Intent;
  /**
   * When it throws, whatever `find` finds is released, unless the error says `nothingMade: true` (a definite refusal, such as a 4xx
   * answer).
   */
  create(signal: AbortSignal): Promise<R>;
  ref(value: R): Ref;
  /** Undo with what the build has at hand (its own credentials, its own lines); the kind's `release` where absent. */
  release?(value: R, access: Access, signal: AbortSignal): Promise<void>;
}
/** A resource that exists. Released with its step, newest first, unless it was released or kept before. */
export interface Held<R> {
  readonly value: R;
  /** Undo now; a second call does nothing. */
  release(): Promise<void>;
  /** It became part of the result: never undone from here on. */
  keep(): Promise<void>;
}
