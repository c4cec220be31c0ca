import { CreateKeyPairCommand } from "@aws-sdk/client-ec2";
import { type BuildContext, type KeyPair, timeOrderedUuid } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { describeFailure, orFail } from "../../failure.ts";
import { publicKeyOf } from "../../public-keys.ts";
import { isChina } from "../../regions.ts";
import { deleteKeyPair, keyPairKind } from "../../resources/key-pair.ts";
import { openOwn } from "../../resources/open.ts";
import { awsCode, retryA, retrying } from "../../retry.ts";
import { type Tags, tagSpecifications } from "../../tag-lists.ts";
import { unhurried } from "../../unhurried.ts";
import type { Config } from "../config.ts";

/** What the machine lets in. */
export interface Key {
  /** Name of the key pair to launch with. */
  readonly name?: string;
  /** The temporary key, made by EC2. */
  readonly generated?: KeyPair;
  /** The private key, generated or the user's: decrypts the Windows password. */
  readonly privateKey?: string;
}

/** Uses what the template names, or has EC2 make a key pair for this build. */
export async function makeKeyPair(ctx: BuildContext, amazon: Amazon, config: Config, runTags: Tags): Promise<Key> {
  const { ui, host } = ctx;
  const existing = config.ssh_keypair_name;
  const named = existing ? { name: existing } : {};
  if (config.ssh_private_key_file) {
    ui.say("Using existing SSH private key");
    const home = host.env.HOME ?? host.env.USERPROFILE ?? "";
    const path = config.ssh_private_key_file.replace(/^~(?=\/)/, home);
    return { ...named, privateKey: await host.files.readText(path) };
  }
  if (config.ssh_agent_auth) {
    ui.say(
      existing ? `Using SSH Agent for existing key pair ${existing}` : "Using SSH Agent with key pair in Source AMI",
    );
    return named;
  }
  if (existing || (config.ssh_password && !config.temporary_key_pair_name)) {
    ui.say("Not using temporary keypair");
    return named;
  }
  return temporaryKey(ctx, amazon, config, runTags);
}

async function temporaryKey(ctx: BuildContext, amazon: Amazon, config: Config, runTags: Tags): Promise<Key> {
  const { ui, signal, host } = ctx;
  const ec2 = amazon.ec2();
  const name = config.temporary_key_pair_name || `packer_${timeOrderedUuid(host)}`;
  const type = config.temporary_key_pair_type?.toLowerCase() === "ed25519" ? "ed25519" : "rsa";
  ui.say(`Creating temporary keypair: ${name}`);
  const tags = isChina(amazon.region) ? [] : tagSpecifications(runTags, "key-pair");
  const command = new CreateKeyPairCommand({
    KeyName: name,
    KeyType: type,
    ...(tags.length > 0 && { TagSpecifications: tags }),
  });
  const held = await ctx.acquire({
    kind: keyPairKind(openOwn(amazon)),
    intent: { where: amazon.where, name, after: host.clock.now().toISOString() },
    create: (work) =>
      orFail(ui, "Error creating temporary keypair", signal, () =>
        unhurried(host.clock, work, (late) =>
          retrying(host.clock, work, retryA, passing, () => ec2.send(command, { abortSignal: late })),
        ),
      ),
    ref: () => ({ where: amazon.where, name }),
    async release(_, __, cleanup) {
      ui.say("Deleting temporary keypair...");
      try {
        await deleteKeyPair(ec2, name, cleanup);
      } catch (thrown) {
        ui.error(`Error cleaning up keypair. Please delete the key manually: ${name}: ${describeFailure(thrown)}`);
        throw thrown;
      }
    },
  });
  const privateKey = held.value.KeyMaterial ?? "";
  ctx.secrets.add(privateKey);
  if (ctx.debug) await saveForDebugging(ctx, privateKey);
  return { name, privateKey, generated: { privateKey, publicKey: publicKeyOf(privateKey, name), comment: name } };
}

async function saveForDebugging(ctx: BuildContext, privateKey: string): Promise<void> {
  const path = `ec2_${ctx.buildName}.pem`;
  ctx.ui.say(`Saving key for debug purposes: ${path}`);
  ctx.defer(() => ctx.host.files.remove(path));
  await ctx.host.files.write(path, privateKey, { mode: 0o600 });
}

/** EC2's own trouble is worth another try, what it says of us is not. */
function passing(thrown: unknown): boolean {
  const code = awsCode(thrown);
  return code === "InternalError" || code === "ServiceUnavailable" || code === "Unavailable";
}
