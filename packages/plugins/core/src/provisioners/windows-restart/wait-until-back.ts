import { ask, describeAnswer, linesOf, show, type Waiting } from "./ask.ts";
import { checkCommand, registryCommand } from "./commands.ts";
import type { Config } from "./config.ts";
import type { Sightings } from "./sightings.ts";

/** Between two looks. Source: Packer. */
const pauseMs = 5_000;

/** Looks until the template's check (once is enough), our own, and the registry agree that the machine is back. */
export async function waitUntilBack(config: Config, waiting: Waiting, seen: Sightings): Promise<void> {
  const { host, signal } = waiting;
  let checked = !config.restart_check_command;
  for (;;) {
    await host.clock.sleep(pauseMs, signal);
    checked ||= await passes(config.restart_check_command ?? "", waiting, seen);
    if (checked && (await answers(waiting, seen)) && (await registryIsClear(config, waiting, seen))) return;
  }
}

async function passes(command: string, { machine, ui, signal }: Waiting, seen: Sightings): Promise<boolean> {
  const answer = await ask(machine.communicator, command, signal);
  if (answer.exit === "disconnected") seen.note(describeAnswer(answer));
  else {
    show(answer, ui);
    seen.note(`restart_check_command ended with ${describeAnswer(answer)}`);
  }
  return answer.exit === 0;
}

async function answers({ machine, ui, signal }: Waiting, seen: Sightings): Promise<boolean> {
  const answer = await ask(machine.communicator, checkCommand, signal);
  if (answer.exit !== "disconnected" && answer.stdout.includes("restarted.")) {
    for (const line of linesOf(answer.stdout)) ui.message(line);
    return true;
  }
  seen.note(
    answer.exit === "disconnected"
      ? describeAnswer(answer)
      : `it answers, but PowerShell ended with ${describeAnswer(answer)}`,
  );
  return false;
}

async function registryIsClear(config: Config, { machine, signal }: Waiting, seen: Sightings): Promise<boolean> {
  if (!config.check_registry || config.registry_keys.length === 0) return true;
  const answer = await ask(machine.communicator, registryCommand(config.registry_keys), signal);
  const pending = linesOf(answer.stdout);
  if (answer.exit === 0 && pending.length === 0) return true;
  seen.note(
    answer.exit === 0
      ? `it is back, but the registry still has ${pending.join(", ")}`
      : `the registry could not be asked: ${describeAnswer(answer)}`,
  );
  return false;
}
