import { type ConfigOf, flag, text } from "@kiln/sdk";

export const defaultApiAddress = "api.cloud.hashicorp.com:443";
export const defaultAuthUrl = "https://auth.idp.hashicorp.com";

/** Options of the vagrant-registry post-processor. Source: Packer's Vagrant plugin. */
export const config = {
  box_tag: text({ doc: "Box to add to, as `REGISTRY/BOX`; made where it does not exist." }),
  box_description: text({ doc: "Description of a new box." }),
  box_private: flag({ doc: "A new box is for those with a login only.", fallback: false }),
  version: text({ doc: "Version of the box; made where it does not exist." }),
  version_description: text({ doc: "Description of a new version, in Markdown." }),
  no_release: flag({ doc: "Leave the version unreleased.", fallback: false }),
  architecture: text({ doc: "Architecture of the box; that of its metadata when not set." }),
  default_architecture: text({ doc: "Architecture that those get who ask for none." }),
  client_id: text({ doc: "Client of the HCP service principal; HCP_CLIENT_ID when not set." }),
  client_secret: text({ doc: "Its secret; HCP_CLIENT_SECRET when not set.", sensitive: true }),
  box_download_url: text({
    doc: "Where the box can be fetched, instead of uploading it; knows `.ArtifactId`, `.Provider` and `.Architecture`.",
    lateTemplate: true,
  }),
  no_direct_upload: flag({ doc: "Send the box through the service, not to the storage behind it.", fallback: false }),
  box_checksum: text({ doc: "Checksum of the box for those who fetch it, as `TYPE:HEX`." }),
  hcp_api_address: text({ doc: "Host and port of the service; HCP_API_ADDRESS when not set." }),
  hcp_auth_url: text({ doc: "Where tokens come from; HCP_AUTH_URL when not set." }),
  insecure_skip_tls_verify: flag({
    doc: "Do not check the service's certificate; only where hcp_api_address is another one.",
    fallback: false,
  }),
} as const;
export type Config = ConfigOf<typeof config>;

/** Where the service is, as the template or the environment says. */
export function serviceOf(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): { readonly base: string; readonly authUrl: string; readonly isHcp: boolean } {
  const address = config.hcp_api_address || env.HCP_API_ADDRESS || defaultApiAddress;
  return {
    base: (/^https?:\/\//.test(address) ? address : `https://${address}`).replace(/\/+$/, ""),
    authUrl: (config.hcp_auth_url || env.HCP_AUTH_URL || defaultAuthUrl).replace(/\/+$/, ""),
    isHcp: address === defaultApiAddress,
  };
}
