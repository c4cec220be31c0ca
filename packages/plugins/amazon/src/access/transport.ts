import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { PrepareHost } from "@kiln/sdk";

/** What every client of the SDK takes as `requestHandler`: options for its own handler, or (in tests) another one. */
export type Transport = NonNullable<EC2ClientConfig["requestHandler"]>;

/** How requests travel. Proxies and AWS_CA_BUNDLE come from the environment, as in Packer. */
export async function transportOptions(
  host: Pick<PrepareHost, "env" | "files">,
  options: { readonly insecure: boolean },
): Promise<Transport> {
  const { env } = host;
  const proxyEnv = Object.fromEntries(
    ["http_proxy", "https_proxy", "no_proxy"].flatMap((name) => {
      const value = env[name] ?? env[name.toUpperCase()];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const ca = env.AWS_CA_BUNDLE ? await host.files.readText(env.AWS_CA_BUNDLE) : undefined;
  const agent = { keepAlive: true, maxSockets: 50, ...(Object.keys(proxyEnv).length > 0 && { proxyEnv }) };
  return {
    connectionTimeout: 10_000,
    httpAgent: agent,
    httpsAgent: { ...agent, ...(ca && { ca }), ...(options.insecure && { rejectUnauthorized: false }) },
  };
}
