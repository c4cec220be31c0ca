import { failureText, type HttpRequest, type PrepareHost, parseGoBoolean, StepError } from "@kiln/sdk";
import { describeAnswer, tlsFromEnvironment } from "@kiln/sdk/secret-stores";

type ConsulHost = Pick<PrepareHost, "env" | "files" | "http">;

/**
 * The value of a key in Consul. What Consul's own client takes from the environment counts: CONSUL_HTTP_ADDR (also `unix:///PATH`), _TOKEN,
 * _TOKEN_FILE, _AUTH, _SSL, _SSL_VERIFY, CONSUL_CACERT, _CAPATH, _CLIENT_CERT, _CLIENT_KEY, _TLS_SERVER_NAME, _NAMESPACE and _PARTITION.
 * A key that is absent or empty is an error. Source: Packer's `consul_key` template function.
 */
export async function consulKey(key: string, host: ConsulHost, signal: AbortSignal): Promise<string> {
  const request = await requestFor(key, host);
  const response = await host.http.request(request, signal);
  if (response.status === 404) throw new StepError(`consul key does not exist: '${key}'`, { code: "consul/no-key" });
  if (response.status !== 200)
    throw new StepError(`error reading consul key: status ${response.status}: ${describeAnswer(response.body)}`, {
      code: "consul/refused",
    });
  const value = valueIn(response.body, request);
  if (value === "") throw new StepError(`value is empty for consul key '${key}'`, { code: "consul/empty" });
  return value;
}

async function requestFor(key: string, host: ConsulHost): Promise<HttpRequest> {
  const { env } = host;
  const address = env.CONSUL_HTTP_ADDR || "127.0.0.1:8500";
  const socketPath = address.startsWith("unix://") ? address.slice("unix://".length) : undefined;
  const query = new URLSearchParams();
  if (env.CONSUL_NAMESPACE) query.set("ns", env.CONSUL_NAMESPACE);
  if (env.CONSUL_PARTITION) query.set("partition", env.CONSUL_PARTITION);
  const path = key.replace(/^\/+/, "").split("/").map(encodeURIComponent).join("/");
  const base = baseUrl(socketPath === undefined ? address : "localhost", env);
  const url = `${base}/v1/kv/${path}${query.size > 0 ? `?${query}` : ""}`;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new StepError(`CONSUL_HTTP_ADDR is "${address}", which is no address: write it as HOST:PORT`, {
      code: "consul/address",
    });
  return {
    method: "GET",
    url,
    headers: await headersFor(host),
    ...(socketPath !== undefined && { socketPath }),
    ...(parseGoBoolean(env.CONSUL_HTTP_SSL_VERIFY ?? "") === false && { insecure: true }),
    ...(await tlsFromEnvironment(host, {
      caFile: "CONSUL_CACERT",
      caPath: "CONSUL_CAPATH",
      cert: "CONSUL_CLIENT_CERT",
      key: "CONSUL_CLIENT_KEY",
      servername: "CONSUL_TLS_SERVER_NAME",
    })),
  };
}

function baseUrl(address: string, env: PrepareHost["env"]): string {
  if (/^[a-z0-9+.-]+:\/\//i.test(address)) return address.replace(/\/+$/, "");
  return `${parseGoBoolean(env.CONSUL_HTTP_SSL ?? "") ? "https" : "http"}://${address}`;
}

async function headersFor({ env, files }: ConsulHost): Promise<Readonly<Record<string, string>>> {
  const { CONSUL_HTTP_TOKEN: given, CONSUL_HTTP_TOKEN_FILE: file, CONSUL_HTTP_AUTH: auth } = env;
  // As in Consul's client, the file goes before the variable.
  const token = (file ? await tokenIn(file, files) : "") || given;
  return {
    ...(token && { "x-consul-token": token }),
    ...(auth && { authorization: `Basic ${Buffer.from(auth).toString("base64")}` }),
  };
}

async function tokenIn(path: string, files: ConsulHost["files"]): Promise<string> {
  try {
    return (await files.readText(path)).trim();
  } catch (error) {
    throw new StepError(`CONSUL_HTTP_TOKEN_FILE: ${path}: ${failureText(error)}`, {
      code: "consul/token-file",
      cause: error,
    });
  }
}

function valueIn(body: string, { url, socketPath }: HttpRequest): string {
  let found: unknown;
  try {
    found = JSON.parse(body);
  } catch (error) {
    const server = socketPath === undefined ? new URL(url).origin : `unix://${socketPath}`;
    throw new StepError(
      `error reading consul key: ${server} answered with what is not Consul's JSON: ${describeAnswer(body)}`,
      { code: "consul/answer", cause: error },
    );
  }
  const first: unknown = Array.isArray(found) ? found[0] : undefined;
  if (typeof first !== "object" || first === null || !("Value" in first) || typeof first.Value !== "string") return "";
  return Buffer.from(first.Value, "base64").toString("utf8");
}
