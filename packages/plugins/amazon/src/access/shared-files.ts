import type { PrepareHost } from "@kiln/sdk";

export interface SharedFiles {
  readonly credentials: string;
  readonly config: string;
}

/** Where the shared configuration files are; the option beats AWS_SHARED_CREDENTIALS_FILE. */
export function sharedFiles(host: Pick<PrepareHost, "env">, option: string | undefined): SharedFiles {
  const home = host.env.HOME ?? host.env.USERPROFILE ?? "";
  const expand = (path: string): string => (path.startsWith("~/") ? `${home}${path.slice(1)}` : path);
  return {
    credentials: expand(option || host.env.AWS_SHARED_CREDENTIALS_FILE || "~/.aws/credentials"),
    config: expand(host.env.AWS_CONFIG_FILE || "~/.aws/config"),
  };
}

export type Sections = ReadonlyMap<string, Readonly<Record<string, string>>>;

/**
 * Sections of a shared configuration file, by their name as written (`profile dev`, `default`, `services local`). A setting nested
 * below another is `outer.inner`.
 */
export function parseSections(text: string): Sections {
  const sections = new Map<string, Record<string, string>>();
  let section: Record<string, string> | undefined;
  let outer = "";
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const header = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line);
    if (header?.[1] !== undefined) {
      const name = header[1].replace(/\s+/, " ").replaceAll('"', "");
      section = sections.get(name) ?? {};
      sections.set(name, section);
      outer = "";
      continue;
    }
    const setting = /^(\s*)([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (!setting || !section) continue;
    const [, indent = "", name = "", value = ""] = setting;
    const nested = indent !== "" && outer !== "";
    section[nested ? `${outer}.${name}` : name] = value;
    if (!nested) outer = value === "" ? name : "";
  }
  return sections;
}

/** The settings of a profile in the config file (`[profile NAME]`, but `[default]`) with the credentials file's below them. */
export function profileSettings(
  config: Sections,
  credentials: Sections,
  profile: string,
): Readonly<Record<string, string>> {
  return {
    ...credentials.get(profile),
    ...(config.get(`profile ${profile}`) ?? (profile === "default" ? config.get("default") : undefined)),
  };
}

/** Reads a file that need not exist. */
export async function readSections(host: Pick<PrepareHost, "files">, path: string): Promise<Sections> {
  return (await host.files.stat(path)) ? parseSections(await host.files.readText(path)) : new Map();
}
