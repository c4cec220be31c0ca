import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cmd, cmdLine } from "../cmd/cmd.ts";
import { powershell } from "../powershell/powershell.ts";
import { launcher, programFiles } from "../programs/launcher.ts";
import { layOutDrive, newSystem } from "../system/new-system.ts";
import { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import { Collected, type Input, noInput } from "../system/streams.ts";
import { WindowsSystem } from "../system/windows-system.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** A system without a machine around it: for tests of what runs inside. */
export class WindowsBench implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "windows-bench-"));
  readonly system: WindowsSystem;
  readonly power: string[] = [];

  constructor() {
    layOutDrive(this.folder, programFiles);
    this.system = new WindowsSystem(
      { ...newSystem("2012-R2"), computerName: "WIN-BENCH" },
      {
        folder: this.folder,
        ntHash: (password) => createHash("md5").update(password).digest(),
        launcher,
        onPower: (kind) => void this.power.push(kind),
        runTask: (system, definition, signal) => {
          const process = new WindowsProcess({
            system,
            user: definition.user,
            environment: system.environmentOf(definition.user),
            directory: definition.directory,
            input: noInput,
            output: new Collected(),
            errors: new Collected(),
            page: 437,
            signal,
          });
          return cmd(process, definition.arguments);
        },
        now: () => Date.now(),
        say: () => undefined,
      },
    );
  }

  /** Runs a command line as WinRM's shell does. */
  cmd(line: string, input: Input = noInput): Promise<Said> {
    return this.run((process) => cmdLine(process, line), input);
  }
  /** Runs a PowerShell script, as a file or (`how`) as a command. */
  async script(text: string, how: "file" | "command" = "file", input: Input = noInput): Promise<Said> {
    if (how === "command")
      return this.run(
        (process) => powershell(process, `-Command ${/\s/.test(text) ? `"${text.replaceAll('"', '\\"')}"` : text}`),
        input,
      );
    this.system.drive.write("C:\\script.ps1", Buffer.from(`\ufeff${text}`));
    return this.run((process) => powershell(process, "-File C:\\script.ps1"), input);
  }

  async run(program: (process: WindowsProcess) => Promise<number>, input: Input = noInput): Promise<Said> {
    const [out, errors] = [new Collected(), new Collected()];
    const process = new WindowsProcess({
      system: this.system,
      user: "Administrator",
      environment: this.system.environmentOf("Administrator"),
      directory: "C:\\Users\\Administrator",
      input,
      output: out,
      errors,
      page: 65001,
      signal: AbortSignal.timeout(30_000),
    });
    let code: number;
    try {
      code = await program(process);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      process.errorLine(error.message);
      code = 99;
    }
    return { code, out: out.bytes().toString("utf8"), errors: errors.bytes().toString("utf8") };
  }
  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
