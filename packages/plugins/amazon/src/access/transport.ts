import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { PrepareHost } from "@kiln/sdk";

/** What every client of the SDK takes as `requestHandler`: options for its own handler, or (in tests) another one. */
export type Transport = NonNullable<EC2ClientConfig["requestHandler"]>;

/** How requests travel. Proxies, AWS_CA_BUNDLE and the authorities that count here come from the environment, as in Packer. */
export async function transportOptions(
  host: Pick<PrepareHost, "env" | "files" | "http">,
  options: { readonly insecure: boolean },
): Promise<Transport> {
  const { env } = host;
  const proxyEnv = Object.fromEntries(
    ["http_proxy", "https_proxy", "no_proxy"].flatMap((name) => {
      const value = env[name] ?? env[name.toUpperCase()];
      return value === undefined ? [] : [[name, name === "no_proxy" ? withSubdomains(value) : value] as const];
    }),
  );
  const ca = env.AWS_CA_BUNDLE
    ? await host.files.readText(env.AWS_CA_BUNDLE)
    : options.insecure
      ? undefined
      : await host.http.authorities();
  const agent = { keepAlive: true, maxSockets: 50, ...(Object.keys(proxyEnv).length > 0 && { proxyEnv }) };
  return {
    connectionTimeout: 10_000,
    httpAgent: agent,
    httpsAgent: {
      ...agent,
      ...(ca && { ca: typeof ca === "string" ? ca : [...ca] }),
      ...(options.insecure && { rejectUnauthorized: false }),
    },
  };
}

/** A name in NO_PROXY stands for its subdomains, too, in Go's programs, but not for Node's agents. */
function withSubdomains(list: string): string {
  return list
    .split(",")
    .map((entry) => entry.trim())
    .flatMap((entry) => (/^[a-z][a-z0-9.-]*$/i.test(entry) ? [entry, `.${entry}`] : [entry]))
    .join(",");
}
