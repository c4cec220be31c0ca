import { parseGoDuration } from "../duration.ts";
import { nearestName } from "../suggest.ts";
import { type SpecialKey, specialKeyNamed, specialKeyNames } from "./special-keys.ts";

/** How a key is used: down and up, or held until the matching `Off`. */
export type KeyAction = "press" | "on" | "off";

/** One thing to do at the keyboard. */
export type BootStep =
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "special"; readonly key: SpecialKey; readonly action: KeyAction }
  /** `char` is one Unicode character. */
  | { readonly kind: "char"; readonly char: string; readonly action: KeyAction };

export interface BootCommand {
  readonly steps: readonly BootStep[];
  /** Words in angle brackets that name nothing: typed as they stand, as Packer does, though hardly meant so. */
  readonly doubtful: readonly { readonly text: string; readonly meant?: string }[];
}

/** A wait without a number, and the unit of a number without one. Milliseconds. */
const second = 1000;

/**
 * Reads `boot_command` text: plain characters, `<wait>`, `<wait5>`, `<wait1m30s>`, `<enter>`, `<leftCtrlOn>`, `<aOff>`. Names are
 * case-insensitive; what is no expression is typed. Never fails.
 */
export function parseBootCommand(text: string): BootCommand {
  const steps: BootStep[] = [];
  const doubtful: { text: string; meant?: string }[] = [];
  for (let at = 0; at < text.length; ) {
    const found = text[at] === "<" ? expressionAt(text, at) : undefined;
    if (found) {
      steps.push(found.step);
      at += found.length;
      continue;
    }
    const word = /^<([a-z]\w{1,20})>/i.exec(text.slice(at));
    if (word?.[1]) doubtful.push(doubt(word[0], word[1]));
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
    steps.push({ kind: "char", char, action: "press" });
    at += char.length;
  }
  return { steps, doubtful };
}

function doubt(text: string, word: string): { text: string; meant?: string } {
  const meant = nearestName(word, [...specialKeyNames, "wait"]);
  return meant === undefined ? { text } : { text, meant: `<${meant}>` };
}

const wait = /^<wait([^<>]*)>/i;
const character = /^<(.)(on|off)>/isu;
const special = /^<([a-z]+?\d*)(on|off)?>/i;

function expressionAt(text: string, at: number): { readonly step: BootStep; readonly length: number } | undefined {
  // Long enough for any expression, so that a long text is not copied for each of its brackets.
  const rest = text.slice(at, at + 64);
  const waiting = wait.exec(rest);
  if (waiting) {
    const ms = waitTime(waiting[1] ?? "");
    return ms === undefined ? undefined : { step: { kind: "wait", ms }, length: waiting[0].length };
  }
  const one = character.exec(rest);
  if (one) {
    const [all, char = "", state] = one;
    return { step: { kind: "char", char, action: actionOf(state) }, length: all.length };
  }
  const named = special.exec(rest);
  const key = named?.[1] === undefined ? undefined : specialKeyNamed(named[1]);
  if (!named || key === undefined) return undefined;
  return { step: { kind: "special", key, action: actionOf(named[2]) }, length: named[0].length };
}

function actionOf(word: string | undefined): KeyAction {
  if (word === undefined) return "press";
  return word.toLowerCase() === "on" ? "on" : "off";
}

/** Milliseconds of what follows `wait`; undefined where it is no time. */
function waitTime(text: string): number | undefined {
  if (text === "") return second;
  if (/^\d+$/.test(text)) return Number(text) * second;
  const nanoseconds = parseGoDuration(text.toLowerCase());
  return nanoseconds === undefined || nanoseconds < 0n ? undefined : Number(nanoseconds) / 1e6;
}
