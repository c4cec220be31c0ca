import {
  checkCd,
  checkFloppy,
  checkHttp,
  checkIso,
  checkOutputDirectory,
  checkVncBoot,
  type Diagnostic,
  type PrepareContext,
  parseBootCommand,
} from "@kiln/sdk";
import type { Config } from "../config.ts";
import { keysOption } from "../template-names.ts";
import { checkArguments } from "./arguments.ts";
import { checkDisks } from "./disks.ts";
import { checkFirmware } from "./firmware.ts";
import { checkMachine } from "./machine.ts";
import { checkPorts } from "./ports.ts";
import { Refusals } from "./refusals.ts";

/** Every refusal and warning of a qemu configuration, all at once. Starts nothing. */
export async function check(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const refuse = new Refusals(ctx);
  checkMachine(config, refuse);
  checkDisks(config, refuse);
  checkPorts(config, refuse);
  checkArguments(config, ctx, refuse);
  checkKeys(config, ctx, refuse);
  await checkFirmware(config, ctx, refuse);
  return [
    ...checkIso(config, ctx),
    ...refuse.found,
    ...checkVncBoot(config, ctx),
    ...(await checkHttp(config, ctx)),
    ...(await checkFloppy(config, ctx)),
    ...(await checkCd(config, ctx)),
    ...(await checkOutputDirectory(config, ctx)),
  ];
}

/** Text that may be rendered during the run, looked at with placeholders. */
function checkKeys(config: Config, ctx: PrepareContext, refuse: Refusals): void {
  const texts = config.boot_command?.length
    ? [["boot_command", config.boot_command.join("")] as const]
    : (config.boot_steps ?? []).map(([keys = ""]) => ["boot_steps", keys] as const);
  const data = { HTTPIP: "10.0.2.2", HTTPPort: 8000, Name: "name", SSHPublicKey: "key" };
  for (const [option, text] of texts) {
    const rendered = ctx.render(text, data, keysOption(config).type);
    if (!rendered.ok) {
      refuse.template(option, rendered.diagnostics, data);
      continue;
    }
    for (const { text: word, meant } of parseBootCommand(rendered.value).doubtful) {
      const detail = meant ? `Did you mean ${meant}? It is typed as it stands.` : "It is typed as it stands.";
      refuse.warning(option, "no-key", `${word} names no key`, detail);
    }
  }
}
