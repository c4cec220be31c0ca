import { Buffer } from "node:buffer";
import type { Communicator, ConnectConfig, OutputChunk } from "@kiln/sdk";
import { FakeHost, FakeUi } from "@kiln/sdk/testing";
import { afterEach, describe, expect, it } from "vitest";
import { winrmConnector } from "../connector.ts";
import { wsmanFaultCode } from "../protocol/fault.ts";
import type { Response } from "../protocol/responses.ts";
import { hastyClock } from "./test-clock.ts";
import { TestMachine } from "./test-machine.ts";
import { TestService, type TestServiceOptions } from "./test-service.ts";

const closing: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one[Symbol.asyncDispose]();
});
const signal = (): AbortSignal => AbortSignal.timeout(20_000);

async function open(options: TestServiceOptions = {}, config: Partial<ConnectConfig> = {}) {
  const machine = new TestMachine();
  const service = await TestService.start({ program: machine.program, ...options });
  const at = { service };
  const host = new FakeHost();
  const ui = new FakeUi();
  const settings = { winrm_username: "Administrator", winrm_password: "S3cret!", winrm_timeout: 1000, ...config };
  const comm = await winrmConnector.connect(
    {
      config: { communicator: "winrm", ...settings } as ConnectConfig,
      address: async () => ({ host: "127.0.0.1", port: at.service.port }),
    },
    {
      host: Object.assign(host, { clock: hastyClock(settings.winrm_timeout) }),
      ui,
      signal: signal(),
      secrets: { add: () => {} },
    },
  );
  closing.push(service, comm);
  service.requests.length = 0;
  service.texts.length = 0;
  return { at, machine, service, comm, ui, files: host.files };
}

async function run(comm: Communicator, command: string, stdin?: AsyncIterable<Uint8Array>) {
  const text = { stdout: "", stderr: "" };
  const onOutput = ({ stream, bytes }: OutputChunk): void => {
    text[stream] += Buffer.from(bytes).toString();
  };
  const result = await comm.exec(command, { signal: signal(), onOutput, ...(stdin && { stdin }) });
  return { ...result, ...text };
}

async function* source(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk as string);
}

async function collect(from: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of from) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("a conversation", () => {
  it("is these requests, byte for byte but for the ids", async () => {
    const { comm, service } = await open();
    await run(comm, "cat", source("in"));
    await comm[Symbol.asyncDispose]();
    const ids = new Map<string, string>();
    const shown = service.texts.map((text) =>
      text
        .replace(/127\.0\.0\.1:\d+/g, "HOST:PORT")
        .replace(/uuid:[0-9A-F-]{36}/g, "uuid:MESSAGE")
        .replace(/[0-9A-F]{8}-[0-9A-F-]{27}/g, (id) => {
          if (!ids.has(id)) ids.set(id, `ID-${ids.size + 1}`);
          return ids.get(id) ?? "";
        })
        .replaceAll(/ xmlns:\w+="[^"]*"/g, ""),
    );
    const order = ["CreateZ", "Command", "Receive", "Send", "Delete"];
    expect(
      shown
        .sort(
          (a, b) => order.findIndex((one) => a.includes(`/${one}<`)) - order.findIndex((one) => b.includes(`/${one}<`)),
        )
        .join("\n"),
    ).toMatchSnapshot();
  });
});

describe("commands over WinRM", () => {
  for (const code of [0, 1, 255, 259, 3_221_225_477, -1]) {
    it(`end with exit code ${code}`, async () => {
      const { comm } = await open();
      expect((await run(comm, `exit ${code}`)).exit).toBe(code >>> 0);
    });
  }
  it("keep their outputs apart, and decode PowerShell's serialised errors", async () => {
    const { comm } = await open();
    expect(await run(comm, "say grüße 日本語")).toEqual({ exit: 0, stdout: "grüße 日本語", stderr: "" });
    const error = await run(comm, `complain #< CLIXML <Objs><S S="Error">bad_x000D__x000A_</S></Objs>`);
    expect(error.stderr).toBe("bad\r\n");
  });
  it("get every character of a command line", async () => {
    const { comm } = await open();
    const text = `"double" 'single' \`back\` \\ / $x %y% ^c & | < > ( ) ; ! ~ # {} [] @ * ? „typo“ ‚graphic‘ \u{1F642}`;
    expect((await run(comm, `say ${text}`)).stdout).toBe(text);
  });
  it("read standard input in messages as long as the service takes, and what comes late at once", async () => {
    const { comm, service } = await open();
    const big = Buffer.alloc(300_000, "x");
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      yield big;
      await new Promise((resolve) => setTimeout(resolve, 60));
      yield Buffer.from("tail");
    };
    expect((await run(comm, "cat", slow())).stdout).toBe(`${big.toString()}tail`);
    const longest = Math.max(...service.texts.map((text) => Buffer.byteLength(text)));
    expect(longest).toBeLessThanOrEqual(153_600);
    expect(longest).toBeGreaterThan(150_000);
    expect(service.requests.filter(({ is }) => is === "send").length).toBe(4);
  });
  it("run longer than OperationTimeout", async () => {
    const { comm, service } = await open();
    expect((await run(comm, "wait 2500")).exit).toBe(3);
    expect(service.requests.filter(({ is }) => is === "receive").length).toBe(3);
  });
  it("go on where the line was cut in the middle", async () => {
    const { comm, service } = await open();
    const running = run(comm, "wait 800");
    setTimeout(() => service.cut(), 200);
    setTimeout(() => service.cut(), 500);
    expect((await running).exit).toBe(3);
  });
  it("are no success after a restart of the service", async () => {
    const { comm, service } = await open();
    const running = run(comm, "wait 5000");
    setTimeout(() => service.cut("forget"), 200);
    const cause = expect.stringContaining(`WSManFault ${wsmanFaultCode.shellNotFound}`) as unknown;
    expect(await running).toEqual({ exit: "disconnected", cause, stdout: "", stderr: "" });
    expect((await run(comm, "exit 5")).exit).toBe(5);
  });
  it("are lost where Receive hangs for good", async () => {
    let hang = false;
    const { comm } = await open(
      { instead: ({ is }) => (hang && is === "receive" ? "hang" : undefined) },
      { winrm_timeout: 500 },
    );
    hang = true;
    const cause = expect.stringMatching(/^no answer came within [\d.]+ s$/) as unknown;
    expect(await run(comm, "exit 0")).toMatchObject({ exit: "disconnected", cause });
  }, 60_000);
  it("are lost where the service tells their end without an exit code", async () => {
    let mute = false;
    const ended: Response = { is: "receive", streams: [], state: { commandId: "", is: "done" } };
    const { comm } = await open({ instead: ({ is }) => (mute && is === "receive" ? ended : undefined) });
    mute = true;
    expect(await run(comm, "exit 0")).toMatchObject({
      exit: "disconnected",
      cause: "the service told the end of the command without its exit code",
    });
  });
  it("are lost where what comes back is no answer of a service", async () => {
    let started = false;
    let bad = "";
    const { comm } = await open({
      instead: ({ is }) => {
        started ||= bad !== "" && is === "command";
        return undefined;
      },
      http: (_request, response) => {
        if (started) response.writeHead(200, { "Content-Type": "application/soap+xml" }).end(bad);
        return started;
      },
    });
    bad = "<s:Envelope><unclosed";
    const result = await run(comm, "exit 0");
    expect(result).toMatchObject({
      exit: "disconnected",
      cause: expect.stringContaining("gave no answer of a WinRM service") as unknown,
    });
  });
  it("go to the machine's new address after a reboot", async () => {
    const { at, comm, machine, service } = await open();
    await run(comm, "exit 0");
    await service[Symbol.asyncDispose]();
    at.service = await TestService.start({ program: machine.program });
    closing.push(at.service);
    expect((await run(comm, "exit 5")).exit).toBe(5);
  });
  it("that never started say so", async () => {
    const { comm, service } = await open();
    await service[Symbol.asyncDispose]();
    expect(await run(comm, "exit 0")).toMatchObject({ exit: "disconnected", neverStarted: true });
  });
  it("whose start got no answer do not say that", async () => {
    let drop = false;
    const { comm } = await open({ instead: ({ is }) => (drop && is === "command" ? "drop" : undefined) });
    drop = true;
    const result = await run(comm, "exit 0");
    expect(result.exit).toBe("disconnected");
    expect(result).not.toHaveProperty("neverStarted");
  });
  it("wait for room where the user has too many shells", async () => {
    let refusals = 0;
    const crowded = {
      code: "Sender",
      subcode: "QuotaLimit",
      reason: "too many shells",
      wsmanCode: wsmanFaultCode.quotaShells,
    };
    const { comm } = await open({
      instead: ({ is }) => (is === "create" && refusals++ < 2 ? { is: "fault", fault: crowded } : undefined),
    });
    expect((await run(comm, "exit 4")).exit).toBe(4);
  });
  it("that are too long for any message say so at once", async () => {
    const { comm, service } = await open();
    const result = await run(comm, `say ${"x".repeat(1_048_576)}`);
    expect(result.exit).toBe(1);
    expect(result.stderr).toContain("The command line is too long: it has 1048580 characters, and cmd.exe takes 8191.");
    expect(service.requests.map(({ is }) => is)).not.toContain("command");
  });
  it("that are longer than the service's own limit name that", async () => {
    const { comm } = await open({ maxEnvelopeSizeKb: 1 });
    await expect(comm.upload(source("x"), "C:/x", { signal: signal() })).rejects.toThrow(
      /^The WinRM service takes no message longer than its MaxEnvelopeSizekb, which is 1, and the command line alone has \d+ bytes\. Raise it/,
    );
  });
  it("that the service refuses show why", async () => {
    let refuse = false;
    const refused = { code: "Sender", subcode: "AccessDenied", reason: "Access is denied.", wsmanCode: 5 };
    const { comm } = await open({
      instead: ({ is }) => (refuse && is === "create" ? { is: "fault", fault: refused } : undefined),
    });
    refuse = true;
    expect(await run(comm, "exit 0")).toEqual({
      exit: "disconnected",
      neverStarted: true,
      cause: "Access is denied. (WSManFault 5)",
      stdout: "",
      stderr: "The WinRM service did not run the command: Access is denied. (WSManFault 5)\r\n",
    });
  });
  it("are told to end when aborted, with the signal's reason", async () => {
    const { comm, service } = await open();
    const stop = new AbortController();
    const running = comm.exec("wait 30000", { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 100);
    await expect(running).rejects.toThrow("enough");
    await comm[Symbol.asyncDispose]();
    expect(service.requests.map(({ is }) => is)).toContain("signal");
    expect(service.openShells).toBe(0);
  });
});

describe("files over WinRM", () => {
  const content = Buffer.from(Array.from({ length: 700_001 }, (_, i) => (i * 7919) >>> 5));
  for (const authentication of ["basic", "ntlm"] as const) {
    it(`arrive and come back whole with ${authentication}`, async () => {
      const { comm, machine, service } = await open(
        { authentication, maxEnvelopeSizeKb: 500 },
        { winrm_use_ntlm: authentication === "ntlm" },
      );
      let told = 0;
      const options = { signal: signal(), size: content.length, onProgress: (n: number) => void (told += n) };
      await comm.upload(source(content.subarray(0, 5), content.subarray(5)), "c:/Windows/Temp/it's $x.bin", options);
      expect(machine.files.get("c:\\Windows\\Temp\\it's $x.bin")?.equals(content)).toBe(true);
      expect(told).toBe(content.length);
      expect(service.requests.filter(({ is }) => is === "send").length).toBeLessThan(6);
      expect(Math.max(...service.texts.map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(500 * 1024);
      expect((await collect(comm.download("c:/Windows/Temp/it's $x.bin", { signal: signal() }))).equals(content)).toBe(
        true,
      );
    });
  }
  it("of a megabyte of text, and of nothing at all, arrive", async () => {
    const { comm, machine } = await open();
    const script = `${"Write-Host 'a \"line\" of $script `n'\r\n".repeat(30_000)}`;
    await comm.upload(source(script), "C:\\s.ps1", { signal: signal() });
    expect(machine.files.get("C:\\s.ps1")?.toString()).toBe(script);
    await comm.upload(source(), "C:\\empty", { signal: signal(), size: 0 });
    expect(machine.files.get("C:\\empty")?.length).toBe(0);
  });
  it("are refused in the machine's words", async () => {
    const { comm } = await open();
    const work = comm.upload(source("x".repeat(500_000)), "C:\\a|b", { signal: signal() });
    await expect(work).rejects.toMatchObject({ code: "transfer/refused", message: "Illegal characters in path." });
    const back = collect(comm.download("C:\\nothing", { signal: signal() }));
    await expect(back).rejects.toMatchObject({ code: "transfer/refused", message: "Could not find 'C:\\nothing'." });
  });
  it("whose source ends early are not written", async () => {
    const { comm, machine } = await open();
    const work = comm.upload(source("abc"), "C:\\short", { signal: signal(), size: 10 });
    await expect(work).rejects.toMatchObject({ code: "transfer/local" });
    expect(machine.files.has("C:\\short")).toBe(false);
  });
  it("go through short commands where the service takes no standard input", async () => {
    const refused = { code: "Sender", subcode: "ActionNotSupported", reason: "no Send here" };
    const { comm, machine, ui } = await open({
      instead: ({ is }) => (is === "send" ? { is: "fault", fault: refused } : undefined),
    });
    const some = content.subarray(0, 30_000);
    await comm.upload(source(some), "C:\\slow.bin", { signal: signal(), size: some.length });
    expect(machine.files.get("C:\\slow.bin")?.equals(some)).toBe(true);
    expect([...machine.files.keys()]).toEqual(["C:\\slow.bin"]);
    expect(ui.lines.at(-1)).toContain("takes no standard input (no Send here)");
    expect(Math.max(...machine.commands.map(({ length }) => length))).toBeLessThan(8191);
  });
  it("that the connection lost are an error", async () => {
    let drop = false;
    const { comm } = await open({ instead: ({ is }) => (drop && is === "send" ? "drop" : undefined) });
    await comm.upload(source("x"), "C:\\first", { signal: signal() });
    drop = true;
    const work = comm.upload(source(content), "C:\\lost", { signal: signal() });
    await expect(work).rejects.toMatchObject({ code: "transfer/disconnected" });
  });
  it("of a directory arrive in one command, and come back", async () => {
    const { comm, machine, files } = await open();
    await files.makeDirectory("/local/my tree/sub/empty");
    await files.write("/local/my tree/a.txt", "A");
    await files.write("/local/my tree/sub/ü.log", content);
    machine.commands.length = 0;
    await comm.uploadDirectory("/local/my tree", "C:/to", { signal: signal() });
    expect(machine.commands.length).toBe(1);
    expect([...machine.files.keys()].sort()).toEqual(["C:\\to\\my tree\\a.txt", "C:\\to\\my tree\\sub\\ü.log"]);
    expect(machine.directories.has("C:\\to\\my tree\\sub\\empty")).toBe(true);
    await comm.uploadDirectory("/local/my tree/", "C:/flat", { signal: signal(), exclude: ["*.log"] });
    expect([...machine.files.keys()].filter((path) => path.startsWith("C:\\flat"))).toEqual(["C:\\flat\\a.txt"]);
    await comm.downloadDirectory("C:/to/my tree", "/back", { signal: signal() });
    expect(await files.readText("/back/my tree/a.txt")).toBe("A");
    expect(Buffer.from(await collect(files.read("/back/my tree/sub/ü.log"))).equals(content)).toBe(true);
    expect((await files.stat("/back/my tree/sub/empty"))?.kind).toBe("directory");
  });
  it("that changed on the way back are an error", async () => {
    const { comm, machine } = await open();
    machine.files.set("C:\\x", Buffer.from("right"));
    machine.damage = true;
    const back = collect(comm.download("C:\\x", { signal: signal() }));
    await expect(back).rejects.toMatchObject({ code: "transfer/refused", message: expect.stringContaining("damaged") });
  });
  it("stop when aborted", async () => {
    const { comm } = await open();
    const stop = new AbortController();
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; ; i++) {
        yield new Uint8Array(1000);
        if (i === 50) stop.abort(new Error("enough"));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    await expect(comm.upload(endless(), "C:\\part", { signal: stop.signal })).rejects.toThrow("enough");
    expect((await run(comm, "exit 6")).exit).toBe(6);
  });
});
