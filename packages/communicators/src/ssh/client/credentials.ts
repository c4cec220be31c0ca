import type { ConnectAccess, ConnectTarget } from "@kiln/sdk";
import { ConnectError, messageOf } from "@kiln/sdk";
import { expandHome } from "../home-path.ts";
import { readCertificate, vouchesFor } from "../keys/certificate.ts";
import { type PrivateKey, readPrivateKey } from "../keys/private-key.ts";
import { privateKeyFromFile } from "../passphrase.ts";
import type { BastionSettings, SshSettings } from "../settings.ts";
import { agentKeys } from "./agent.ts";
import { agentIdentity, certificateIdentity, type Identity, keyIdentity } from "./identity.ts";
import type { LoginMethod } from "./login-methods.ts";

/** Everything to log in with, in Packer's order: agent, keys (file, builder's, temporary), password, keyboard-interactive. */
export async function targetMethods(
  settings: SshSettings,
  target: ConnectTarget,
  access: ConnectAccess,
): Promise<readonly LoginMethod[]> {
  const { config, generatedKey } = target;
  const identities: Identity[] = settings.agentAuth ? [...(await requiredAgent(access))] : [];
  if (settings.keyFile !== undefined) {
    identities.push(await fileIdentity(settings.keyFile, settings.certificateFile, "ssh_private_key_file", access));
  }
  if (config.ssh_private_key) identities.push(textIdentity(config.ssh_private_key, "key of the builder"));
  if (generatedKey && generatedKey.privateKey !== config.ssh_private_key) {
    identities.push(textIdentity(generatedKey.privateKey, `temporary key ${generatedKey.comment}`));
  }
  const password = settings.password ?? target.password;
  return [...identities.map((identity) => ({ kind: "identity", identity }) as const), ...passwordMethods(password)];
}

export async function bastionMethods(bastion: BastionSettings, access: ConnectAccess): Promise<readonly LoginMethod[]> {
  const methods: LoginMethod[] = [];
  if (bastion.agentAuth) {
    for (const identity of await requiredAgent(access)) methods.push({ kind: "identity", identity });
  }
  if (bastion.keyFile !== undefined) {
    const identity = await fileIdentity(
      bastion.keyFile,
      bastion.certificateFile,
      "ssh_bastion_private_key_file",
      access,
    );
    methods.push({ kind: "identity", identity });
  }
  methods.push(...passwordMethods(bastion.password));
  if (bastion.interactive) methods.push(askedMethod(bastion, access));
  return methods;
}

/** The keys of a reachable agent, none otherwise: what a reconnection offers besides. */
export async function reachableAgent(access: ConnectAccess): Promise<readonly Identity[]> {
  const path = agentPath(access);
  if (path === undefined) return [];
  try {
    return (await agentKeys(path, access.signal)).map((key) => agentIdentity(path, key, access.signal));
  } catch {
    return [];
  }
}

/** Where the user's agent listens, if one is announced; on Windows, OpenSSH's own pipe otherwise. */
export function agentPath(access: ConnectAccess): string | undefined {
  const { env, platform } = access.host;
  return env.SSH_AUTH_SOCK || (platform === "win32" ? "\\\\.\\pipe\\openssh-ssh-agent" : undefined);
}

async function requiredAgent(access: ConnectAccess): Promise<readonly Identity[]> {
  const path = agentPath(access);
  if (path === undefined) throw failed("SSH Agent requested but SSH_AUTH_SOCK not-specified");
  let keys: Awaited<ReturnType<typeof agentKeys>>;
  try {
    keys = await agentKeys(path, access.signal);
  } catch (error) {
    access.signal.throwIfAborted();
    throw failed(`Cannot connect to SSH Agent socket "${path}": ${messageOf(error)}`, error);
  }
  if (keys.length === 0) throw failed(`The SSH agent at ${path} holds no keys: load one with ssh-add.`);
  return keys.map((key) => agentIdentity(path, key, access.signal));
}

async function fileIdentity(
  keyFile: string,
  certificateFile: string | undefined,
  option: string,
  access: ConnectAccess,
): Promise<Identity> {
  const key = await privateKeyFromFile(keyFile, access);
  if (certificateFile === undefined) return keyIdentity(key, option);
  try {
    const certificate = readCertificate(await access.host.files.readText(expandHome(certificateFile, access.host.env)));
    if (!vouchesFor(certificate, key.blob)) throw new Error(`it was made for another key than ${keyFile}`);
    return certificateIdentity(key, certificate);
  } catch (error) {
    throw failed(`The certificate ${certificateFile} cannot be used: ${messageOf(error)}`, error);
  }
}

function textIdentity(text: string, origin: string): Identity {
  const read = readPrivateKey(text);
  if (read.is === "key") return keyIdentity(read.key satisfies PrivateKey, origin);
  throw failed(`The ${origin} cannot be used: ${read.is === "locked" ? "it is encrypted" : read.why}`);
}

function passwordMethods(password: string | undefined): readonly LoginMethod[] {
  if (password === undefined) return [];
  return [
    { kind: "password", password },
    { kind: "interactive", answer: async (prompts) => prompts.map(() => password) },
  ];
}

function askedMethod(bastion: BastionSettings, access: ConnectAccess): LoginMethod {
  const answer = async (prompts: readonly { readonly prompt: string }[]): Promise<readonly string[]> => {
    const answers: string[] = [];
    for (const { prompt } of prompts) {
      const given = await access.ui.ask(`${bastion.username}@${bastion.host}: ${prompt}`, access.signal);
      access.secrets.add(given);
      answers.push(given);
    }
    return answers;
  };
  return { kind: "interactive", answer };
}

function failed(message: string, cause?: unknown): ConnectError {
  return new ConnectError("connect/authentication", "authentication", message, cause);
}
