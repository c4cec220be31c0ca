import { dirname } from "node:path";
import { messageOf, type ProvisionContext } from "@kiln/sdk";
import { removeHalfFile } from "../../temporary-file/remove-half-file.ts";
import { endsInSeparator, remoteBaseName } from "./remote-path.ts";

export interface DownloadJob {
  readonly source: string;
  readonly destination: string;
  readonly exclude: readonly string[];
}

/** Fetches a file, or a directory where the source ends in `/` or holds a pattern. Source of the rule: Packer. */
export async function download(job: DownloadJob, ctx: ProvisionContext): Promise<void> {
  const { source, exclude } = job;
  const { ui, signal, host, machine } = ctx;
  const directory = endsInSeparator(source, machine.communicator) || /[*?[]/.test(source);
  const into = job.destination.endsWith("/");
  const destination =
    into && !directory ? job.destination + remoteBaseName(source, machine.communicator) : job.destination;
  ui.say(`Downloading ${source} => ${job.destination}`);
  try {
    const parent = into ? job.destination : dirname(destination);
    await host.files.makeDirectory(parent, { recursive: true, mode: 0o755 });
    using progress = ui.progress(remoteBaseName(source, machine.communicator) || source);
    const options = { signal, onProgress: (bytes: number) => progress.advance(bytes) };
    if (directory)
      await machine.communicator.downloadDirectory(source, destination, {
        ...options,
        ...(exclude.length > 0 && { exclude }),
      });
    else await fetchFile(machine.communicator.download(source, options), destination, ctx);
  } catch (error) {
    signal.throwIfAborted();
    ui.error(`Download failed: ${messageOf(error)}`);
    throw error;
  }
}

/** The local file is opened with the first bytes, so that a source that is not there leaves an older copy alone. */
async function fetchFile(source: AsyncIterable<Uint8Array>, destination: string, ctx: ProvisionContext): Promise<void> {
  const { files } = ctx.host;
  const remote = source[Symbol.asyncIterator]();
  const first = await remote.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      if (first.done) return;
      yield first.value;
      for (let next = await remote.next(); !next.done; next = await remote.next()) yield next.value;
    } finally {
      await remote.return?.();
    }
  }
  try {
    await files.write(destination, all(), { mode: 0o644 });
  } catch (error) {
    await remote.return?.();
    await removeHalfFile(destination, files);
    throw error;
  }
}
