import { block, type ConfigOf, flag, list, map, num, ofText, text } from "@kiln/sdk";
import { tagBlocks, tagMap } from "./tags.ts";

/** What the finished image is like. */
export const imageOptions = {
  ami_name: text({ doc: "Name of the image; unique in account and region." }),
  ami_description: text({ doc: "Description of the image.", lateTemplate: true }),
  ami_virtualization_type: text({ doc: "Virtualization of the image (hvm, paravirtual); must be the source's." }),
  ami_users: list(ofText, { doc: "Accounts that may launch the image." }),
  ami_groups: list(ofText, { doc: "Groups that may launch the image; `all` makes it public." }),
  ami_org_arns: list(ofText, { doc: "Organizations that may launch the image." }),
  ami_ou_arns: list(ofText, { doc: "Organizational units that may launch the image." }),
  ami_product_codes: list(ofText, { doc: "Product codes of the image." }),
  ami_regions: list(ofText, { doc: "Further regions to copy the image to." }),
  skip_region_validation: flag({ doc: "Do not check that the regions exist.", fallback: false }),
  snapshot_copy_duration_minutes: num({ doc: "Time-based copies: minutes within which snapshots are copied." }),
  tags: tagMap("Tags of the image and its snapshots."),
  tag: tagBlocks("tags"),
  ena_support: flag({ doc: "Mark the image for ENA networking, or not." }),
  sriov_support: flag({ doc: "Mark the image for SR-IOV networking.", fallback: false }),
  force_deregister: flag({ doc: "Deregister an image of this name first.", fallback: false }),
  force_delete_snapshot: flag({
    doc: "Delete the snapshots of the image that force_deregister removes.",
    fallback: false,
  }),
  encrypt_boot: flag({ doc: "Make a copy with encrypted (or, if false, unencrypted) snapshots." }),
  kms_key_id: text({ doc: "KMS key for encrypt_boot in the build region." }),
  region_kms_key_ids: map(ofText, { doc: "KMS key of each copy's region; empty for the default key." }),
  skip_save_build_region: flag({ doc: "Keep the copies only, not the image in the build region.", fallback: false }),
  imds_support: text({ doc: "`v2.0` makes instances of the image ask for IMDSv2.", choices: ["v2.0"] }),
  deprecate_at: text({ doc: "When the image becomes deprecated (RFC 3339)." }),
  snapshot_tags: tagMap("Tags of the snapshots; win over tags."),
  snapshot_tag: tagBlocks("snapshot_tags"),
  snapshot_users: list(ofText, { doc: "Accounts that may create volumes from the snapshots." }),
  snapshot_groups: list(ofText, { doc: "Groups that may create volumes from the snapshots; `all` is everybody." }),
  deregistration_protection: block(
    {
      enabled: flag({ doc: "Protect the image from being deregistered.", fallback: false }),
      with_cooldown: flag({ doc: "Keep the protection 24 h after it is lifted.", fallback: false }),
    },
    { doc: "Protection from deregistration." },
  ),
  skip_create_ami: flag({ doc: "Do everything but make the image.", fallback: false }),
  skip_ami_run_tags: flag({ doc: "Do not put run_tags on image and snapshots.", fallback: false }),
} as const;
export type ImageConfig = ConfigOf<typeof imageOptions>;
