/** `exit`, `exit /b` and `goto` on their way out. */
export class CmdExit {
  readonly code: number;
  /** `/b`: the batch file ends, and cmd goes on. */
  readonly batchOnly: boolean;
  constructor(code: number, batchOnly: boolean) {
    this.code = code;
    this.batchOnly = batchOnly;
  }
}
export class CmdJump {
  readonly label: string;
  constructor(label: string) {
    this.label = label;
  }
}
