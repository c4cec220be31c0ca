import { afterEach, describe, expect, it } from "vitest";
import type { Communicator, ExecOptions } from "../communicator.ts";
import { codeOf, TransferError } from "../errors.ts";
import type { Files } from "../host.ts";

/** What the suite needs besides the communicator: two directories of its own, one on each side, removed by `dispose`. */
export interface ContractFixture {
  readonly communicator: Communicator;
  /** The local side, and an existing empty directory of it. */
  readonly files: Files;
  readonly localDir: string;
  /** An existing empty directory of the machine. */
  readonly remoteDir: string;
  dispose(): Promise<void>;
}
export interface ContractOptions {
  /**
   * Leave out what the kind of machine cannot do: permission bits (Windows), links (fakes without them), names with a backslash (it
   * separates on Windows), names that would be shell patterns (Podman takes them for such), and refusing a file whose directory is
   * missing (WinRM makes it, as Packer's does; so does Podman).
   */
  readonly without?: readonly Ability[];
}
type Ability = "modes" | "links" | "disconnects" | "backslashes" | "patterns" | "missing directories";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function* source(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === "string" ? bytes(chunk) : chunk;
}

async function collect(from: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: number[] = [];
  for await (const chunk of from) for (const byte of chunk) chunks.push(byte);
  return Uint8Array.from(chunks);
}

/**
 * What every communicator promises, run on the fake and on the real thing, so that neither drifts. The machine understands `exit N`,
 * `printf`, `cat`, `sleep`, `test` and redirections as a POSIX shell does.
 */
export function communicatorContract(
  name: string,
  open: () => Promise<ContractFixture>,
  options: ContractOptions = {},
): void {
  const signal = (): AbortSignal => AbortSignal.timeout(20_000);
  const can = (what: Ability): boolean => !options.without?.includes(what);
  let fixture: ContractFixture | undefined;
  const fresh = async (): Promise<ContractFixture> => {
    fixture = await open();
    return fixture;
  };
  const run = async (comm: Communicator, command: string, more: Partial<ExecOptions> = {}) => {
    const text = { stdout: "", stderr: "" };
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
    const { exit } = await comm.exec(command, {
      signal: signal(),
      onOutput: ({ stream, bytes: chunk }) => {
        text[stream] += decoders[stream].decode(chunk, { stream: true });
      },
      ...more,
    });
    return { exit, ...text };
  };

  describe(`${name} keeps the communicator contract`, () => {
    afterEach(async () => {
      await fixture?.dispose();
      fixture = undefined;
    });

    describe("commands", () => {
      it("return a failing exit code as a value", async () => {
        const { communicator } = await fresh();
        expect((await run(communicator, "exit 7")).exit).toBe(7);
        expect((await run(communicator, "exit 0")).exit).toBe(0);
      });
      it("keep standard output and standard error apart", async () => {
        const { communicator } = await fresh();
        const result = await run(communicator, "printf out; printf err >&2");
        expect(result).toEqual({ exit: 0, stdout: "out", stderr: "err" });
      });
      it("read standard input to its end", async () => {
        const { communicator } = await fresh();
        const result = await run(communicator, "cat", { stdin: source("one\n", "zwölf\n") });
        expect(result).toEqual({ exit: 0, stdout: "one\nzwölf\n", stderr: "" });
      });
      it("see an empty standard input where none is given", async () => {
        const { communicator } = await fresh();
        expect(await run(communicator, "cat; exit 3")).toEqual({ exit: 3, stdout: "", stderr: "" });
      });
      it("run side by side", async () => {
        const { communicator } = await fresh();
        const codes = await Promise.all([1, 2, 3, 4, 5].map((n) => run(communicator, `exit ${n}`)));
        expect(codes.map(({ exit }) => exit)).toEqual([1, 2, 3, 4, 5]);
      });
      it("stop when aborted, with the signal's reason", async () => {
        const { communicator } = await fresh();
        const stop = new AbortController();
        const reason = new Error("enough");
        const running = communicator.exec("sleep 30", { signal: stop.signal });
        stop.abort(reason);
        await expect(running).rejects.toBe(reason);
        expect((await run(communicator, "exit 4")).exit).toBe(4);
      });
      it("do not start when the signal is aborted already", async () => {
        const { communicator, remoteDir } = await fresh();
        const stop = AbortSignal.abort(new Error("never"));
        await expect(communicator.exec(`printf x > ${remoteDir}/never`, { signal: stop })).rejects.toThrow("never");
        expect((await run(communicator, `test -e ${remoteDir}/never`)).exit).toBe(1);
      });
      if (can("disconnects")) {
        it("report a lost connection as a value, and connect again for the next one", async () => {
          const { communicator } = await fresh();
          expect((await run(communicator, "kill -9 $PPID")).exit).toBe("disconnected");
          expect((await run(communicator, "exit 5")).exit).toBe(5);
        });
      }
    });

    describe("files", () => {
      for (const [what, name] of [
        ["a plain name", "plain.txt"],
        ["spaces", "with two  spaces"],
        ["quotes", `it's "quoted"`],
        [
          "characters that shells know",
          `a$HOME;\`id\`&|<>(x)${can("patterns") ? "*?[a]" : ""}#!~${can("backslashes") ? "\\" : ""}`,
        ],
        ["unicode", "grüße-日本語-🙂"],
        ["a dash at the start", "-rf"],
      ] as const) {
        it(`arrive and come back under ${what}`, async () => {
          const { communicator, remoteDir } = await fresh();
          const content = bytes(`content of ${name}\n\0\x01\x02`);
          const path = `${remoteDir}/${name}`;
          await communicator.upload(source(content), path, { signal: signal(), size: content.length });
          expect(await collect(communicator.download(path, { signal: signal() }))).toEqual(content);
        });
      }
      it("arrive where the size is not known, and where it is nothing", async () => {
        const { communicator, remoteDir } = await fresh();
        await communicator.upload(source("a", "b", "c"), `${remoteDir}/abc`, { signal: signal() });
        await communicator.upload(source(), `${remoteDir}/empty`, { signal: signal(), size: 0 });
        const result = await run(communicator, `cat ${remoteDir}/abc ${remoteDir}/empty`);
        expect(result.stdout).toBe("abc");
      });
      it("of some megabytes arrive whole, with their progress", async () => {
        const { communicator, remoteDir } = await fresh();
        const content = Uint8Array.from({ length: 3_000_017 }, (_, i) => (i * 7919) >>> 5);
        let told = 0;
        const onProgress = (n: number): void => {
          told += n;
        };
        await communicator.upload(source(content), `${remoteDir}/big`, {
          signal: signal(),
          size: content.length,
          onProgress,
        });
        expect(told).toBe(content.length);
        told = 0;
        const back = await collect(communicator.download(`${remoteDir}/big`, { signal: signal(), onProgress }));
        expect(told).toBe(content.length);
        expect(back.length).toBe(content.length);
        expect(back.every((byte, i) => byte === content[i])).toBe(true);
      });
      it("are replaced, and become shorter", async () => {
        const { communicator, remoteDir } = await fresh();
        for (const text of ["a long first version", "short"]) {
          await communicator.upload(source(text), `${remoteDir}/file`, { signal: signal(), size: text.length });
        }
        expect((await run(communicator, `cat ${remoteDir}/file`)).stdout).toBe("short");
      });
      if (can("modes")) {
        it("get the mode that was asked for", async () => {
          const { communicator, remoteDir } = await fresh();
          await communicator.upload(source("x"), `${remoteDir}/tool`, { signal: signal(), size: 1, mode: 0o755 });
          await communicator.upload(source("x"), `${remoteDir}/data`, { signal: signal(), size: 1, mode: 0o640 });
          const result = await run(communicator, `test -x ${remoteDir}/tool && test ! -x ${remoteDir}/data`);
          expect(result.exit).toBe(0);
        });
      }
      it("that cannot be written are refused with the machine's own words", async () => {
        const { communicator, remoteDir } = await fresh();
        await communicator.upload(source("x"), `${remoteDir}/plain`, { signal: signal(), size: 1 });
        const below = can("missing directories") ? "no/such/file" : "plain/file";
        const work = communicator.upload(source("C0644 1 x\nE\nD0755 0 y\n"), `${remoteDir}/${below}`, {
          signal: signal(),
          size: 22,
        });
        const error = await work.then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(TransferError);
        expect(codeOf(error)).toBe("transfer/refused");
        expect((await run(communicator, `test -e ${remoteDir}/no`)).exit).toBe(1);
      });
      it("whose source ends early are an error", async () => {
        const { communicator, remoteDir } = await fresh();
        const work = communicator.upload(source("abc"), `${remoteDir}/short`, { signal: signal(), size: 10 });
        await expect(work).rejects.toMatchObject({ code: "transfer/local" });
      });
      it("that do not exist cannot be downloaded", async () => {
        const { communicator, remoteDir } = await fresh();
        const work = collect(communicator.download(`${remoteDir}/nothing`, { signal: signal() }));
        await expect(work).rejects.toMatchObject({ code: "transfer/refused" });
      });
      it("stop when aborted", async () => {
        const { communicator, remoteDir } = await fresh();
        const stop = new AbortController();
        const endless = async function* (): AsyncGenerator<Uint8Array> {
          yield new Uint8Array(1000);
          stop.abort(new Error("enough"));
          for (;;) {
            yield new Uint8Array(1000);
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        };
        const work = communicator.upload(endless(), `${remoteDir}/part`, { signal: stop.signal, size: 1e9 });
        await expect(work).rejects.toThrow("enough");
        expect((await run(communicator, "exit 6")).exit).toBe(6);
      });
    });

    describe("directories", () => {
      const tree = async ({ files, localDir }: ContractFixture): Promise<string> => {
        const root = `${localDir}/my tree`;
        await files.makeDirectory(`${root}/sub dir/deep`, { recursive: true });
        await files.makeDirectory(`${root}/empty`, { recursive: true });
        await files.write(`${root}/a.txt`, "A", { mode: 0o644 });
        await files.write(`${root}/run.sh`, "#!/bin/sh\n", { mode: 0o755 });
        await files.write(`${root}/sub dir/ü.txt`, "U");
        await files.write(`${root}/sub dir/deep/E`, "E\n");
        await files.write(`${root}/sub dir/deep/x.log`, "log");
        return root;
      };
      it("arrive under their own name without a slash at the end", async () => {
        const all = await fresh();
        await all.communicator.uploadDirectory(await tree(all), all.remoteDir, { signal: signal() });
        const to = `"${all.remoteDir}/my tree`;
        const { stdout, exit } = await run(
          all.communicator,
          `cat ${to}/a.txt" ${to}/sub dir/ü.txt" ${to}/sub dir/deep/E"`,
        );
        expect({ stdout, exit }).toEqual({ stdout: "AUE\n", exit: 0 });
        expect((await run(all.communicator, `test -d ${to}/empty"`)).exit).toBe(0);
        if (can("modes")) expect((await run(all.communicator, `test -x ${to}/run.sh"`)).exit).toBe(0);
      });
      it("give only their contents with a slash at the end", async () => {
        const all = await fresh();
        await all.communicator.uploadDirectory(`${await tree(all)}/`, all.remoteDir, { signal: signal() });
        const to = `"${all.remoteDir}`;
        expect((await run(all.communicator, `cat ${to}/a.txt" ${to}/sub dir/deep/x.log"`)).stdout).toBe("Alog");
        expect((await run(all.communicator, `test -e ${to}/my tree"`)).exit).toBe(1);
      });
      it("leave out what the patterns exclude", async () => {
        const all = await fresh();
        const exclude = ["*.log", "/a.txt", "empty/"];
        await all.communicator.uploadDirectory(`${await tree(all)}/`, all.remoteDir, { signal: signal(), exclude });
        const to = `"${all.remoteDir}`;
        for (const [path, there] of [
          ["a.txt", 1],
          ["empty", 1],
          ["sub dir/deep/x.log", 1],
          ["sub dir/deep/E", 0],
          ["run.sh", 0],
        ] as const) {
          expect([path, (await run(all.communicator, `test -e ${to}/${path}"`)).exit]).toEqual([path, there]);
        }
      });
      it("of many files arrive whole", async () => {
        const all = await fresh();
        const root = `${all.localDir}/many`;
        for (let d = 0; d < 5; d++) {
          await all.files.makeDirectory(`${root}/d${d}`, { recursive: true });
          for (let f = 0; f < 40; f++) await all.files.write(`${root}/d${d}/f${f}`, `${d}/${f};`);
        }
        await all.communicator.uploadDirectory(`${root}/`, all.remoteDir, { signal: signal() });
        await all.communicator.downloadDirectory(`${all.remoteDir}/`, `${all.localDir}/back`, { signal: signal() });
        const name = all.remoteDir.split("/").at(-1) ?? "";
        for (let d = 0; d < 5; d++) {
          for (let f = 0; f < 40; f++) {
            expect(await all.files.readText(`${all.localDir}/back/${name}/d${d}/f${f}`)).toBe(`${d}/${f};`);
          }
        }
      });
      it("that do not exist here are an error", async () => {
        const all = await fresh();
        const work = all.communicator.uploadDirectory(`${all.localDir}/missing`, all.remoteDir, { signal: signal() });
        await expect(work).rejects.toMatchObject({ code: "transfer/local" });
      });
      it("come back under their own name, without what is excluded", async () => {
        const all = await fresh();
        await all.communicator.uploadDirectory(await tree(all), all.remoteDir, { signal: signal() });
        const back = `${all.localDir}/back`;
        await all.communicator.downloadDirectory(`${all.remoteDir}/my tree`, back, {
          signal: signal(),
          exclude: ["*.log"],
        });
        expect(await all.files.readText(`${back}/my tree/sub dir/deep/E`)).toBe("E\n");
        expect(await all.files.readText(`${back}/my tree/sub dir/ü.txt`)).toBe("U");
        expect((await all.files.stat(`${back}/my tree/empty`))?.kind).toBe("directory");
        expect(await all.files.stat(`${back}/my tree/sub dir/deep/x.log`)).toBeUndefined();
        if (can("modes")) expect((await all.files.stat(`${back}/my tree/run.sh`))?.mode).toBe(0o755);
      });
      it("that do not exist there are an error", async () => {
        const all = await fresh();
        const work = all.communicator.downloadDirectory(`${all.remoteDir}/missing`, `${all.localDir}/x`, {
          signal: signal(),
        });
        await expect(work).rejects.toMatchObject({ code: "transfer/refused" });
      });
    });
  });
}
