import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Clock, codeOf, DownloadError, type Downloaded, type DownloadOptions, messageOf } from "@kiln/sdk";
import { systemClock } from "./clock.ts";
import { digestFile } from "./digest.ts";
import { type Arriving, type HttpOptions, openHttp, shownUrl } from "./download-http.ts";
import { type OwnFiles, ownFiles, readRecord, type SourceRecord, writeRecord } from "./download-record.ts";

/** Failures in a row, without a single byte between them, that end a download that had begun. */
const mostFailures = 5;
const firstDelayMs = 200;

export interface Surroundings {
  /** For HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** For the pauses between tries. */
  readonly clock?: Pick<Clock, "sleep">;
}

/**
 * Fetches a URL (`http`, `https`, `file`) into a file and checks it. What has arrived stays in a hidden file beside it, from which
 * this call, or one of a later process, goes on when the server still has the same.
 */
export async function downloadFile(
  url: string,
  to: string,
  options: DownloadOptions,
  surroundings: Surroundings = {},
): Promise<Downloaded> {
  const job = new Download(url, to, options, surroundings);
  const { signal } = options;
  try {
    return await job.run();
  } catch (error) {
    signal.throwIfAborted();
    if (codeOf(error) === "ENOSPC") {
      // A disk kept full by half a file helps nobody.
      await job.forget();
      throw Object.assign(
        new Error(
          `no space left on the disk of ${to} for ${shownUrl(url)}: ${job.progress}. Make room, or set PACKER_CACHE_DIR to a larger disk`,
          { cause: error },
        ),
        { code: "ENOSPC" },
      );
    }
    throw error;
  }
}

class Download {
  readonly #clock: Pick<Clock, "sleep">;
  readonly #url: string;
  readonly #to: string;
  readonly #own: OwnFiles;
  readonly #options: DownloadOptions;
  readonly #http: HttpOptions;
  readonly #algorithm: string;
  readonly #hex: string | undefined;
  #at = 0;
  #total: number | undefined;

  constructor(url: string, to: string, options: DownloadOptions, { env = {}, clock = systemClock }: Surroundings) {
    this.#clock = clock;
    this.#url = url;
    this.#to = to;
    this.#own = ownFiles(to);
    this.#options = options;
    this.#http = { env, signal: options.signal, stallMs: options.stallMs ?? 60_000 };
    const [algorithm = "", hex] = options.checksum?.split(":", 2) ?? [];
    this.#algorithm = algorithm.toLowerCase() || "sha256";
    this.#hex = hex?.toLowerCase();
  }

  get progress(): string {
    return this.#total === undefined ? `${this.#at} bytes had come` : `${this.#at} of ${this.#total} bytes had come`;
  }

  async run(): Promise<Downloaded> {
    const before = await this.#usable();
    if (before === "fits") return { path: this.#to, cached: true };
    const outcome = await this.#fetch(before);
    if (outcome === "unchanged") return { path: this.#to, cached: true };
    const { unpack, signal } = this.#options;
    const record: SourceRecord = { ...outcome, ...(this.#options.checksum && { checksum: this.#options.checksum }) };
    if (unpack) {
      const { unpackFile } = await import("./download-unpack.ts");
      try {
        await unpackFile(this.#own.part, this.#to, unpack, signal);
      } catch (error) {
        // It is all there and still no such archive: going on with it would fail for ever.
        if (error instanceof DownloadError) await this.forget();
        throw error;
      }
      const digests = await digestFile(this.#to, ["sha256"], signal);
      await writeRecord(this.#own.record, { ...record, unpack, sha256: digests.sha256 ?? "" });
    } else {
      await rename(this.#own.part, this.#to);
      if (this.#hex === undefined) await writeRecord(this.#own.record, record);
      else await rm(this.#own.record, { force: true });
    }
    await this.forget();
    return { path: this.#to, cached: false };
  }

  /** Takes away what a download leaves behind for the next one. */
  async forget(): Promise<void> {
    await rm(this.#own.part, { force: true });
    await rm(this.#own.partRecord, { force: true });
  }

  /** Whether what is there can be used; or what to ask the server about it. */
  async #usable(): Promise<"fits" | SourceRecord | undefined> {
    const { signal, unpack, checksum } = this.#options;
    const found = await stat(this.#to).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    const record = await readRecord(this.#own.record);
    if (unpack) {
      const same = record?.unpack === unpack && checksum !== undefined && record.checksum === checksum;
      if (!same) return undefined;
      return (await digestFile(this.#to, ["sha256"], signal)).sha256 === record.sha256 ? "fits" : undefined;
    }
    if (this.#hex !== undefined) {
      const digests = await digestFile(this.#to, [this.#algorithm], signal);
      return digests[this.#algorithm] === this.#hex ? "fits" : undefined;
    }
    return record?.url === this.#url && record.total === found.size && !record.unpack ? record : undefined;
  }

  async #fetch(known: SourceRecord | undefined): Promise<SourceRecord | "unchanged"> {
    const hadPart = (await stat(this.#own.part).catch(() => undefined)) !== undefined;
    const first = await this.#whole(known);
    if (first === "unchanged") return first;
    if (this.#fits(first.hash)) return first.record;
    const wrong = first.hash.digest("hex");
    await this.forget();
    // Half of it was here before: perhaps that half was wrong.
    if (hadPart) {
      const again = await this.#whole(undefined);
      if (again !== "unchanged" && this.#fits(again.hash)) return again.record;
      await this.forget();
    }
    throw new DownloadError(
      "download/checksum",
      `${shownUrl(this.#url)}: checksum is ${this.#algorithm}:${wrong}, expected ${this.#options.checksum}`,
      { actual: wrong },
    );
  }

  #fits(hash: Hash): boolean {
    return this.#hex === undefined || hash.copy().digest("hex") === this.#hex;
  }

  /** All bytes into the part file, over as many connections as it takes. */
  async #whole(known: SourceRecord | undefined): Promise<{ hash: Hash; record: SourceRecord } | "unchanged"> {
    let failures = 0;
    for (;;) {
      const before = this.#at;
      try {
        return await this.#once(known);
      } catch (error) {
        this.#options.signal.throwIfAborted();
        failures = this.#at > before ? 1 : failures + 1;
        if (!isPassing(error, this.#at > 0) || failures >= mostFailures) throw withProgress(error, this.progress);
        await this.#clock.sleep(firstDelayMs * 2 ** failures, this.#options.signal);
      }
    }
  }

  async #once(known: SourceRecord | undefined): Promise<{ hash: Hash; record: SourceRecord } | "unchanged"> {
    const partRecord = await readRecord(this.#own.partRecord);
    const size = await stat(this.#own.part).then(
      (s) => s.size,
      () => 0,
    );
    // Without a checksum only the same URL with a validator can be gone on with.
    const same = partRecord?.url === this.#url && (partRecord.etag ?? partRecord.lastModified) !== undefined;
    const from = same || this.#hex !== undefined ? size : 0;
    const arriving = await this.#open(from, same ? partRecord : undefined, from === 0 ? known : undefined);
    if (arriving === "unchanged") return "unchanged";
    const resumable = arriving.start > 0 && (partRecord?.total ?? arriving.total) === arriving.total;
    const start = resumable ? arriving.start : 0;
    if (arriving.start !== start) {
      // The same name, another file: begin anew.
      arriving.close();
      await this.forget();
      return this.#once(undefined);
    }
    this.#total = arriving.total;
    await this.#checkSpace(start);
    const record: SourceRecord = {
      url: this.#url,
      ...arriving.validators,
      ...(arriving.total !== undefined && { total: arriving.total }),
    };
    await writeRecord(this.#own.partRecord, record);
    const hash = createHash(this.#algorithm);
    await this.#write(arriving, start, hash);
    return { hash, record: { ...record, total: this.#at } };
  }

  async #open(
    from: number,
    part: SourceRecord | undefined,
    known: SourceRecord | undefined,
  ): Promise<Arriving | "unchanged"> {
    if (!this.#url.startsWith("file:")) return openHttp(this.#url, { from, part, known }, this.#http);
    const path = fileURLToPath(this.#url);
    const { size } = await stat(path);
    return {
      start: 0,
      total: size,
      validators: {},
      body: createReadStream(path, { signal: this.#options.signal, highWaterMark: 1 << 20 }),
      close: () => {},
    };
  }

  async #write(arriving: Arriving, start: number, hash: Hash): Promise<void> {
    const handle = await open(this.#own.part, start > 0 ? "r+" : "w", 0o644);
    try {
      await handle.truncate(start);
      this.#at = start;
      if (start > 0)
        for await (const piece of createReadStream(this.#own.part, { end: start - 1 }))
          hash.update(piece as Uint8Array);
      for await (const piece of arriving.body) {
        for (let sent = 0; sent < piece.length; )
          sent += (await handle.write(piece, sent, piece.length - sent, this.#at + sent)).bytesWritten;
        hash.update(piece);
        this.#at += piece.length;
        this.#options.onProgress?.(this.#at, this.#total);
      }
      if (this.#total !== undefined && this.#at !== this.#total)
        throw new DownloadError("download/interrupted", `${shownUrl(this.#url)}: the connection ended early`);
    } finally {
      arriving.close();
      await handle.close();
    }
  }

  /** Better to know at once than after an hour. */
  async #checkSpace(start: number): Promise<void> {
    if (this.#total === undefined) return;
    const { bavail, bsize } = await statfs(dirname(this.#to));
    if (bavail * bsize >= this.#total - start) return;
    throw Object.assign(new Error(`${this.#total - start} bytes are needed, ${bavail * bsize} are free`), {
      code: "ENOSPC",
    });
  }
}

/** Whether trying again may help. A server that never answered is left for the next URL at once. */
function isPassing(error: unknown, hadBytes: boolean): boolean {
  if (error instanceof DownloadError) {
    if (error.code === "download/status") return /answered (?:429|5\d\d)/.test(error.message);
    // An answer had begun. Its first bytes may be lost with the connection: Node drops what nobody has read yet.
    return error.code === "download/interrupted" || (hadBytes && error.code === "download/stalled");
  }
  const code = codeOf(error) ?? "";
  return hadBytes && /^(?:ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|HPE_)/.test(code);
}

function withProgress(error: unknown, progress: string): unknown {
  if (!(error instanceof DownloadError) || !/stalled|interrupted/.test(error.code)) return error;
  return new DownloadError(error.code, `${messageOf(error)}: ${progress}. The next try goes on from there`, {
    cause: error,
  });
}
