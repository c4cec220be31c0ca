/**
 * What the EC2 endpoint needs from real machines, and nothing more. Implemented by `machine/` on Linux namespaces; the
 * endpoint's own tests use an in-memory one, and both pass the same contract suite.
 */
export interface Machines extends AsyncDisposable {
  /** What this host can do, decided once at start: how trees are cloned, whether each machine has a network of its own. */
  readonly capabilities: MachineCapabilities;
  /** Creates and boots a machine; resolves when its SSH server accepts connections. */
  launch(spec: MachineSpec, signal: AbortSignal): Promise<Machine>;
  /** Copies a stopped or running machine's own changes into `target` (a new directory), complete when it resolves. */
  capture(machine: string, target: string, signal: AbortSignal): Promise<CapturedTree>;
  find(id: string): Machine | undefined;
}
export interface MachineCapabilities {
  readonly clone: "overlay" | "copy";
  readonly network: "own" | "host";
  /** True where an own network also reaches outside (NAT). */
  readonly outbound: boolean;
  /** Sentences for the user about anything less than ideal. */
  readonly notes: readonly string[];
}
/** Where a machine's root file system comes from: a base, then captured layers on top, oldest first. */
export interface RootTree {
  readonly base:
    | { readonly kind: "host" }
    | { readonly kind: "directory"; readonly path: string }
    | { readonly kind: "tarball"; readonly path: string }
    /** A Windows stand-in of that version (`2012-R2`); each of its layers holds everything. */
    | { readonly kind: "windows"; readonly version: string };
  readonly layers: readonly string[];
}
export interface CapturedTree {
  readonly tree: RootTree;
  readonly bytes: number;
}
export interface MachineSpec {
  /** The instance id; also names its directory. */
  readonly id: string;
  readonly root: RootTree;
  readonly hostName: string;
  /** The login user the stood-in image would have (`ubuntu`, `ec2-user`, `admin`, …), with password-less sudo. */
  readonly defaultUser: string;
  /** OpenSSH public keys for the default user, written at first boot only (as cloud-init does). */
  readonly authorizedKeys: readonly string[];
  /** Raw user data; run at first boot when it is a script or a cloud-config subset. */
  readonly userData?: Uint8Array;
  /** Answers `/latest/...` paths of the metadata service; undefined = 404. The machine's side handles IMDSv2 tokens and options. */
  readonly metadata: (path: string) => string | undefined;
  readonly metadataOptions: { readonly enabled: boolean; readonly tokensRequired: boolean; readonly hopLimit: number };
}
/** How a machine ended itself: for good, or to be started again. */
export type Exit = "power-off" | "reboot";
export interface Machine {
  readonly id: string;
  /** IPv4 address that reaches the machine's port 22 from this host. */
  readonly address: string;
  readonly state: "running" | "stopped" | "destroyed";
  /** Windows alone: the password that the first boot set, encrypted for the first of the keys; base64. */
  readonly passwordData?: string | undefined;
  /** Serial-console-like text since boot (boot messages, user-data output). */
  console(): string;
  stop(signal: AbortSignal): Promise<void>;
  start(signal: AbortSignal): Promise<void>;
  /** A command of this host whose terminal is a login shell of the default user inside the running machine. */
  shellCommand(): readonly string[];
  /**
   * Called when the machine has shut itself down from inside; it is stopped then, and one that asks for a reboot is for the
   * listener to start. A machine that restarts within its own process (a Windows stand-in) tells nobody.
   */
  onExit(listener: (how: Exit) => void): void;
  destroy(signal: AbortSignal): Promise<void>;
}
