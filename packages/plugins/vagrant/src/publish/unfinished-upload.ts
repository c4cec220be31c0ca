import { type Access, type Host, type ResourceKind, StepError } from "@kiln/sdk";
import { hcpToken } from "./hcp-token.ts";
import { type JsonApi, jsonApi } from "./json-api.ts";

/** A place for a box in a service, made by us and not filled yet: GET tells whether it is there, DELETE undoes it. */
export interface Place extends Readonly<Record<string, string | boolean>> {
  readonly service: "vagrant-cloud" | "vagrant-registry";
  readonly base: string;
  readonly path: string;
  /** Where HCP's tokens come from. */
  readonly authUrl: string;
  readonly insecure: boolean;
}

/** Credentials come from the environment when another process cleans up. */
export const unfinishedUploadKind: ResourceKind<Place, Place> = {
  kind: "vagrant.unfinished-upload",
  describe: ({ base, path }) => `unfinished upload ${base}${path}`,
  find: async (place, { host }, signal) => {
    const api = await apiFor(place, host, signal);
    const { status } = await api.request("GET", place.path);
    return status === 404 ? [] : [place];
  },
  release: async (place, access, signal) => removePlace(await apiFor(place, access.host, signal), place, access),
};

/** Idempotent. */
export async function removePlace(api: JsonApi, place: Place, { ui }: Access): Promise<void> {
  ui.say("Cleaning up provider");
  ui.message(`Deleting provider: ${place.path.split("/provider/")[1] ?? place.path}`);
  const { ok, status, complaint } = await api.request("DELETE", place.path);
  if (!ok && status !== 404)
    throw new StepError(`Error destroying provider: ${complaint}`, { code: "vagrant/not-removed" });
}

async function apiFor(place: Place, host: Host, signal: AbortSignal): Promise<JsonApi> {
  const { base, insecure, authUrl, service } = place;
  const { env } = host;
  const token =
    service === "vagrant-cloud"
      ? env.VAGRANT_CLOUD_TOKEN || env.ATLAS_TOKEN
      : await hcpToken(host, { id: env.HCP_CLIENT_ID, secret: env.HCP_CLIENT_SECRET, authUrl, insecure }, signal);
  return jsonApi(host, { base, token, insecure, signal });
}
