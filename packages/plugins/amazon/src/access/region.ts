import { type PrepareHost, StepError } from "@kiln/sdk";

/** The region of the instance that we run on, from its metadata (IMDSv2); undefined elsewhere. */
async function metadataRegion(
  host: Pick<PrepareHost, "env" | "http">,
  signal: AbortSignal,
): Promise<string | undefined> {
  const base = host.env.AWS_EC2_METADATA_SERVICE_ENDPOINT?.replace(/\/+$/, "") || "http://169.254.169.254";
  const limit = AbortSignal.any([signal, AbortSignal.timeout(1_000)]);
  try {
    const ttl = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
    // No proxy is where this machine is.
    const direct = true;
    const token = await host.http.request(
      { method: "PUT", url: `${base}/latest/api/token`, headers: ttl, direct },
      limit,
    );
    if (token.status !== 200) return undefined;
    const headers = { "x-aws-ec2-metadata-token": token.body };
    const url = `${base}/latest/meta-data/placement/region`;
    const region = await host.http.request({ method: "GET", url, headers, direct }, limit);
    return region.status === 200 ? region.body.trim() : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** Option, environment, profile, instance metadata: the first that says. */
export async function resolveRegion(
  host: Pick<PrepareHost, "env" | "http">,
  option: string | undefined,
  profile: Readonly<Record<string, string>>,
  metadata: boolean,
  signal: AbortSignal,
): Promise<string> {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_EC2_METADATA_DISABLED } = host.env;
  const known = option || AWS_REGION || AWS_DEFAULT_REGION || profile.region;
  if (known) return known;
  const here = metadata && AWS_EC2_METADATA_DISABLED !== "true" ? await metadataRegion(host, signal) : undefined;
  if (here) return here;
  throw new StepError("No AWS region: set region in the template, AWS_REGION, or region in the profile.", {
    code: "amazon/no-region",
  });
}
