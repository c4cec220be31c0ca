import { codeOf, messageOf, StepError } from "../errors.ts";
import type { HttpConfig } from "../options/http.ts";
import type { MediaContext } from "./made-file.ts";

export interface HttpServing {
  readonly port: number;
  /** The address of `http_interface`, where one is set: what the machine should ask. */
  readonly address?: string;
}

/**
 * Starts the HTTP server that the options ask for (`StepHTTPServer`); it ends with the step. Undefined where nothing is to be served.
 */
export async function serveHttp(ctx: MediaContext, config: HttpConfig): Promise<HttpServing | undefined> {
  const { host, ui } = ctx;
  const content = config.http_content ?? {};
  const hasContent = Object.keys(content).length > 0;
  if (!config.http_directory && !hasContent) return undefined;
  const address = config.http_interface ? interfaceAddress(ctx, config) : undefined;
  const { http_port_min: low, http_port_max: high } = config;
  try {
    const server = await host.net.serveFiles(
      hasContent ? { content: rooted(content) } : { directory: config.http_directory ?? "" },
      { address: bindAddress(config), ports: [low, high] },
    );
    ctx.defer(async () => server[Symbol.asyncDispose]());
    ui.say(`Starting HTTP server on port ${server.port}`);
    return { port: server.port, ...(address !== undefined && { address }) };
  } catch (error) {
    const advice =
      codeOf(error) === "EADDRINUSE"
        ? "Widen http_port_min and http_port_max."
        : codeOf(error) === "EADDRNOTAVAIL"
          ? `${config.http_bind_address} (http_bind_address) is no address of this machine.`
          : "";
    throw new StepError(`Error starting the HTTP server: ${messageOf(error)}. ${advice}`.trimEnd(), {
      code: "http/not-started",
      cause: error,
    });
  }
}

/** Requests name files from the root, whether the template wrote the slash or not. */
function rooted(content: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(content).map(([path, text]) => [path.startsWith("/") ? path : `/${path}`, text]),
  );
}

function bindAddress(config: HttpConfig): string {
  return config.http_network_protocol === "tcp6" && config.http_bind_address === "0.0.0.0"
    ? "::"
    : config.http_bind_address;
}

function interfaceAddress({ host }: MediaContext, config: HttpConfig): string {
  const all = host.net.addresses();
  const name = config.http_interface ?? "";
  const mine = all[name] ?? [];
  const wanted = config.http_network_protocol === "tcp6" ? "IPv6" : "IPv4";
  const found = mine.find((a) => a.family === wanted) ?? mine[0];
  if (!found)
    throw new StepError(
      `Error finding the address of http_interface "${name}": the interfaces with addresses are ${Object.keys(all).join(", ")}`,
      { code: "http/no-interface" },
    );
  return found.address;
}
