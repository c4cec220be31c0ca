import type { ConnectAccess, Host } from "@kiln/sdk";
import { ConnectError, codeOf, messageOf } from "@kiln/sdk";
import { expandHome } from "./home-path.ts";
import { type PrivateKey, readPrivateKey } from "./keys/private-key.ts";

/** Environment variable with the passphrase of encrypted private keys; without it the terminal is asked. */
export const passphraseVariable = "KILN_SSH_KEY_PASSPHRASE";

/** One answer serves every build of a run, and every reconnection. */
const answers = new WeakMap<Host, Map<string, Promise<string>>>();

/** Reads a key file, asking for its passphrase where it has one. Rejects with `ConnectError` (authentication). */
export async function privateKeyFromFile(path: string, access: ConnectAccess): Promise<PrivateKey> {
  let text: string;
  try {
    text = await access.host.files.readText(expandHome(path, access.host.env));
  } catch (error) {
    throw failed(`The private key ${path} cannot be read: ${messageOf(error)}`, error);
  }
  const first = readPrivateKey(text);
  if (first.is === "key") return first.key;
  if (first.is === "unreadable") throw failed(`The private key ${path} cannot be used: ${first.why}`);
  const second = readPrivateKey(text, await passphraseFor(path, access));
  if (second.is === "key") return second.key;
  answers.get(access.host)?.delete(path);
  throw failed(`The passphrase does not open the private key ${path}.`);
}

async function passphraseFor(path: string, access: ConnectAccess): Promise<string> {
  const fromEnvironment = access.host.env[passphraseVariable];
  if (fromEnvironment !== undefined) {
    access.secrets.add(fromEnvironment);
    return fromEnvironment;
  }
  const known = answers.get(access.host) ?? new Map<string, Promise<string>>();
  answers.set(access.host, known);
  const asked = known.get(path) ?? access.ui.ask(`Passphrase for ${path}: `, access.signal);
  known.set(path, asked);
  try {
    const answer = await asked;
    access.secrets.add(answer);
    return answer;
  } catch (error) {
    known.delete(path);
    if (codeOf(error) !== "ui/no-terminal") throw error;
    throw failed(
      `The private key ${path} is encrypted and there is no terminal to ask for its passphrase: set ${passphraseVariable}, ` +
        "or load the key into an agent and set ssh_agent_auth.",
      error,
    );
  }
}

function failed(message: string, cause?: unknown): ConnectError {
  return new ConnectError("connect/authentication", "authentication", message, cause);
}
