import { type PrepareHost, StepError } from "@kiln/sdk";

/**
 * The value of a key in Consul. CONSUL_HTTP_ADDR, _TOKEN, _TOKEN_FILE, _AUTH, _SSL and CONSUL_NAMESPACE, CONSUL_PARTITION are honoured.
 * A key that is absent or empty is an error. Source: Packer's `consul_key` template function.
 */
export async function consulKey(
  key: string,
  host: Pick<PrepareHost, "env" | "files" | "http">,
  signal: AbortSignal,
): Promise<string> {
  const query = new URLSearchParams();
  if (host.env.CONSUL_NAMESPACE) query.set("ns", host.env.CONSUL_NAMESPACE);
  if (host.env.CONSUL_PARTITION) query.set("partition", host.env.CONSUL_PARTITION);
  const path = key.replace(/^\/+/, "").split("/").map(encodeURIComponent).join("/");
  const response = await host.http.request(
    {
      method: "GET",
      url: `${addressIn(host.env)}/v1/kv/${path}${query.size > 0 ? `?${query}` : ""}`,
      headers: await headersFor(host),
    },
    signal,
  );
  if (response.status === 404) throw new StepError(`consul key does not exist: '${key}'`, { code: "consul/no-key" });
  if (response.status !== 200)
    throw new StepError(`error reading consul key: status ${response.status}: ${response.body.trim()}`, {
      code: "consul/refused",
    });
  const value = valueIn(response.body);
  if (value === "") throw new StepError(`value is empty for consul key '${key}'`, { code: "consul/empty" });
  return value;
}

function addressIn(env: PrepareHost["env"]): string {
  const address = env.CONSUL_HTTP_ADDR || "127.0.0.1:8500";
  if (/^https?:\/\//.test(address)) return address.replace(/\/+$/, "");
  const secure = /^(1|t|true)$/i.test(env.CONSUL_HTTP_SSL ?? "");
  return `${secure ? "https" : "http"}://${address}`;
}

async function headersFor(host: Pick<PrepareHost, "env" | "files">): Promise<Readonly<Record<string, string>>> {
  const { CONSUL_HTTP_TOKEN: given, CONSUL_HTTP_TOKEN_FILE: file, CONSUL_HTTP_AUTH: auth } = host.env;
  const token = given || (file ? (await host.files.readText(file)).trim() : "");
  return {
    ...(token && { "x-consul-token": token }),
    ...(auth && { authorization: `Basic ${Buffer.from(auth).toString("base64")}` }),
  };
}

function valueIn(body: string): string {
  const found: unknown = JSON.parse(body);
  const first: unknown = Array.isArray(found) ? found[0] : undefined;
  if (typeof first !== "object" || first === null || !("Value" in first) || typeof first.Value !== "string") return "";
  return Buffer.from(first.Value, "base64").toString("utf8");
}
