import { isJsonObject, type PostProcessContext, type PostProcessed, StepError } from "@kiln/sdk";
import { publishedArtifact } from "../publish/artifact.ts";
import { type BoxSource, boxSource } from "../publish/box-source.ts";
import { downloadUrl } from "../publish/download-url.ts";
import { type JsonAnswer, type JsonApi, jsonApi } from "../publish/json-api.ts";
import { goesDirectly, sendBox } from "../publish/send-box.ts";
import { type Place, removePlace, unfinishedUploadKind } from "../publish/unfinished-upload.ts";
import { type Config, defaultCloudUrl } from "./config.ts";

/** Adds the box to a version of an existing box, and releases that. */
export async function process(config: Config, ctx: PostProcessContext): Promise<PostProcessed> {
  const { host, signal } = ctx;
  const source = await boxSource(ctx, config.architecture);
  const token = config.access_token || host.env.VAGRANT_CLOUD_TOKEN || host.env.ATLAS_TOKEN;
  if (token) ctx.secrets.add(token);
  const base = config.vagrant_cloud_url.replace(/\/+$/, "");
  const insecure = config.insecure_skip_tls_verify && config.vagrant_cloud_url !== defaultCloudUrl;
  const api = jsonApi(host, { base, token, insecure, signal });
  const tag = config.box_tag ?? "";
  const version = config.version ?? "";
  await makeVersion(api, await verifiedBox(api, tag, ctx), config, ctx);

  const url = downloadUrl(config.box_download_url, source, ctx);
  const path = `/box/${tag}/version/${version}/provider/${source.provider}/${source.architecture}`;
  const place: Place = { service: "vagrant-cloud", base, path, authUrl: "", insecure };
  const held = await ctx.acquire({
    kind: unfinishedUploadKind,
    intent: place,
    create: async () => {
      await makeProvider(api, source, url, config, ctx);
      return place;
    },
    ref: (made: Place) => made,
    release: (made, access, cleanup) =>
      removePlace(jsonApi(host, { base, token, insecure, signal: cleanup }), made, access),
  });
  if (url === undefined) await upload(api, path, source, { ...config, insecure }, ctx);
  await held.keep();
  await release(api, tag, version, config, ctx);
  return { artifact: publishedArtifact("pearkes.post-processor.vagrant-cloud", source.provider, tag), keepInput: true };
}

async function verifiedBox(api: JsonApi, tag: string, { ui }: PostProcessContext): Promise<JsonAnswer> {
  ui.say(`Verifying box is accessible: ${tag}`);
  const answer = await api.request("GET", `/box/${tag}`);
  if (answer.status === 401 || answer.status === 403)
    throw new StepError(`Error retrieving box: ${answer.complaint}. Check access_token (VAGRANT_CLOUD_TOKEN)`, {
      code: "vagrant/authentication",
    });
  if (!answer.ok)
    throw new StepError(
      `Error retrieving box: ${answer.complaint}${answer.status === 404 ? `. Make the box ${tag} first` : ""}`,
      { code: "vagrant/no-box" },
    );
  if (answer.body.tag !== tag)
    throw new StepError(`Could not verify box is correct: ${tag}`, { code: "vagrant/no-box" });
  ui.message("Box accessible and matches tag");
  return answer;
}

async function makeVersion(api: JsonApi, box: JsonAnswer, config: Config, { ui }: PostProcessContext): Promise<void> {
  ui.say(`Creating version: ${config.version}`);
  const versions = Array.isArray(box.body.versions) ? box.body.versions.filter(isJsonObject) : [];
  if (versions.some((known) => known.version === config.version)) {
    ui.message("Version exists, skipping creation");
    return;
  }
  const { ok, complaint } = await api.request("POST", `/box/${config.box_tag}/versions`, {
    version: {
      version: config.version,
      ...(config.version_description && { description: config.version_description }),
    },
  });
  if (!ok) throw new StepError(`Error creating version: ${complaint}`, { code: "vagrant/version" });
}

async function makeProvider(
  api: JsonApi,
  { provider, architecture }: BoxSource,
  url: string | undefined,
  config: Config,
  { ui }: PostProcessContext,
): Promise<void> {
  ui.say(`Creating provider: ${provider}`);
  const [type, checksum] = config.box_checksum?.split(/:(.*)/s) ?? [];
  const { ok, complaint, status } = await api.request(
    "POST",
    `/box/${config.box_tag}/version/${config.version}/providers`,
    {
      provider: {
        name: provider,
        ...(url !== undefined && { url }),
        ...(checksum && { checksum, checksum_type: type }),
        architecture,
        ...(architecture === config.default_architecture && { default_architecture: true }),
      },
    },
  );
  if (ok) return;
  // Refused: what has that name is somebody's, and stays.
  throw Object.assign(new StepError(`Error creating provider: ${complaint}`, { code: "vagrant/provider" }), {
    nothingMade: status < 500,
  });
}

async function upload(
  api: JsonApi,
  path: string,
  source: BoxSource,
  options: { readonly no_direct_upload: boolean; readonly insecure: boolean },
  ctx: PostProcessContext,
): Promise<void> {
  const { ui } = ctx;
  const direct = await goesDirectly(ctx, source.path, options.no_direct_upload);
  ui.say(`Preparing upload of box: ${source.path}`);
  const { ok, complaint, body } = await api.request("GET", `${path}/upload${direct ? "/direct" : ""}`);
  if (!ok || typeof body.upload_path !== "string")
    throw new StepError(`Error preparing upload: ${ok ? "no upload path in the answer" : complaint}`, {
      code: "vagrant/upload",
    });
  ctx.secrets.add(body.upload_path);
  await sendBox(ctx, source.path, body.upload_path, options.insecure);
  if (!direct || typeof body.callback !== "string") return;
  ui.say("Confirming direct box upload completion");
  const callback = await api.request("PUT", body.callback);
  if (!callback.ok) throw new StepError(`Error confirming upload: ${callback.complaint}`, { code: "vagrant/upload" });
}

async function release(
  api: JsonApi,
  tag: string,
  version: string,
  config: Config,
  { ui }: PostProcessContext,
): Promise<void> {
  ui.say(`Releasing version: ${version}`);
  if (config.no_release) {
    ui.message("Not releasing version due to configuration");
    return;
  }
  const { ok, complaint } = await api.request("PUT", `/box/${tag}/version/${version}/release`);
  if (!ok && !/already been released/i.test(complaint))
    throw new StepError(`Error releasing version: ${complaint}`, { code: "vagrant/release" });
  ui.message("Version successfully released and available");
}
