import type { CloudClock } from "./clock.ts";
import type { Faults } from "./faults/faults.ts";
import type { Captures } from "./images/captures.ts";
import type { Layers } from "./images/layers.ts";
import type { Lifecycle } from "./instances/lifecycle.ts";
import type { Machines, RootTree } from "./machine/contract.ts";
import type { PolicyRecorder } from "./policy/recorder.ts";
import type { Store } from "./state/store.ts";
import type { Tasks } from "./tasks.ts";

/** The parts that requests work on. */
export interface Cloud {
  readonly accountId: string;
  readonly regions: readonly string[];
  readonly store: Store;
  readonly clock: CloudClock;
  readonly machines: Machines;
  readonly layers: Layers;
  readonly faults: Faults;
  readonly policy: PolicyRecorder;
  readonly tasks: Tasks;
  /** Where catalogue images start from. */
  readonly base: RootTree["base"];
  /** Login user of images with an unknown id; absent: unknown ids are refused. */
  readonly unknownImageUser: string | undefined;
  /** Milliseconds that a terminated instance still shows. */
  readonly terminatedShowsMs: number;
  readonly issuedKeys: Map<string, IssuedKey>;
  /** `REGION/ami-…` of images that were removed: these are not unknown public ones. */
  readonly deregistered: Set<string>;
  readonly lifecycle: Lifecycle;
  readonly captures: Captures;
  endpoint(): string;
  callerArn(accessKeyId: string): string;
}

/** Temporary credentials that STS or an instance's role handed out, by access key id. */
export interface IssuedKey {
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: number;
  readonly arn: string;
  readonly userId: string;
}
