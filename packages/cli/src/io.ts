import type { Interrupts, Terminal } from "@kiln/host-node";
import type { Host, JournalStore } from "@kiln/sdk";

/** Everything a command needs from the process it runs in. */
export interface Io {
  /** `kiln` or `packer`, as the user called it. */
  readonly invokedAs: string;
  readonly host: Host;
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
  /** Told of every interrupt; the command in charge sets it. */
  onInterrupt: ((word: string, count: number) => void) | undefined;
  readonly journals: JournalStore;
  /** `-machine-readable` stood somewhere in the arguments. */
  readonly machineReadable: boolean;
  readonly runUuid: string;
}
