import { constants, privateDecrypt } from "node:crypto";
import { GetPasswordDataCommand } from "@aws-sdk/client-ec2";
import type { BuildContext } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { failure, orFail } from "../../failure.ts";
import { awsCode, retryA, retrying } from "../../retry.ts";
import { waitFor } from "../../waiting.ts";
import type { Config } from "../config.ts";
import type { Key } from "./key-pair.ts";

/** The password that Windows made for its administrator, or undefined where the template gives one or none is needed. */
export async function windowsPassword(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  instanceId: string,
  key: Key,
): Promise<string | undefined> {
  const { ui, signal, host } = ctx;
  if (config.communicator !== "winrm") return undefined;
  if (config.winrm_password) {
    ui.say("Skipping waiting for password since WinRM password set...");
    return undefined;
  }
  ui.say("Waiting for auto-generated password for instance...");
  ui.message("It is normal for this process to take up to 15 minutes,\nbut it usually takes around 5. Please wait.");
  const { privateKey } = key;
  if (!privateKey) throw failure(ui, "Error waiting for password: there is no private key to decrypt it with");
  const ec2 = amazon.ec2();
  const look = async (): Promise<string | undefined> => {
    const ask = new GetPasswordDataCommand({ InstanceId: instanceId });
    const transient = (thrown: unknown): boolean => awsCode(thrown) === "InvalidInstanceID.NotFound";
    const send = () => ec2.send(ask, { abortSignal: signal });
    const { PasswordData } = await retrying(host.clock, signal, retryA, transient, send);
    return PasswordData?.trim() || undefined;
  };
  const timeoutMs = config.windows_password_timeout;
  const wait = { what: "the Windows password", timeoutMs, look };
  const encrypted = await orFail(ui, "Error waiting for password", signal, () =>
    waitFor(host, { delayMs: 5_000 }, wait, signal).catch((thrown: unknown) => {
      if (thrown instanceof Error && "code" in thrown && thrown.code === "amazon/wait-timeout") {
        throw failure(ui, "Timeout waiting for password.", thrown);
      }
      throw thrown;
    }),
  );
  const password = await orFail(ui, "Error decrypting the password", signal, async () =>
    decrypt(encrypted, privateKey),
  );
  ui.message(" \nPassword retrieved!");
  // `-debug` is there to show it; from here on it is masked.
  if (ctx.debug) ui.message(`Password (since debug is enabled): ${password}`);
  ctx.secrets.add(password);
  return password;
}

const foreignKey = "the private key does not belong to the instance's key pair";

/**
 * EC2 encrypts for the key pair with PKCS#1 v1.5. With a key that does not fit, OpenSSL mostly gives random bytes instead of an error, so
 * that nobody learns from its answers; a password has no control characters and is UTF-8.
 */
export function decrypt(passwordData: string, privateKey: string): string {
  const data = Buffer.from(passwordData, "base64");
  let bytes: Buffer;
  try {
    bytes = privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, data);
  } catch (error) {
    // A number beyond the key's modulus it refuses.
    throw new Error(foreignKey, { cause: error });
  }
  const text = bytes.toString("utf8");
  if (text === "" || !/^\P{Cc}+$/u.test(text) || !Buffer.from(text).equals(bytes)) {
    throw new Error(foreignKey);
  }
  return text;
}
