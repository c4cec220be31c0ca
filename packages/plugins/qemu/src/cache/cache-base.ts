import type { BuildContext, CacheBase, Host } from "@kiln/sdk";
import { inputs } from "../inputs.ts";
import type { Settings } from "../settings.ts";

/** Options that only matter once provisioning is over, or while somebody connects. */
const afterwards: ReadonlySet<string> = new Set([
  "shutdown_command",
  "shutdown_timeout",
  "disk_compression",
  "skip_compaction",
  "skipCompaction",
  "efi_drop_efivars",
  "ssh_timeout",
  "ssh_handshake_attempts",
  "ssh_keep_alive_interval",
  "ssh_read_write_timeout",
]);

/** What a machine is made of before it is provisioned; undefined where that cannot be known, which is said. */
export async function cacheBase(
  ctx: BuildContext,
  settings: Settings,
  medium: string,
  accelerator: string,
): Promise<CacheBase | undefined> {
  const { host, signal, ui } = ctx;
  const refused = refusal(settings);
  if (refused !== undefined) {
    ui.say(`Cache: nothing is reused or stored: ${refused}`);
    return undefined;
  }
  const urls = [settings.iso_url, ...(settings.iso_urls ?? [])];
  const winrm = settings.communicator === "winrm";
  const { config, ...rest } = inputs(settings);
  const shaping = Object.entries(config as object).filter(([name]) => !afterwards.has(name));
  const { sha256 = "" } = await host.files.digest(medium, ["sha256"], signal);
  return {
    inputs: {
      ...rest,
      // The medium's digest is below, wherever it came from: large as it is, once is enough.
      files: [
        ...rest.files.filter((path) => !urls.includes(path)),
        ...(await namedFiles(host, settings.qemuargs ?? [])),
      ],
      config: Object.fromEntries(shaping),
      facts: {
        [settings.disk_image ? "disk image" : "installation medium"]: sha256,
        accelerator,
        "QEMU's version": await version(ctx, settings),
      },
    },
    values: {
      ID: settings.name,
      ConnType: settings.communicator,
      User: (winrm ? settings.winrm_username : settings.ssh_username) ?? "",
      Password: (winrm ? settings.winrm_password : settings.ssh_password) ?? "",
      WinRMPassword: settings.winrm_password ?? "",
      SSHPrivateKeyFile: settings.ssh_private_key_file ?? "",
      SSHAgentAuth: settings.ssh_agent_auth ?? false,
    },
  };
}

function refusal(settings: Settings): string | undefined {
  if (settings.communicator === "none") return "without a communicator nothing is provisioned";
  if (settings.iso_skip_cache) return "with iso_skip_cache the medium is not known before it is read";
  // It would come up again with an address that another machine may have by now.
  if (settings.net_bridge) return "a machine in a bridge (net_bridge) cannot be put aside";
  return undefined;
}

/** Files that the user's own arguments name: `-kernel PATH`, `-drive file=PATH,…`. */
export async function namedFiles(
  host: Pick<Host, "files">,
  qemuargs: readonly (readonly string[])[],
): Promise<readonly string[]> {
  const words = qemuargs
    .flat()
    .flatMap((word) => [word, ...word.split(",").map((part) => part.replace(/^[^=]*=/, ""))]);
  const found: string[] = [];
  for (const path of new Set(words)) {
    if (/[/.]/.test(path) && (await host.files.stat(path))?.kind === "file") found.push(path);
  }
  return found;
}

/** A state is for the QEMU that wrote it. */
async function version({ host, signal }: BuildContext, settings: Settings): Promise<string> {
  const child = host.processes.spawn(settings.qemu_binary, ["--version"], { signal });
  const decoder = new TextDecoder();
  let text = "";
  for await (const { bytes } of child.output) text += decoder.decode(bytes, { stream: true });
  await child.exit;
  return text.split("\n")[0] ?? "";
}
