import { parse } from "yaml";

/** The part of cloud-init's cloud-config that a rehearsal machine carries out. */
export interface CloudConfig {
  readonly hostName?: string;
  readonly sshAuthorizedKeys: readonly string[];
  readonly users: readonly CloudUser[];
  readonly files: readonly CloudFile[];
  readonly packageUpdate: boolean;
  readonly packages: readonly string[];
  /** Each a shell line or an argument list. */
  readonly bootCommands: readonly (string | readonly string[])[];
  readonly runCommands: readonly (string | readonly string[])[];
  /** What it says and this does not do, to be said loudly on the console. */
  readonly refused: readonly string[];
}

/** A user of `users:`; the word `default` stands for the image's own and is passed over. */
export interface CloudUser {
  readonly name: string;
  readonly shell?: string;
  readonly gecos?: string;
  readonly home?: string;
  readonly groups: readonly string[];
  readonly sudo: readonly string[];
  readonly sshAuthorizedKeys: readonly string[];
}

/** A file of `write_files:`. */
export interface CloudFile {
  readonly path: string;
  readonly content: Buffer;
  readonly owner: string;
  readonly mode: number;
  readonly append: boolean;
}

const understood = (
  "hostname ssh_authorized_keys users write_files package_update apt_update packages bootcmd " +
  "runcmd package_upgrade preserve_hostname manage_etc_hosts fqdn output final_message"
).split(" ");

/** Reads `#cloud-config` text. Throws when it is not YAML; what is not understood is listed, not guessed at. */
export function readCloudConfig(text: string): CloudConfig {
  const root = record(parse(text));
  const hostName = root["fqdn"] ?? root["hostname"];
  const refused = Object.keys(root).filter((key) => !understood.includes(key));
  if (root["package_upgrade"] === true) refused.push("package_upgrade");
  return {
    ...(typeof hostName === "string" && { hostName }),
    sshAuthorizedKeys: texts(root["ssh_authorized_keys"]),
    users: list(root["users"]).flatMap((user) => (typeof user === "string" ? named(user) : [cloudUser(record(user))])),
    files: list(root["write_files"]).map((file) => cloudFile(record(file))),
    packageUpdate: root["package_update"] === true || root["apt_update"] === true,
    packages: list(root["packages"]).map((name) =>
      Array.isArray(name) ? `${String(name[0])}=${String(name[1])}` : String(name),
    ),
    bootCommands: commands(root["bootcmd"]),
    runCommands: commands(root["runcmd"]),
    refused,
  };
}

function named(name: string): CloudUser[] {
  return name === "default" ? [] : [{ name, groups: [], sudo: [], sshAuthorizedKeys: [] }];
}

function cloudUser(user: Readonly<Record<string, unknown>>): CloudUser {
  const text = (key: string): string | undefined => (typeof user[key] === "string" ? user[key] : undefined);
  const groups = typeof user["groups"] === "string" ? user["groups"].split(/\s*,\s*/) : texts(user["groups"]);
  const home = text("homedir");
  const [shell, gecos] = [text("shell"), text("gecos")];
  return {
    name: text("name") ?? "",
    ...(shell !== undefined && { shell }),
    ...(gecos !== undefined && { gecos }),
    ...(home !== undefined && { home }),
    groups,
    sudo: typeof user["sudo"] === "string" ? [user["sudo"]] : texts(user["sudo"]),
    sshAuthorizedKeys: texts(user["ssh_authorized_keys"] ?? user["ssh-authorized-keys"]),
  };
}

function cloudFile(file: Readonly<Record<string, unknown>>): CloudFile {
  const encoding = typeof file["encoding"] === "string" ? file["encoding"] : "";
  const content = typeof file["content"] === "string" ? file["content"] : "";
  if (/gz/.test(encoding)) throw new Error(`write_files: the encoding ${encoding} is not understood here`);
  const permissions = file["permissions"];
  return {
    path: String(file["path"]),
    content: Buffer.from(content, /^(?:b64|base64)$/.test(encoding) ? "base64" : "utf8"),
    owner: typeof file["owner"] === "string" ? file["owner"] : "root:root",
    mode: permissions === undefined ? 0o644 : Number.parseInt(String(permissions), 8),
    append: file["append"] === true,
  };
}

function commands(value: unknown): (string | readonly string[])[] {
  return list(value).map((each) => (Array.isArray(each) ? each.map(String) : String(each)));
}

function texts(value: unknown): string[] {
  return (typeof value === "string" ? [value] : list(value)).map(String);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
