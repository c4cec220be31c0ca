import { controlHeader, controlPrefix } from "./faults/control.ts";
import type { LocalImage } from "./images/shelf.ts";
import type { PolicyDocument } from "./policy/recorder.ts";

/** Variables that point clients at a local cloud. */
export function cloudEnvironment(endpoint: string, region = "us-east-1"): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "kiln",
    AWS_SECRET_ACCESS_KEY: "kiln",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/** A local cloud that another process keeps up. */
export interface JoinedCloud {
  readonly endpoint: string;
  environment(region?: string): Readonly<Record<string, string>>;
  /** Removes an image (by id or name) with its snapshots. */
  removeImage(idOrName: string): Promise<LocalImage>;
  /** The least IAM policy for what anybody has called since it was started. */
  policy(): Promise<PolicyDocument>;
}

/** Speaks to the cloud at an endpoint. Undefined where none answers (any more). */
export async function joinLocalCloud(endpoint: string, signal: AbortSignal): Promise<JoinedCloud | undefined> {
  const ask = (method: string, path: string): Promise<Response> =>
    fetch(`${endpoint}${controlPrefix}${path}`, { method, headers: { [controlHeader]: "1" }, signal });
  try {
    if (!(await ask("GET", "policy")).ok) return undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
  return {
    endpoint,
    environment: (region) => cloudEnvironment(endpoint, region),
    removeImage: async (idOrName) => {
      const answer = await ask("DELETE", `images/${encodeURIComponent(idOrName)}`);
      const said = (await answer.json()) as LocalImage | { readonly error: string };
      if ("error" in said) throw new Error(said.error);
      return said;
    },
    policy: async () => (await (await ask("GET", "policy")).json()) as PolicyDocument,
  };
}
