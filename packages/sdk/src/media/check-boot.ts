import type { PrepareContext } from "../component.ts";
import { type Diagnostic, problem } from "../diagnostics.ts";
import type { VncBootConfig } from "../options/boot.ts";

/** What is wrong between the options of typing over VNC. The keys themselves are checked by who types them. */
export function checkVncBoot(config: VncBootConfig, ctx: PrepareContext): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const command = config.boot_command ?? [];
  const steps = config.boot_steps ?? [];
  if (command.length > 0 && steps.length > 0)
    found.push(
      problem("boot/two-ways", "boot_command and boot_steps cannot be used together", {
        subject: ctx.at("boot_steps"),
        detail: "Move the keys of boot_command into a step.",
      }),
    );
  if (command.length + steps.length > 0 && config.disable_vnc)
    found.push(
      problem("boot/no-vnc", "A boot command cannot be used when vnc is disabled.", {
        subject: ctx.at("disable_vnc"),
        detail: "The keys are typed over VNC: take out disable_vnc or the boot command.",
      }),
    );
  for (const [i, step] of steps.entries())
    if (step.length === 0 || step.length > 2)
      found.push(
        problem("boot/step", `a step of boot_steps is a pair of keys and description, not ${step.length} texts`, {
          subject: ctx.at("boot_steps", i),
        }),
      );
  return found;
}
