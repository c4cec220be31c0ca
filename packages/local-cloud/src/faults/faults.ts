import type { CloudClock } from "../clock.ts";
import { ApiError } from "../protocol/api-error.ts";

/** One planned misfortune. Without `nth` it strikes every matching call, with it only that one (counting from 1). */
export interface FaultRule {
  /** Action name (`CreateImage`), with `*` wildcards. */
  readonly action: string;
  readonly nth?: number;
  /** With `nth`: how many calls in a row, 1 if absent. */
  readonly times?: number;
  /** Refuse with this code … */
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
  /** … or close the connection without an answer: before the action has been done, or after. */
  readonly drop?: "before" | "after";
  /** Milliseconds to hold the call up first. */
  readonly delayMs?: number;
}

/** Everything that can be made to go wrong. All absent: nothing goes wrong. */
export interface FaultPlan {
  /** Part of all calls (0 to 1) that is refused with RequestLimitExceeded, evenly spread. */
  readonly throttleRate?: number;
  /** Milliseconds that every call takes longer. */
  readonly delayMs?: number;
  /** Milliseconds until a new resource shows in other calls, as with EC2's eventual consistency. */
  readonly visibilityDelayMs?: number;
  /** Permissions that the caller lacks (`ec2:CreateImage`, `iam:*`). */
  readonly denied?: readonly string[];
  /** When given, the only permissions that the caller has: a policy document's actions can be tried with it. */
  readonly allowed?: readonly string[];
  readonly rules?: readonly FaultRule[];
}

/** Turns a pattern with `*` and `?` into an expression that matches whole texts. */
export function wildcard(pattern: string, flags = ""): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, `s${flags}`);
}

/** The switchboard: its plan may be changed at any moment, also over the control address of a running server. */
export class Faults {
  #plan: FaultPlan;
  #owed = 0;
  #counts = new Map<FaultRule, number>();

  constructor(plan: FaultPlan = {}) {
    this.#plan = plan;
  }

  get plan(): FaultPlan {
    return this.#plan;
  }

  /** Replaces the plan; counting starts again. */
  set(plan: FaultPlan): void {
    this.#plan = plan;
    this.#counts = new Map();
    this.#owed = 0;
  }

  clear(): void {
    this.set({});
  }

  /** Lets a call through, late, or refuses it. Says whether its connection is to be dropped, and when. */
  async strike(action: string, clock: CloudClock, signal: AbortSignal): Promise<"before" | "after" | undefined> {
    const { throttleRate = 0, delayMs = 0, rules = [] } = this.#plan;
    // Every matching rule counts the call, whichever of them strikes it.
    const struck = rules.filter((rule) => this.#due(rule, action));
    const delay = struck.reduce((sum, rule) => sum + (rule.delayMs ?? 0), delayMs);
    if (delay > 0) await clock.sleep(delay, signal);
    this.#owed += throttleRate;
    if (this.#owed >= 1) {
      this.#owed -= 1;
      throw new ApiError("RequestLimitExceeded", "Request limit exceeded.", 503);
    }
    const refusal = struck.find((rule) => rule.code !== undefined);
    if (refusal?.code !== undefined) {
      throw new ApiError(
        refusal.code,
        refusal.message ?? `Refused as the fault plan says (${refusal.code}).`,
        refusal.status,
      );
    }
    return struck.find((rule) => rule.drop !== undefined)?.drop;
  }

  /** May the caller use this permission (`ec2:RunInstances`)? */
  permits(permission: string): boolean {
    const { allowed, denied = [] } = this.#plan;
    const named = (patterns: readonly string[]): boolean => patterns.some((p) => wildcard(p, "i").test(permission));
    return !named(denied) && (allowed === undefined || named(allowed));
  }

  #due(rule: FaultRule, action: string): boolean {
    if (!wildcard(rule.action).test(action)) return false;
    if (rule.nth === undefined) return true;
    const count = (this.#counts.get(rule) ?? 0) + 1;
    this.#counts.set(rule, count);
    return count >= rule.nth && count < rule.nth + (rule.times ?? 1);
  }
}
