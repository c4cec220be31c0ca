import { codeOf, type Host, type Process, StepError } from "@kiln/sdk";

/** What `session-manager-plugin` is told. */
export interface PluginSession {
  /** SessionId, StreamUrl and TokenValue as StartSession answered. */
  readonly response: Readonly<Record<string, string | undefined>>;
  readonly region: string;
  /** The parameters of StartSession. */
  readonly input: unknown;
  readonly url: string;
}
const plugin = "session-manager-plugin";
/** From this version on the plugin reads the session, which holds a token, from an environment variable. Source: AWS CLI. */
const readsEnvironment = [1, 2, 497, 0];
const variable = "AWS_SSM_START_SESSION_RESPONSE";

/** The plugin's version, or a refusal that says where to get it. */
export async function pluginVersion(host: Pick<Host, "processes">, signal: AbortSignal): Promise<readonly number[]> {
  const asked = host.processes.spawn(plugin, ["--version"], { signal });
  const read = async (): Promise<string> => {
    let text = "";
    for await (const { bytes } of asked.output) text += Buffer.from(bytes).toString();
    return text;
  };
  const [text, exit] = await Promise.allSettled([read(), asked.exit]);
  const missing = [text, exit].find((end) => end.status === "rejected" && codeOf(end.reason) === "ENOENT");
  if (missing) {
    throw new StepError(
      "session-manager-plugin was not found on the PATH. ssh_interface = session_manager needs it: " +
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
      { code: "amazon/no-session-plugin", cause: missing },
    );
  }
  if (exit.status === "rejected") throw exit.reason;
  if (text.status === "rejected") throw text.reason;
  return text.value.trim().split(".").map(Number);
}

/** Starts the plugin; the token goes through the environment where the plugin can read it there. */
export function startPlugin(
  host: Pick<Host, "processes" | "env">,
  version: readonly number[],
  { response, region, input, url }: PluginSession,
  signal: AbortSignal,
): Process {
  const session = JSON.stringify(response);
  const hidden = isAtLeast(version, readsEnvironment);
  const args = [hidden ? variable : session, region, "StartSession", "", JSON.stringify(input), url];
  const inherited = Object.entries(host.env).filter((e): e is [string, string] => e[1] !== undefined);
  return host.processes.spawn(plugin, args, {
    signal,
    ...(hidden && { env: { ...Object.fromEntries(inherited), [variable]: session } }),
  });
}

function isAtLeast(version: readonly number[], wanted: readonly number[]): boolean {
  for (const [i, part] of wanted.entries()) {
    const have = version[i];
    if (have === undefined || Number.isNaN(have)) return false;
    if (have !== part) return have > part;
  }
  return true;
}
