import { isJsonObject, type PostProcessContext, type PostProcessed, StepError } from "@kiln/sdk";
import { publishedArtifact } from "../publish/artifact.ts";
import { type BoxSource, boxSource } from "../publish/box-source.ts";
import { downloadUrl } from "../publish/download-url.ts";
import { hcpToken } from "../publish/hcp-token.ts";
import { type JsonAnswer, type JsonApi, jsonApi } from "../publish/json-api.ts";
import { goesDirectly, sendBox } from "../publish/send-box.ts";
import { type Place, removePlace, unfinishedUploadKind } from "../publish/unfinished-upload.ts";
import { type Config, serviceOf } from "./config.ts";
import { waitForBox } from "./wait-for-box.ts";

/** Makes what is missing (box, version, provider, architecture), uploads the box and releases the version. */
export async function process(config: Config, ctx: PostProcessContext): Promise<PostProcessed> {
  const { host, signal, ui } = ctx;
  const source = await boxSource(ctx, config.architecture);
  const { base, authUrl, isHcp } = serviceOf(config, host.env);
  const insecure = config.insecure_skip_tls_verify && !isHcp;
  const secret = config.client_secret || host.env.HCP_CLIENT_SECRET;
  const id = config.client_id || host.env.HCP_CLIENT_ID;
  const token = await hcpToken(host, { id, secret, authUrl, insecure }, signal);
  for (const value of [secret, token]) if (value) ctx.secrets.add(value);
  const api = jsonApi(host, { base, token, insecure, signal });

  const [registry = "", box = ""] = config.box_tag?.split("/") ?? [];
  const atRegistry = `/vagrant/2022-09-30/registry/${encodeURIComponent(registry)}`;
  const atBox = `${atRegistry}/box/${encodeURIComponent(box)}`;
  const atVersion = `${atBox}/version/${encodeURIComponent(config.version ?? "")}`;
  const atProvider = `${atVersion}/provider/${encodeURIComponent(source.provider)}`;
  const atArchitecture = `${atProvider}/architecture/${encodeURIComponent(source.architecture)}`;

  if (await exists(api, atBox, "box")) ui.say(`Found box and verified accessible: ${config.box_tag}`);
  else {
    const description = config.box_description ?? "";
    const made = await api.request("POST", `${atRegistry}/boxes`, {
      name: box,
      description,
      is_private: config.box_private,
    });
    expectOk(made, "Failure creating new box");
    ui.say(`Created new box: ${config.box_tag}`);
    await waitForBox(api, made.body.operation, ctx);
  }
  const version = await exists(api, atVersion, "version");
  if (version) ui.message("Version exists, skipping creation");
  else {
    const description = config.version_description ?? "";
    expectOk(
      await api.request("POST", `${atBox}/versions`, { name: config.version, description }),
      "Failure creating new version",
    );
    ui.say(`Created new version: ${config.version}`);
  }
  if (!(await exists(api, atProvider, "provider")))
    expectOk(
      await api.request("POST", `${atVersion}/providers`, { name: source.provider }),
      "Failure creating new provider",
    );
  const url = downloadUrl(config.box_download_url, source, ctx);
  const send = async (): Promise<void> => {
    if (url === undefined) await upload(api, atArchitecture, source, { ...config, insecure }, ctx);
  };
  if (await exists(api, atArchitecture, "architecture")) {
    expectOk(
      await api.request("PUT", atArchitecture, { box_data: boxData(config, url) }),
      "Failure updating existing architecture",
    );
    await send();
  } else {
    const place: Place = { service: "vagrant-registry", base, path: atArchitecture, authUrl, insecure };
    const held = await ctx.acquire({
      kind: unfinishedUploadKind,
      intent: place,
      create: async () => {
        expectOk(
          await api.request("POST", `${atProvider}/architectures`, {
            architecture_type: source.architecture,
            default: source.architecture === config.default_architecture,
            box_data: boxData(config, url),
          }),
          "Failure creating new architecture",
        );
        return place;
      },
      ref: (made: Place) => made,
      release: (made, access, cleanup) =>
        removePlace(jsonApi(host, { base, token, insecure, signal: cleanup }), made, access),
    });
    await send();
    await held.keep();
  }
  await release(api, atVersion, version, config, ctx);
  return {
    artifact: publishedArtifact("hashicorp.post-processor.vagrant-registry", source.provider, config.box_tag ?? ""),
    keepInput: true,
  };
}

function boxData(config: Config, url: string | undefined): Readonly<Record<string, string>> {
  const [type = "", checksum = ""] = config.box_checksum?.split(/:(.*)/s) ?? [];
  return {
    ...(url !== undefined && { download_url: url }),
    ...(checksum ? { checksum, checksum_type: type.toUpperCase() } : { checksum_type: "NONE" }),
  };
}

async function exists(api: JsonApi, path: string, what: string): Promise<JsonAnswer | undefined> {
  const answer = await api.request("GET", path);
  if (answer.status === 404) return undefined;
  expectOk(answer, `Failure retrieving ${what}`);
  return answer;
}

function expectOk({ ok, complaint, status }: JsonAnswer, phrase: string): void {
  if (ok) return;
  const advice =
    status === 401 || status === 403 ? ". Check client_id, client_secret and the rights of the principal" : "";
  throw Object.assign(new StepError(`${phrase}: ${complaint}${advice}`, { code: "vagrant/registry" }), {
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
  const direct = await goesDirectly(ctx, source.path, options.no_direct_upload);
  ctx.ui.say(`Preparing upload of box: ${source.path}`);
  const answer = await api.request("GET", `${path}${direct ? "/direct" : ""}/upload`);
  expectOk(answer, "Failure preparing upload");
  const { url, object } = answer.body;
  if (typeof url !== "string") throw new StepError("Failure preparing upload: no address in the answer");
  ctx.secrets.add(url);
  await sendBox(ctx, source.path, url, options.insecure);
  if (!direct) return;
  const done = await api.request("PUT", `${path}/direct/complete/${encodeURIComponent(String(object))}`, {});
  expectOk(done, "Failure confirming upload");
}

async function release(
  api: JsonApi,
  path: string,
  before: JsonAnswer | undefined,
  config: Config,
  { ui }: PostProcessContext,
): Promise<void> {
  const { version } = before?.body ?? {};
  const isReleased = isJsonObject(version) && version.state === "RELEASED";
  ui.say(`Releasing version: ${config.version}`);
  if (config.no_release) {
    ui.message("Not releasing version due to configuration");
    return;
  }
  if (!isReleased) expectOk(await api.request("PUT", `${path}/release`, {}), "Failure releasing version");
  ui.message("Version successfully released and available");
}
