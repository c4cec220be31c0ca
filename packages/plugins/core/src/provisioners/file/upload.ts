import { basename } from "node:path";
import { messageOf, type ProvisionContext, StepError } from "@kiln/sdk";
import { endsInSeparator } from "./remote-path.ts";

export interface UploadJob {
  readonly source: string;
  readonly destination: string;
  readonly exclude: readonly string[];
}

/** Sends a file with its mode, or a directory by the trailing-slash rule. */
export async function upload(job: UploadJob, ctx: ProvisionContext): Promise<void> {
  const { source, exclude } = job;
  const { ui, signal, host, machine } = ctx;
  ui.say(`Uploading ${source} => ${job.destination}`);
  const stat = await host.files.stat(source);
  if (!stat)
    throw new StepError(`Bad source '${source}': stat ${source}: no such file or directory`, { code: "ENOENT" });
  try {
    if (stat.kind === "directory") {
      using progress = ui.progress(source);
      await machine.communicator.uploadDirectory(source, job.destination, {
        signal,
        onProgress: (bytes) => progress.advance(bytes),
        ...(exclude.length > 0 && { exclude }),
      });
      return;
    }
    const destination = endsInSeparator(job.destination, machine.communicator)
      ? job.destination + basename(source)
      : job.destination;
    using progress = ui.progress(basename(source), stat.size);
    await machine.communicator.upload(host.files.read(source), destination, {
      signal,
      size: stat.size,
      mode: stat.mode & 0o777,
      modified: stat.modified,
      readInto: (buffer) => host.files.read(source, { buffer }),
      onProgress: (bytes) => progress.advance(bytes),
    });
  } catch (error) {
    signal.throwIfAborted();
    ui.error(`Upload failed: ${messageOf(error)}`);
    throw error;
  }
}
