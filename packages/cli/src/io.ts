import type { Interrupts, Terminal } from "@kiln/host-node";
import type { Host, JournalStore } from "@kiln/sdk";

/** Everything a command needs from the process it runs in. */
export interface Io {
  /** `kiln` or `packer`, as the user called it. */
  readonly invokedAs: string;
  /** The arguments, for messages that tell how to run this again. */
  readonly commandLine: readonly string[];
  readonly host: Host;
  /** Run journals and the local cloud keep their state here. */
  readonly stateDirectory: string;
  /** Builds with `-cache` store their states here. */
  readonly cacheDirectory: string;
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
  /** Told of every interrupt; the command in charge sets the listener. */
  readonly interruptTold: { listener: ((word: string, count: number) => void) | undefined };
  readonly journals: JournalStore;
  /** `-machine-readable` stood somewhere in the arguments. */
  readonly machineReadable: boolean;
  readonly runUuid: string;
}
