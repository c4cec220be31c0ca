import { type ConfigOf, flag, text } from "@kiln/sdk";

export const defaultCloudUrl = "https://vagrantcloud.com/api/v2";

/** Options of the vagrant-cloud post-processor. Source: Packer's Vagrant plugin. */
export const config = {
  box_tag: text({ doc: "Box to add to, as `OWNER/BOX`; it must exist." }),
  version: text({ doc: "Version of the box; made where it does not exist." }),
  version_description: text({ doc: "Description of a new version, in Markdown." }),
  no_release: flag({ doc: "Leave the version unreleased.", fallback: false }),
  architecture: text({ doc: "Architecture of the box; that of its metadata when not set." }),
  default_architecture: text({ doc: "Architecture that those get who ask for none." }),
  access_token: text({ doc: "Token of the service; VAGRANT_CLOUD_TOKEN when not set.", sensitive: true }),
  vagrant_cloud_url: text({ doc: "Address of the service.", fallback: defaultCloudUrl }),
  insecure_skip_tls_verify: flag({
    doc: "Do not check the service's certificate; only where vagrant_cloud_url is another one.",
    fallback: false,
  }),
  box_download_url: text({
    doc: "Where the box can be fetched, instead of uploading it; knows `.ArtifactId`, `.Provider` and `.Architecture`.",
    lateTemplate: true,
  }),
  no_direct_upload: flag({ doc: "Send the box through the service, not to the storage behind it.", fallback: false }),
  box_checksum: text({ doc: "Checksum of the box for those who fetch it, as `TYPE:HEX`." }),
} as const;
export type Config = ConfigOf<typeof config>;
