import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { ntHash } from "@kiln/communicators";
import { batchFile, cmd } from "../cmd/cmd.ts";
import { powershell } from "../powershell/powershell.ts";
import { launcher, programFiles } from "../programs/launcher.ts";
import { layOutDrive, newSystem } from "../system/new-system.ts";
import { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import type { TaskDefinition } from "../system/scheduled-tasks.ts";
import { FedInput, noInput, type Output } from "../system/streams.ts";
import { decodePage } from "../system/text-encodings.ts";
import { type StoredSystem, WindowsSystem } from "../system/windows-system.ts";
import { ShellService } from "../winrm/service.ts";
import { Listeners } from "./listeners.ts";
import { encryptedPassword, randomPassword } from "./password.ts";
import type { MachineMessage, WindowsMachineSettings } from "./settings.ts";
import { readUserData } from "./user-data.ts";

/** What is on its way when the machine goes down gets this long to be delivered. */
const lastWordsMs = 300;
/** A restart takes this long: long enough to be noticed. */
const restartMs = 1_200;

/** A stand-in that is switched on: boots, restarts, and writes down what it is. */
export class RunningSystem {
  readonly #settings: WindowsMachineSettings;
  readonly #tell: (message: MachineMessage) => void;
  #system: WindowsSystem;
  #service: ShellService;
  #listeners: Listeners;
  #shells: Server | undefined;
  #session = new AbortController();
  #isOff = false;

  constructor(settings: WindowsMachineSettings, tell: (message: MachineMessage) => void) {
    this.#settings = settings;
    this.#tell = tell;
    this.#system = this.#load();
    this.#service = new ShellService(this.#system);
    this.#listeners = new Listeners(this.#system, this.#service, settings.host);
  }

  /** Boots: `up` is said when the system runs; what first boots do goes on after that. */
  async boot(): Promise<void> {
    const system = this.#system;
    if (system.pendingName !== undefined) system.computerName = system.pendingName;
    system.pendingName = undefined;
    const isFirst = system.isFirstBoot;
    if (isFirst) system.computerName = system.newComputerName();
    system.services.boot();
    this.#say(`${system.version.caption} (stand-in) boots as ${system.computerName}`);
    if (isFirst) this.#newPassword();
    await this.#listeners.follow();
    this.#shells ??= await this.#serveShells();
    this.flush();
    this.#tell({ is: "up" });
    void this.#userData(isFirst);
  }

  /** Writes everything down that is not on the drive. */
  flush(): void {
    const file = join(this.#settings.folder, "state.json");
    writeFileSync(`${file}.part`, JSON.stringify(this.#system.stored()));
    renameSync(`${file}.part`, file);
  }

  async stop(): Promise<void> {
    this.#isOff = true;
    this.#session.abort(new Error("the machine was stopped"));
    this.#service.close();
    await this.#listeners.close();
    await new Promise<void>((closed) => (this.#shells ? this.#shells.close(() => closed()) : closed()));
    this.flush();
  }

  #load(): WindowsSystem {
    const { folder, version } = this.#settings;
    const drive = join(folder, "c");
    const state = join(folder, "state.json");
    if (!existsSync(drive)) {
      mkdirSync(drive, { recursive: true });
      layOutDrive(drive, programFiles);
    }
    const stored = existsSync(state) ? (JSON.parse(readFileSync(state, "utf8")) as StoredSystem) : newSystem(version);
    return new WindowsSystem(stored, {
      folder: drive,
      ntHash,
      launcher,
      onPower: (kind) => void this.#goDown(kind),
      runTask: (system, definition, signal) => this.#runTask(system, definition, signal),
      now: () => Date.now(),
      say: (line) => this.#say(line),
    });
  }

  /** Goes down from inside: new shells are refused at once, answers on their way are let out, then everything ends. */
  async #goDown(kind: "restart" | "off"): Promise<void> {
    this.#service.isClosing = true;
    this.#say(kind === "restart" ? "The system restarts" : "The system shuts down");
    await delay(lastWordsMs);
    if (this.#isOff) return;
    this.#session.abort(new Error("the machine goes down"));
    this.#service.close();
    this.#system.tasks.stopAll();
    await this.#listeners.close();
    this.flush();
    if (kind === "off") {
      await this.stop();
      this.#tell({ is: "off" });
      return;
    }
    await delay(restartMs);
    if (this.#isOff) return;
    this.#session = new AbortController();
    this.#system = this.#load();
    this.#service = new ShellService(this.#system);
    this.#listeners = new Listeners(this.#system, this.#service, this.#settings.host);
    await this.boot();
  }

  #newPassword(): void {
    const { publicKey } = this.#settings;
    const password = randomPassword();
    const data = publicKey === undefined ? undefined : encryptedPassword(password, publicKey);
    this.#system.accounts.setPassword("Administrator", password);
    if (data !== undefined) this.#tell({ is: "password", data });
  }

  async #userData(isFirst: boolean): Promise<void> {
    const { userData } = this.#settings;
    const system = this.#system;
    const asked = readUserData(userData ?? "");
    const due = isFirst || asked.persists;
    system.isFirstBoot = false;
    if (asked.isForeign && isFirst) {
      const text = "it has neither <powershell> nor <script>: ignored";
      this.#say(`User data: ${text}`);
      this.#tell({ is: "complaint", text });
    }
    const folder = "C:\\Program Files\\Amazon\\Ec2ConfigService\\Scripts";
    system.drive.makeFolder(folder);
    if (due && asked.batch !== undefined) {
      system.drive.write(`${folder}\\UserScript.cmd`, Buffer.from(asked.batch.trim()));
      await this.#runAtBoot("<script>", (process) => batchFile(process, `${folder}\\UserScript.cmd`, ""));
    }
    if (due && asked.powershell !== undefined) {
      system.drive.write(`${folder}\\UserScript.ps1`, Buffer.from(`\ufeff${asked.powershell.trim()}`));
      await this.#runAtBoot("<powershell>", (process) =>
        powershell(process, `-ExecutionPolicy Unrestricted -File "${folder}\\UserScript.ps1"`),
      );
    }
    if (!this.#isOff && system === this.#system) this.flush();
    this.#say("Windows is Ready to use");
  }

  async #runAtBoot(what: string, run: (process: WindowsProcess) => Promise<number>): Promise<void> {
    const say: Output = { write: (bytes) => this.#tell({ is: "console", text: decodePage(bytes, 65001) }) };
    this.#say(`User data: ${what} starts`);
    const process = this.#process("Administrator", "C:\\Windows\\system32", { output: say, errors: say });
    try {
      this.#say(`User data: ${what} ended with ${await run(process)}`);
    } catch (error) {
      const text = `${what} was given up: ${error instanceof Error ? error.message : String(error)}`;
      this.#say(`User data: ${text}`);
      if (error instanceof Refusal) this.#tell({ is: "complaint", text });
    }
  }

  #process(
    user: string,
    directory: string,
    streams: { readonly output: Output; readonly errors: Output; readonly input?: FedInput },
    signal = this.#session.signal,
  ): WindowsProcess {
    this.#system.prepareProfile(user);
    return new WindowsProcess({
      system: this.#system,
      user,
      environment: this.#system.environmentOf(user),
      directory,
      input: streams.input ?? noInput,
      output: streams.output,
      errors: streams.errors,
      page: 65001,
      signal,
    });
  }

  async #runTask(system: WindowsSystem, definition: TaskDefinition, signal: AbortSignal): Promise<number> {
    const silent: Output = { write: () => undefined };
    const process = this.#process(
      definition.user,
      definition.directory,
      { output: silent, errors: silent },
      AbortSignal.any([signal, this.#session.signal]),
    );
    process.page = 437;
    try {
      const executable = launcher.find(process, definition.command, true);
      if (/^cmd(?:\.exe)?$/i.test(definition.command)) return await cmd(process, definition.arguments);
      return executable ? await launcher.run(process, executable, definition.arguments) : 2147942402;
    } catch (error) {
      system.say(`The task ${definition.name}: ${error instanceof Error ? error.message : String(error)}`);
      return error instanceof Refusal ? 50 : 1;
    }
  }

  /** Shells for the host's user: a PowerShell per connection. */
  async #serveShells(): Promise<Server> {
    const path = join(this.#settings.folder, "shell");
    rmSync(path, { force: true });
    // A client that has said all still wants to hear.
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const input = new FedInput();
      socket.on("data", (bytes: Buffer) => input.feed(bytes));
      socket.once("end", () => input.end());
      socket.on("error", () => input.end());
      const out: Output = { write: (bytes) => void (socket.writable && socket.write(bytes)) };
      const process = this.#process("Administrator", "C:\\Users\\Administrator", { input, output: out, errors: out });
      void powershell(process, "-NoLogo")
        .catch((error: unknown) => process.errorLine(error instanceof Error ? error.message : String(error)))
        .finally(() => socket.end());
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
    return server;
  }

  #say(line: string): void {
    this.#tell({ is: "console", text: `${line}\n` });
  }
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
