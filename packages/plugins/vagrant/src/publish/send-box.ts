import { messageOf, type PostProcessContext, StepError } from "@kiln/sdk";

const tries = 3;
const pauseMs = 10_000;
/** What the storage behind the services takes in one request. */
export const directLimit = 5 * 1024 ** 3;

/** Streams a box to the address that the service gave; three tries. The address is a secret: it is never shown. */
export async function sendBox(ctx: PostProcessContext, path: string, url: string, insecure: boolean): Promise<void> {
  const { host, ui, signal } = ctx;
  ui.say(`Uploading box: ${path}`);
  ui.message("Depending on your internet connection and the size of the box,\nthis may take some time");
  const size = (await host.files.stat(path))?.size;
  for (let attempt = 1; ; attempt++) {
    ui.message("Uploading box");
    try {
      using bar = ui.progress("Uploading box", size);
      const { status } = await host.http.request(
        { method: "PUT", url, file: path, onProgress: (bytes) => bar.advance(bytes), ...(insecure && { insecure }) },
        signal,
      );
      if (status >= 200 && status < 300) break;
      throw new StepError(`bad HTTP status: ${status}`, { code: "vagrant/upload" });
    } catch (error) {
      signal.throwIfAborted();
      if (attempt === tries)
        throw new StepError(`Failed to upload box asset: ${messageOf(error)}`, {
          code: "vagrant/upload",
          cause: error,
        });
      ui.message(`Error uploading box! Will retry in 10 seconds. Error: ${messageOf(error)}`);
      await host.clock.sleep(pauseMs, signal);
    }
  }
  ui.message("Box successfully uploaded");
}

/** Whether the box may go to the storage behind the service without a detour. */
export async function goesDirectly(ctx: PostProcessContext, path: string, unwanted: boolean): Promise<boolean> {
  if (unwanted) return false;
  const stat = await ctx.host.files.stat(path);
  if (!stat) throw new StepError(`failed determining size of upload artifact: ${path}`, { code: "vagrant/no-box" });
  if (stat.size <= directLimit) return true;
  ctx.ui.say(`Asset ${path} is larger than the direct upload limit. Setting \`NoDirectUpload\` to true`);
  return false;
}
