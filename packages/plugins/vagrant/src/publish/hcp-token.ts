import { type Host, jsonObjectIn, StepError } from "@kiln/sdk";

export interface HcpLogin {
  readonly id: string | undefined;
  readonly secret: string | undefined;
  readonly authUrl: string;
  readonly insecure: boolean;
}

/** A token for HCP's services by OAuth client credentials; undefined without a client. */
export async function hcpToken(
  host: Pick<Host, "http">,
  { id, secret, authUrl, insecure }: HcpLogin,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!id || !secret) return undefined;
  const { status, body } = await host.http.request(
    {
      method: "POST",
      url: `${authUrl}/oauth2/token`,
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: id,
        client_secret: secret,
        audience: "https://api.hashicorp.cloud",
      }).toString(),
      ...(insecure && { insecure }),
    },
    signal,
  );
  const token = status === 200 ? tokenIn(body) : undefined;
  if (!token)
    throw new StepError(
      `HCP refused the client at ${new URL(authUrl).origin}: HTTP status ${status}. Check client_id and client_secret (HCP_CLIENT_ID, HCP_CLIENT_SECRET)`,
      { code: "vagrant/authentication" },
    );
  return token;
}

function tokenIn(text: string): string | undefined {
  const token = jsonObjectIn(text)?.access_token;
  return typeof token === "string" ? token : undefined;
}
