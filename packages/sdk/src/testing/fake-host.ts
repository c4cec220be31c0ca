import type { OutputChunk } from "../communicator.ts";
import type {
  Downloaded,
  DownloadOptions,
  FileTree,
  Host,
  HttpRequest,
  HttpResponse,
  Process,
  ProcessExit,
  ServeFilesOptions,
  SpawnOptions,
} from "../host.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeFiles } from "./fake-files.ts";

export interface SpawnedCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
}
export interface FakeProcessResult {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exit?: ProcessExit;
}
export interface FakeHostOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly platform?: string;
  readonly onSpawn?: (command: SpawnedCommand) => FakeProcessResult | Promise<FakeProcessResult>;
  readonly onDownload?: (url: string, to: string, options: DownloadOptions) => Downloaded | Promise<Downloaded>;
  readonly onHttp?: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;
}

function unavailable(what: string): never {
  throw new Error(`the fake host has no ${what}`);
}

/** A host without an outside world: files in memory, a clock that jumps, processes and HTTP as the test scripts them. */
export class FakeHost implements Host {
  readonly env: Readonly<Record<string, string>>;
  readonly platform: string;
  readonly arch = "x64";
  readonly cores = 2;
  readonly cwd = "/project";
  readonly clock = new FakeClock();
  readonly files: FakeFiles;
  readonly spawned: SpawnedCommand[] = [];
  readonly requests: HttpRequest[] = [];
  /** HTTP servers that run now. */
  readonly served: { readonly root: FileTree; readonly options: ServeFilesOptions }[] = [];
  readonly downloads: { readonly url: string; readonly to: string; readonly options: DownloadOptions }[] = [];
  readonly #options: FakeHostOptions;
  #random = 1;

  constructor(options: FakeHostOptions = {}) {
    this.#options = options;
    this.env = options.env ?? {};
    this.platform = options.platform ?? "linux";
    this.files = new FakeFiles(options.files);
  }

  /** Repeatable, but not constant. */
  readonly random = {
    bytes: (n: number): Uint8Array =>
      Uint8Array.from({ length: n }, () => {
        this.#random = (this.#random * 1103515245 + 12345) % 2147483648;
        return (this.#random >>> 16) & 0xff;
      }),
  };
  readonly processes = {
    spawn: (file: string, args: readonly string[], options: SpawnOptions): Process => {
      const command = { file, args, options };
      this.spawned.push(command);
      const result = (async () => this.#options.onSpawn?.(command) ?? {})();
      const exit = result.then((r) => r.exit ?? ({ by: "code", code: 0 } as const));
      // As on a real host: what could not be started has no output, and `exit` tells why.
      exit.catch(() => {});
      return {
        pid: 1000 + this.spawned.length,
        output: (async function* (): AsyncGenerator<OutputChunk> {
          const { stdout, stderr } = await result.catch((): FakeProcessResult => ({}));
          if (stdout) yield { stream: "stdout", bytes: new TextEncoder().encode(stdout) };
          if (stderr) yield { stream: "stderr", bytes: new TextEncoder().encode(stderr) };
        })(),
        exit,
      };
    },
  };
  readonly net: Host["net"] = {
    connect: async () => unavailable("network"),
    freePort: async () => 40_000,
    listen: async () => unavailable("network"),
    addresses: () => ({
      lo: [{ address: "127.0.0.1", family: "IPv4" }],
      eth0: [{ address: "192.0.2.7", family: "IPv4" }],
    }),
    serveFiles: async (root, options) => {
      this.served.push({ root, options });
      return { port: options.ports[0], [Symbol.asyncDispose]: async () => void this.served.pop() };
    },
  };
  readonly http = {
    request: async (request: HttpRequest): Promise<HttpResponse> => {
      this.requests.push(request);
      return this.#options.onHttp?.(request) ?? unavailable("HTTP");
    },
    authorities: async (): Promise<undefined> => undefined,
  };
  async download(url: string, to: string, options: DownloadOptions): Promise<Downloaded> {
    this.downloads.push({ url, to, options });
    return this.#options.onDownload?.(url, to, options) ?? unavailable("downloads");
  }
  async lock(): Promise<AsyncDisposable> {
    return { [Symbol.asyncDispose]: async () => {} };
  }
}
