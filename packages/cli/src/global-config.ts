import { join, resolve } from "node:path";
import { type Checked, checked, type Diagnostic, failureText, isJsonObject, problem, refused } from "@kiln/sdk";
import type { Io } from "./io.ts";
import type { Printer } from "./output/printer.ts";
import { bytesOf } from "./template/read-bytes.ts";

const switches = ["disable_checkpoint", "disable_checkpoint_signature"] as const;
const pluginMaps = ["builders", "provisioners", "post-processors"] as const;

/** Where Packer's own settings lie: `PACKER_CONFIG`, else a file of the user's, where there is one. Source: core-behaviour §1.3. */
export function globalConfigPath({ host }: Pick<Io, "host">): string | undefined {
  const { PACKER_CONFIG, PACKER_CONFIG_DIR, APPDATA, HOME } = host.env;
  if (PACKER_CONFIG) return PACKER_CONFIG;
  const windows = host.platform === "win32";
  const directory = PACKER_CONFIG_DIR || (windows ? APPDATA : HOME);
  return directory && join(directory, windows ? "packer.config" : ".packerconfig");
}

/**
 * Looks at Packer's own settings, which say nothing that Kiln needs: but where they name plugins, templates count on these. True where
 * there is nothing wrong, or no such file.
 */
export async function checkGlobalConfig(io: Io, printer: Printer): Promise<boolean> {
  const path = globalConfigPath(io);
  if (!path) return true;
  let bytes: Uint8Array;
  try {
    // Hardly anybody has one: looking is quicker than trying to read.
    if (!(await io.host.files.stat(path))) return true;
    bytes = await bytesOf(io, path);
  } catch (error) {
    printer.error(`Error: the settings in ${path} cannot be read: ${failureText(error)}. ${advice}`);
    return false;
  }
  const { parsePlainJson, SourceLines } = await import("@kiln/engine");
  const sources = new SourceLines();
  sources.remember(path, bytes);
  const parsed = parsePlainJson(bytes, path);
  const read = parsed.ok ? settingsFrom(parsed.value, resolve(io.host.cwd, path)) : parsed;
  if (read.ok) return true;
  if (!parsed.ok) printer.error(`Error: the settings in ${path} are not JSON. ${advice}\n`);
  printer.diagnostics(read.diagnostics, sources.lineOf);
  return false;
}

const advice = "Mend or remove the file, or name another with PACKER_CONFIG.";

function settingsFrom(value: unknown, path: string): Checked<undefined> {
  const wrong = (what: string): Diagnostic => problem("settings/wrong-type", `${path}: ${what}`, { detail: advice });
  if (!isJsonObject(value)) return refused(wrong("the settings are not a JSON object"));
  const found: Diagnostic[] = [];
  for (const name of switches)
    if (!["boolean", "undefined"].includes(typeof value[name])) found.push(wrong(`${name} is neither true nor false`));
  const plugins: string[] = [];
  for (const name of pluginMaps) {
    const entries = value[name] ?? {};
    if (!isJsonObject(entries)) found.push(wrong(`${name} is no object`));
    else plugins.push(...Object.entries(entries).map(([type, program]) => `  ${name}: ${type} (${String(program)})`));
  }
  if (plugins.length > 0)
    found.push(
      problem(
        "settings/plugins",
        `Plugins can no longer be named in Packer's settings, ${path}:\n${plugins.join("\n")}`,
        {
          detail: `Remove these entries. What is built in needs none; a template says what else it needs in required_plugins. ${advice}`,
        },
      ),
    );
  return found.length > 0 ? refused(...found) : checked(undefined);
}
