import { type BuildContext, messageOf, StepError } from "@kiln/sdk";
import type { Settings } from "../settings.ts";

/** A medium that QEMU reads from its server (`iso_skip_cache`): the first URL that serves parts of files. */
export async function remoteMedium({ host, ui, signal }: BuildContext, settings: Settings): Promise<string> {
  const urls = settings.iso_url ? [settings.iso_url] : (settings.iso_urls ?? []);
  const failures: string[] = [];
  for (const url of urls) {
    try {
      const { status, headers } = await host.http.request({ method: "HEAD", url }, signal);
      if (status >= 400) failures.push(`${url}: the server answered ${status}`);
      else if (headers["accept-ranges"] === "bytes") return url;
      else failures.push("No byte serving support. The HTTP server must support Accept-Ranges=bytes");
    } catch (error) {
      signal.throwIfAborted();
      failures.push(`${url}: ${messageOf(error)}`);
    }
  }
  for (const failure of failures) ui.error(failure);
  throw new StepError(failures.join("\n"), { code: "qemu/remote-medium" });
}
