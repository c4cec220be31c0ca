import type { BuildContext, KeyPair } from "@kiln/sdk";
import type { Settings } from "../settings.ts";

/** A temporary key for the machine (`StepSSHKeyGen`), where no other way to log in is given or the boot command names the key. */
export async function makeSshKey(ctx: BuildContext, settings: Settings): Promise<KeyPair | undefined> {
  const { ui } = ctx;
  if (settings.communicator !== "ssh") return undefined;
  if (settings.ssh_private_key_file) {
    ui.say("Using existing SSH private key");
    return undefined;
  }
  const others = settings.ssh_password || settings.ssh_agent_auth || settings.ssh_certificate_file;
  if (others && !named(settings)) return undefined;
  const type = (settings.temporary_key_pair_type || "rsa").toUpperCase();
  ui.say(`Creating temporary ${type} SSH key for instance...`);
  const name = settings.temporary_key_pair_name || `packer_${ctx.runUuid}`;
  const pair = await ctx.generateKeyPair(settings, name);
  ctx.secrets.add(pair.privateKey);
  return pair;
}

function named({ boot_command: command = [], boot_steps: steps = [] }: Settings): boolean {
  return [...command, ...steps.flat()].some((text) => text.includes("SSHPublicKey"));
}
