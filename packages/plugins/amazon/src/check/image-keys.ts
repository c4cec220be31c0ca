import type { AccessConfig } from "../options/access.ts";
import type { ImageConfig } from "../options/image.ts";
import type { Refusals } from "./refusals.ts";

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const key = `(${uuid}|mrk-[0-9a-f]{32})`;
const alias = "alias/[a-zA-Z0-9:/_-]+";
const arn = `arn:aws(-[a-z]+)*:kms:[a-z]{2,}(-[a-z]+)+-\\d:\\d{12}:(key/${key}|${alias})`;
const keyPattern = new RegExp(`^(${key}|${alias}|${arn})$`, "i");

/** A key id, multi-region key id, alias, or the ARN of one. */
export function isKmsKey(text: string): boolean {
  return keyPattern.test(text);
}

/** Encryption keys against regions and sharing. */
export function checkKeys(config: ImageConfig & Pick<AccessConfig, "region">, refuse: Refusals): void {
  const { encrypt_boot, kms_key_id, region_kms_key_ids: regionKeys = {}, ami_regions = [], region } = config;
  for (const name of Object.keys(regionKeys)) {
    if (!ami_regions.includes(name) && name !== region) {
      refuse.error(
        ["region_kms_key_ids", name],
        "key-without-region",
        `Region ${name} is in region_kms_key_ids but not in ami_regions`,
      );
    }
  }
  if (Object.keys(regionKeys).length > 0) {
    for (const [i, name] of ami_regions.entries()) {
      if (name in regionKeys || (name === region && kms_key_id)) continue;
      refuse.error(
        ["ami_regions", i],
        "region-without-key",
        `Region ${name} is in ami_regions but not in region_kms_key_ids`,
      );
    }
  }
  if (!encrypt_boot && (kms_key_id || Object.keys(regionKeys).length > 0)) {
    refuse.error(
      [kms_key_id ? "kms_key_id" : "region_kms_key_ids"],
      "key-without-encryption",
      "If you have set either region_kms_key_ids or kms_key_id, encrypt_boot must also be true.",
    );
  }
  if (kms_key_id && !isKmsKey(kms_key_id)) refuse.error(["kms_key_id"], "kms-key", invalidKey(kms_key_id));
  for (const [name, value] of Object.entries(regionKeys)) {
    if (value && !isKmsKey(value)) refuse.error(["region_kms_key_ids", name], "kms-key", invalidKey(value));
  }
  if (!encrypt_boot) return;
  const defaultElsewhere = Object.values(regionKeys).some((value) => !value);
  for (const [option, what] of [
    ["ami_users", "AMI"],
    ["snapshot_users", "snapshot"],
  ] as const) {
    if (!config[option]?.length) continue;
    const phrase = `Cannot share ${what} encrypted with default KMS key`;
    if (!kms_key_id) refuse.error([option], "share-default-key", phrase);
    if (defaultElsewhere) refuse.error([option], "share-default-key", `${phrase} for other regions`);
  }
}
const invalidKey = (text: string): string => `${JSON.stringify(text)} is not a valid KMS Key Id.`;
