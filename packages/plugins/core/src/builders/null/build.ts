import type { Artifact, BuildContext } from "@kiln/sdk";
import { hostOf } from "./check.ts";
import type { Config } from "./config.ts";

/** Connects to a machine that is there already, and provisions it. */
export async function build(config: Config, ctx: BuildContext): Promise<Artifact> {
  const host = hostOf(config) ?? "";
  const communicator = await ctx.connect({
    config,
    address: async () => ({ host, port: portOf(config) }),
    ...(host !== "" && { knownHost: host }),
  });
  await ctx.provision({ communicator, facts });
  return nullArtifact;
}

const facts = { ID: "Null" } as const;

function portOf(config: Config): number {
  if (config.communicator === "winrm") return config.winrm_port || (config.winrm_use_ssl ? 5986 : 5985);
  return config.ssh_port || 22;
}

const nullArtifact: Artifact = {
  builderId: "fnoeding.null",
  id: "Null",
  files: [],
  state: { generated_data: facts },
  describe: () => "Did not export anything. This is the null builder",
  destroy: async () => {},
};
