import type { CloneMethod } from "./boot/boot-script.ts";
import type { HostNetwork } from "./network/host-network.ts";
import type { AddressPool } from "./network/subnet.ts";
import type { SpareSshProcess } from "./ssh-process.ts";

/** What all machines of one cloud share. */
export interface MachineShop {
  readonly method: CloneMethod;
  /** Undefined: the machines use the host's network. */
  readonly network: HostNetwork | undefined;
  readonly addresses: AddressPool;
  /** First three numbers of the machines' addresses. */
  readonly addressPrefix: string;
  /** Holds one directory per machine. */
  readonly folder: string;
  /** The SSH server's program, and where Node may keep its compiled code. */
  readonly sshServer: string;
  readonly codeCache: string;
  readonly servers: SpareSshProcess;
}
