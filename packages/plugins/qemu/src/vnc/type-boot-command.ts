import type { BootStep, Clock } from "@kiln/sdk";
import { keysymOf, needsShift, shiftKey, specialKeysyms } from "./keysyms.ts";

/** Where keys go. */
export interface Keyboard {
  key(keysym: number, down: boolean): Promise<void>;
}
export interface Typing {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** After each key event, in milliseconds: machines that boot lose keys that come faster. */
  readonly keyInterval: number;
  /** After each key of the command. */
  readonly groupInterval: number;
}

/** Types a parsed boot command. */
export async function typeBootCommand(
  steps: readonly BootStep[],
  keyboard: Keyboard,
  { clock, signal, keyInterval, groupInterval }: Typing,
): Promise<void> {
  const send = async (keysym: number, down: boolean): Promise<void> => {
    await keyboard.key(keysym, down);
    await clock.sleep(keyInterval, signal);
  };
  for (const step of steps) {
    signal.throwIfAborted();
    if (step.kind === "wait") {
      await clock.sleep(step.ms, signal);
      continue;
    }
    const keysym = step.kind === "special" ? specialKeysyms[step.key] : keysymOf(step.char);
    const shift = step.kind === "char" && needsShift(step.char);
    if (step.action !== "off") {
      if (shift) await send(shiftKey, true);
      await send(keysym, true);
    }
    if (step.action !== "on") {
      await send(keysym, false);
      if (shift) await send(shiftKey, false);
    }
    if (groupInterval > 0) await clock.sleep(groupInterval, signal);
  }
}
