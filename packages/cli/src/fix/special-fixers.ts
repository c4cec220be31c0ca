import { type Draft, isObject, type JsonObject } from "./draft.ts";

/** `iso_md5` is a checksum with its type. */
export function isoMd5(draft: Draft): void {
  for (const builder of draft.builders()) {
    const { iso_md5: md5 } = builder;
    if (typeof md5 !== "string") continue;
    delete builder["iso_md5"];
    builder["iso_checksum"] = md5;
    builder["iso_checksum_type"] = "md5";
  }
}

/** Names that used `{{.CreateTime}}` use the time of the build's start. */
export function createTime(draft: Draft): void {
  for (const builder of draft.builders())
    for (const key of ["ami_name", "bundle_prefix", "snapshot_name"]) {
      const value = builder[key];
      if (typeof value === "string") builder[key] = value.replace(/\{\{\s*\.CreateTime\s*\}\}/g, "{{timestamp}}");
    }
}

/** `guest_additions_attach: false` meant that they are uploaded. */
export function guestAdditionsAttach(draft: Draft): void {
  for (const builder of draft.builders((type) => type === "virtualbox")) {
    const { guest_additions_attach: attach } = builder;
    if (typeof attach !== "boolean") continue;
    delete builder["guest_additions_attach"];
    builder["guest_additions_mode"] = attach ? "attach" : "upload";
  }
}

/** Options per provider of the Vagrant post-processor live in `override`; what is there already stays (Packer drops it). */
export function vagrantOverride(draft: Draft): void {
  for (const processor of draft.postProcessors((type) => type === "vagrant")) {
    for (const provider of ["aws", "digitalocean", "virtualbox", "vmware"]) {
      if (!Object.hasOwn(processor, provider)) continue;
      processor["override"] = { ...objectOr(processor["override"]), [provider]: processor[provider] };
      delete processor[provider];
    }
  }
}

/** The builder, and what provisioners override for it. */
export function virtualboxRename(draft: Draft): void {
  for (const builder of draft.builders((type) => type === "virtualbox")) builder["type"] = "virtualbox-iso";
  for (const { override } of draft.provisioners()) {
    if (!isObject(override) || !Object.hasOwn(override, "virtualbox")) continue;
    override["virtualbox-iso"] = override["virtualbox"];
    delete override["virtualbox"];
  }
}

/** A truth value, written as a boolean or as Go reads one. An explicit `ssh_interface` is left alone. */
export function amazonPrivateIp(draft: Draft): void {
  for (const builder of draft.builders((type) => type.startsWith("amazon-"))) {
    const { ssh_private_ip: given } = builder;
    if (given === undefined || typeof builder["ssh_interface"] === "string") continue;
    const text = String(given);
    const yes = ["1", "t", "T", "true", "TRUE", "True"].includes(text);
    if (!yes && !["0", "f", "F", "false", "FALSE", "False"].includes(text)) continue;
    delete builder["ssh_private_ip"];
    builder["ssh_interface"] = yes ? "private_ip" : "public_ip";
  }
}

/** `tag` joins `tags`, a list: every name once, in order. */
export function dockerTags(draft: Draft): void {
  for (const processor of draft.postProcessors((type) => type === "docker-tag")) {
    const tags = [...texts(processor["tag"]), ...texts(processor["tags"])];
    processor["tags"] = [...new Set(tags)];
    delete processor["tag"];
  }
}

function texts(value: unknown): readonly string[] {
  if (typeof value === "string") return value.split(",").map((tag) => tag.trim());
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** Values are escaped where they are used; escapes of the user's own would be doubled. */
export function powershellEscapes(draft: Draft): void {
  const plain = (text: unknown): unknown => (typeof text === "string" ? text.replace(/`([`$"'])/g, "$1") : text);
  for (const provisioner of draft.provisioners((type) => type === "powershell")) {
    for (const key of ["elevated_user", "elevated_password"])
      if (Object.hasOwn(provisioner, key)) provisioner[key] = plain(provisioner[key]);
    const { environment_vars: variables } = provisioner;
    if (Array.isArray(variables)) provisioner["environment_vars"] = variables.map(plain);
  }
}

/** On ESXi only thin disks can be compacted. */
export function vmwareCompaction(draft: Draft): void {
  for (const builder of draft.builders((type) => type === "vmware-iso")) {
    if (builder["remote_type"] !== "esx5") continue;
    const { skip_compaction: skip } = builder;
    if (skip !== undefined && typeof skip !== "boolean") continue;
    if (builder["disk_type_id"] === undefined) builder["disk_type_id"] = "zeroedthick";
    const { disk_type_id: kind } = builder;
    if (typeof kind === "string" && kind !== "thin") builder["skip_compaction"] = true;
  }
}

/** The function that cleans names is the same for every builder. */
export function cleanImageName(draft: Draft): void {
  const clean = (value: unknown): unknown =>
    typeof value === "string" ? value.replace(/clean_(?:image|ami)_name/g, "clean_resource_name") : value;
  for (const builder of draft.builders())
    for (const [key, value] of Object.entries(builder)) {
      if (isObject(value)) for (const [inner, text] of Object.entries(value)) value[inner] = clean(text);
      else builder[key] = clean(value);
    }
}

/** A number counts megabytes. */
export function qemuDiskSize(draft: Draft): void {
  for (const builder of draft.builders((type) => type === "qemu")) {
    const { disk_size: size } = builder;
    if (typeof size === "number") builder["disk_size"] = `${Math.trunc(size)}M`;
  }
}

/** Network cards and disks are lists. */
export function vsphereDevices(draft: Draft): void {
  for (const builder of draft.builders((type) => type === "vsphere-iso")) {
    const card = taken(builder, { network: "network", networkCard: "network_card", network_card: "network_card" });
    const disk = taken(builder, {
      disk_size: "disk_size",
      disk_thin_provisioned: "disk_thin_provisioned",
      disk_eagerly_scrub: "disk_eagerly_scrub",
    });
    prepend(builder, "network_adapters", card);
    prepend(builder, "storage", disk);
  }
}

function taken(from: JsonObject, names: Readonly<Record<string, string>>): JsonObject {
  const result: JsonObject = {};
  for (const [old, name] of Object.entries(names)) {
    if (!Object.hasOwn(from, old)) continue;
    result[name] = from[old];
    delete from[old];
  }
  return result;
}

function prepend(builder: JsonObject, list: string, device: JsonObject): void {
  if (Object.keys(device).length === 0) return;
  const existing = builder[list];
  builder[list] = [
    device,
    ...(Array.isArray(existing) ? (existing as unknown[]) : existing === undefined ? [] : [existing]),
  ];
}

/** Type, value and address of a checksum are one text. */
export function isoChecksum(draft: Draft): void {
  for (const builder of draft.builders()) {
    const { iso_checksum_url: url, iso_checksum: sum, iso_checksum_type: type } = builder;
    delete builder["iso_checksum_url"];
    delete builder["iso_checksum_type"];
    if (typeof url === "string" && url !== "") builder["iso_checksum"] = `file:${url}`;
    else if (typeof sum === "string" && sum !== "" && typeof type === "string" && type !== "")
      builder["iso_checksum"] = `${type}:${sum}`;
  }
}

/** A letter was missing. */
export function azureExclude(draft: Draft): void {
  for (const builder of draft.builders((type) => type.startsWith("azure-chroot"))) {
    const { shared_image_destination: destination } = builder;
    if (!isObject(destination) || !Object.hasOwn(destination, "exlude_from_latest")) continue;
    destination["exclude_from_latest"] = destination["exlude_from_latest"];
    delete destination["exlude_from_latest"];
  }
}

function objectOr(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
