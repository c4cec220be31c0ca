import type { Cloud } from "../cloud.ts";
import type { Kind, Tables } from "../state/rows.ts";
import type { Transaction } from "../state/store.ts";
import { ApiError, dryRunSucceeded } from "./api-error.ts";
import type { Service } from "./service.ts";

export interface CallParts {
  readonly cloud: Cloud;
  readonly service: Service;
  readonly action: string;
  readonly region: string;
  readonly requestId: string;
  readonly accessKeyId: string;
  readonly dryRun: boolean;
}

/** One request being answered: its region's resources as its caller sees them, and the way to change them. */
export class Call {
  readonly cloud: Cloud;
  readonly service: Service;
  readonly action: string;
  readonly region: string;
  readonly requestId: string;
  readonly accessKeyId: string;
  readonly #dryRun: boolean;
  #reachedEffects = false;

  constructor(parts: CallParts) {
    this.cloud = parts.cloud;
    this.service = parts.service;
    this.action = parts.action;
    this.region = parts.region;
    this.requestId = parts.requestId;
    this.accessKeyId = parts.accessKeyId;
    this.#dryRun = parts.dryRun;
  }

  /** The time of this request, ISO 8601. */
  now(): string {
    return new Date(this.cloud.clock.now()).toISOString();
  }

  /** A resource of the region, if it shows already (see `visibilityDelayMs`). */
  get<K extends Kind>(kind: K, id: string): Tables[K] | undefined {
    return this.#visible(kind, id) ? this.cloud.store.get(kind, this.region, id) : undefined;
  }

  rows<K extends Kind>(kind: K): Tables[K][] {
    return this.cloud.store.rows(kind, this.region).filter((row) => this.#visible(kind, row.id));
  }

  /** Makes changes durable. A dry run ends here: everything before has been checked. */
  change(edit: (transaction: Transaction) => void): void {
    this.effects();
    this.cloud.store.change(edit);
  }

  /** To be called before the first effect that is not a `change`: ends a dry run. */
  effects(): void {
    this.#reachedEffects = true;
    if (this.#dryRun) throw dryRunSucceeded();
  }

  /** Ends the dry run of an action that had nothing to change. */
  finish(): void {
    if (!this.#reachedEffects) this.effects();
  }

  /** The caller must have this permission; it goes into the least policy. */
  needs(permission: string, resource = "*"): void {
    this.cloud.policy.note(permission, resource);
    if (this.cloud.faults.permits(permission)) return;
    const refusal = { allowed: false, explicitDeny: false, matchedStatements: { items: [] }, failures: { items: [] } };
    const context = { principal: { arn: this.cloud.callerArn(this.accessKeyId) }, action: permission, resource };
    const encoded = Buffer.from(JSON.stringify({ ...refusal, context })).toString("base64url");
    const user = this.cloud.callerArn(this.accessKeyId);
    const message =
      this.service.name === "ec2"
        ? `You are not authorized to perform this operation. User: ${user} is not authorized to perform: ${permission} on resource: ${resource} because no identity-based policy allows the ${permission} action. Encoded authorization failure message: ${encoded}`
        : `User: ${user} is not authorized to perform: ${permission} on resource: ${resource}`;
    throw new ApiError(this.service.deniedCode, message, this.service.protocol === "json" ? 400 : 403);
  }

  #visible(kind: Kind, id: string): boolean {
    const delay = this.cloud.faults.plan.visibilityDelayMs ?? 0;
    return delay === 0 || this.cloud.clock.now() >= this.cloud.store.bornAt(kind, this.region, id) + delay;
  }
}
