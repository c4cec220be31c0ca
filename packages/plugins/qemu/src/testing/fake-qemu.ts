import type { Duplex, Host, OutputChunk, Process, ProcessExit, SocketAddress, SpawnOptions } from "@kiln/sdk";
import { FakeClock, FakeHost, type FakeHostOptions } from "@kiln/sdk/testing";
import { FakeSocket } from "./fake-socket.ts";

export interface FakeQemuOptions extends FakeHostOptions {
  /** What QEMU says and ends with, by its start's number; it runs on where nothing is said. */
  readonly failing?: (start: number, words: readonly string[]) => string | undefined;
  /** Answers of the control protocol, by command. */
  readonly answers?: Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => unknown>>;
  /** Ports that somebody else has. */
  readonly taken?: readonly number[];
  /** Bytes of room on every disk; endless where absent. */
  readonly free?: number;
}

/** Lets everything else go on before time moves. */
class PatientClock extends FakeClock {
  override async sleep(ms: number, signal: AbortSignal): Promise<void> {
    for (let i = 0; i < 100; i++) await Promise.resolve();
    return super.sleep(ms, signal);
  }
}

/** A host whose QEMU runs until it is told to end, and speaks its control protocol and RFB. */
export class FakeQemuHost extends FakeHost {
  override readonly clock = new PatientClock();
  /** Words of each start. */
  readonly starts: (readonly string[])[] = [];
  /** Commands of the control protocol, in order. */
  readonly commands: string[] = [];
  readonly listening = new Set<number>();
  readonly screens: FakeSocket[] = [];
  readonly #qemu: FakeQemuOptions;
  #end: ((exit: ProcessExit) => void) | undefined;
  #ended: Promise<ProcessExit> | undefined;

  constructor(options: FakeQemuOptions = {}) {
    super({
      env: { PATH: "/usr/bin" },
      ...options,
      files: {
        "/usr/bin/qemu-system-x86_64": "",
        "/images/base.qcow2": "image",
        ...options.files,
      },
    });
    this.#qemu = options;
    if (options.free !== undefined) this.files.free = options.free;
  }

  /** The machine goes down by itself. */
  powerOff(): void {
    this.#end?.({ by: "code", code: 0 });
  }

  override readonly processes = {
    spawn: (file: string, args: readonly string[], options: SpawnOptions): Process => {
      if (!file.includes("qemu-system")) return this.#other(file, args, options);
      this.starts.push(args);
      const said = this.#qemu.failing?.(this.starts.length, args);
      const exit = Promise.withResolvers<ProcessExit>();
      this.#end = exit.resolve;
      this.#ended = exit.promise;
      if (said !== undefined) exit.resolve({ by: "code", code: 1 });
      options.signal.addEventListener("abort", () => exit.resolve({ by: "signal", signal: "SIGTERM" }));
      return {
        pid: 4000 + this.starts.length,
        exit: exit.promise,
        output: (async function* (): AsyncGenerator<OutputChunk> {
          if (said !== undefined) yield { stream: "stderr", bytes: new TextEncoder().encode(said) };
          await exit.promise;
        })(),
      };
    },
  };
  /** `qemu-img` makes what it is asked for. */
  #other(file: string, args: readonly string[], options: SpawnOptions): Process {
    this.spawned.push({ file, args, options });
    const made = async (): Promise<ProcessExit> => {
      const path = args.at(-1) ?? "";
      const disk = args[0] === "create" ? (args.find((word) => word.startsWith("/out/")) ?? "") : path;
      if (args[0] === "create" || args[0] === "convert") await this.files.write(disk, "disk");
      return { by: "code", code: 0 };
    };
    return { pid: 1, exit: made(), output: (async function* (): AsyncGenerator<OutputChunk> {})() };
  }

  override readonly net: Host["net"] = {
    connect: async (to: SocketAddress) => {
      if ("path" in to) return this.#monitor();
      const screen = new FakeSocket([
        [..."RFB 003.008\n"].map((c) => c.charCodeAt(0)),
        [1, 1],
        [0, 0, 0, 0],
        Array.from({ length: 24 }, () => 0),
      ]);
      this.screens.push(screen);
      return screen;
    },
    addresses: () => ({ br0: [{ address: "192.0.2.1", family: "IPv4" }] }),
    listen: async (on) => {
      const port = "port" in on ? on.port : 0;
      if (this.#qemu.taken?.includes(port) || this.listening.has(port))
        throw Object.assign(new Error("in use"), { code: "EADDRINUSE" });
      this.listening.add(port);
      return { port, [Symbol.asyncDispose]: async () => void this.listening.delete(port) };
    },
    freePort: async () => 40_000,
    serveFiles: async (_, { ports }) => ({ port: ports[0], [Symbol.asyncDispose]: async () => {} }),
  };

  #monitor(): Duplex {
    const lines: string[] = ['{"QMP":{"version":{}}}'];
    let wake = (): void => {};
    let over = false;
    const ended = this.#ended ?? Promise.resolve();
    void ended.then(() => {
      over = true;
      wake();
    });
    const { commands } = this;
    const answers = this.#qemu.answers ?? {};
    return {
      input: (async function* () {
        for (;;) {
          const line = lines.shift();
          if (line !== undefined) yield new TextEncoder().encode(`${line}\r\n`);
          else if (over) return;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      })(),
      write: async (bytes) => {
        const {
          execute,
          arguments: args = {},
          id,
        } = JSON.parse(new TextDecoder().decode(bytes)) as {
          execute: string;
          arguments?: Record<string, unknown>;
          id: number;
        };
        commands.push(execute === "human-monitor-command" ? String(args["command-line"]) : execute);
        try {
          lines.push(JSON.stringify({ return: answers[execute]?.(args) ?? {}, id }));
        } catch (error) {
          lines.push(JSON.stringify({ error: { class: "GenericError", desc: (error as Error).message }, id }));
        }
        wake();
      },
      end: () => {},
      [Symbol.asyncDispose]: async () => {
        over = true;
        wake();
      },
    };
  }
}
