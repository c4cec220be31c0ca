/** What a stand-in's process is told on its first line of standard input, as JSON. */
export interface WindowsMachineSettings {
  /** Holds the drive (`c`), the rest of the system (`state.json`) and the socket for shells. */
  readonly folder: string;
  readonly version: string;
  /** Where WinRM listens. */
  readonly host: string;
  readonly userData: string | undefined;
  /** An OpenSSH public key: the password is encrypted for it. */
  readonly publicKey: string | undefined;
  readonly hostName: string;
}

/** What it says, one line of JSON each. */
export type MachineMessage =
  | { readonly is: "loaded" | "up" | "off" | "flushed" }
  | { readonly is: "failed"; readonly reason: string }
  | { readonly is: "console"; readonly text: string }
  /** What user data asked for and the machine has not. */
  | { readonly is: "complaint"; readonly text: string }
  /** The administrator's new password, encrypted for the key pair. */
  | { readonly is: "password"; readonly data: string };

/** What it is told later. */
export type MachineOrder = "flush" | "stop";
