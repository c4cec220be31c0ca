import type { ConnectConfig, Diagnostic, PrepareContext } from "@kiln/sdk";
import { caution, codeOf, failureText, messageOf, nearestName, problem } from "@kiln/sdk";
import { ciphers, keyExchanges } from "./client/algorithms.ts";
import { expandHome } from "./home-path.ts";
import { readCertificate, vouchesFor } from "./keys/certificate.ts";
import { keyKindProblem } from "./keys/generate.ts";
import { type PrivateKey, readPrivateKey } from "./keys/private-key.ts";
import { passphraseVariable } from "./passphrase.ts";
import { sshSettings } from "./settings.ts";
import { isPort, readTunnel } from "./tunnel-text.ts";

type Option = keyof ConnectConfig;

/** Every mistake in the SSH options at once. Reads key files, opens nothing else. */
export async function checkSsh(config: ConnectConfig, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  const add: Add = (option, summary, detail, severity) => {
    const make = severity === "warning" ? caution : problem;
    found.push(make("ssh/invalid-option", summary, { subject: ctx.at(option), detail }));
  };
  if (!config.ssh_username) {
    add(
      "ssh_username",
      'An ssh_username must be specified\n  Note: some builders used to default ssh_username to "root".',
    );
  }
  checkPorts(config, add);
  checkLists(config, add);
  checkReaching(config, add);
  const kind = keyKindProblem(config.temporary_key_pair_type, config.temporary_key_pair_bits);
  if (kind !== undefined) {
    const option = config.temporary_key_pair_type ? "temporary_key_pair_type" : "temporary_key_pair_bits";
    add(option, `${option} is invalid: ${kind}`);
  }
  await checkKey(config, "ssh_private_key_file", "ssh_certificate_file", ctx, add);
  await checkKey(config, "ssh_bastion_private_key_file", "ssh_bastion_certificate_file", ctx, add);
  return found;
}

type Add = (option: Option, summary: string, detail?: string, severity?: "error" | "warning") => void;

function checkPorts(config: ConnectConfig, add: Add): void {
  for (const option of ["ssh_port", "ssh_bastion_port", "ssh_proxy_port"] as const) {
    const port = config[option];
    if (port !== undefined && port !== 0 && !isPort(port)) {
      add(option, `${option} must be between 1 and 65535, not ${port}`);
    }
  }
}

function checkLists(config: ConnectConfig, add: Add): void {
  const method = config.ssh_file_transfer_method;
  if (method && method !== "scp" && method !== "sftp") {
    add("ssh_file_transfer_method", `ssh_file_transfer_method ('${method}') is invalid, valid methods: sftp, scp`);
  }
  for (const option of ["ssh_local_tunnels", "ssh_remote_tunnels"] as const) {
    for (const text of config[option] ?? []) {
      if (!readTunnel(text)) add(option, `${option} ['${text}'] is invalid`, "Write it as PORT:HOST:PORT.");
    }
  }
  checkAlgorithms("ssh_ciphers", config.ssh_ciphers ?? [], ciphers, add);
  checkAlgorithms("ssh_key_exchange_algorithms", config.ssh_key_exchange_algorithms ?? [], keyExchanges, add);
}

/** An unknown name beside known ones is left out, as Go's client does; with nothing left there is no connection. */
function checkAlgorithms(option: Option, names: readonly string[], known: readonly string[], add: Add): void {
  const some = names.some((name) => known.includes(name));
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    const hint = near === undefined ? "" : `Did you mean "${near}"? `;
    add(
      option,
      `${option}: "${name}" is not supported`,
      `${hint}Supported: ${known.join(", ")}.`,
      some ? "warning" : "error",
    );
  }
}

function checkReaching(config: ConnectConfig, add: Add): void {
  if (config.ssh_bastion_host && config.ssh_proxy_host) {
    add("ssh_proxy_host", "please specify either ssh_bastion_host or ssh_proxy_host, not both");
  }
  const { bastion } = sshSettings(config);
  if (!bastion) return;
  if (!bastion.agentAuth && !bastion.interactive && bastion.password === undefined && bastion.keyFile === undefined) {
    add(
      "ssh_bastion_host",
      "ssh_bastion_password, ssh_bastion_interactive or ssh_bastion_private_key_file must be specified",
      "ssh_bastion_agent_auth = true will do as well.",
    );
  }
}

async function checkKey(
  config: ConnectConfig,
  option: "ssh_private_key_file" | "ssh_bastion_private_key_file",
  certificateOption: "ssh_certificate_file" | "ssh_bastion_certificate_file",
  ctx: PrepareContext,
  add: Add,
): Promise<void> {
  const key = await keyOf(config[option], option, ctx, add);
  const path = config[certificateOption];
  if (!path) return;
  if (!config[option] && !config.ssh_private_key_file) {
    return add(certificateOption, `${certificateOption} needs ${option}: a certificate is shown with its private key`);
  }
  try {
    const certificate = readCertificate(await ctx.files.readText(expandHome(path, ctx.env)));
    if (!certificate.user) throw new Error("it is a host certificate, not a user certificate");
    if (key && !vouchesFor(certificate, key.blob)) throw new Error(`it was made for another key than ${option}`);
  } catch (error) {
    add(certificateOption, `${certificateOption} is invalid: ${fileFailure(error, path)}`);
  }
}

async function keyOf(
  path: string | undefined,
  option: Option,
  ctx: PrepareContext,
  add: Add,
): Promise<PrivateKey | undefined> {
  if (!path) return undefined;
  const passphrase = ctx.env[passphraseVariable];
  try {
    const read = readPrivateKey(await ctx.files.readText(expandHome(path, ctx.env)), passphrase);
    if (read.is === "key") return read.key;
    if (read.is === "unreadable") add(option, `${option} is invalid: ${read.why}`);
    // Without a passphrase in the environment the build asks for it.
    if (read.is === "locked" && read.wrong) {
      add(option, `${option} is invalid: the passphrase in ${passphraseVariable} does not open it`);
    }
  } catch (error) {
    add(option, `${option} is invalid: ${fileFailure(error, path)}`);
  }
  return undefined;
}

/** Of a file, in Go's words; of what stands in it, as it is. */
function fileFailure(error: unknown, path: string): string {
  const code = codeOf(error);
  if (code === undefined) return messageOf(error);
  return `${code === "ENOENT" ? "stat" : code === "EISDIR" ? "read" : "open"} ${path}: ${failureText(error)}`;
}
