import { basename } from "node:path";
import {
  type BuildCache,
  type CacheBase,
  type CacheHit,
  type Checkpoint,
  type Held,
  type Host,
  type Machine,
  messageOf,
  type ProvisionContext,
  type RunContext,
  type Ui,
} from "@kiln/sdk";
import type { Planned } from "../plan/plan.ts";
import type { Registry } from "../registry.ts";
import { digestInputs, type Parts, salted } from "./inputs-digest.ts";
import { provisionerInputs, type Surroundings } from "./provisioner-inputs.ts";
import { differences } from "./reasons.ts";
import { type CacheRecord, recordFormat } from "./record.ts";
import { removeEntry } from "./remove-entry.ts";
import { staging } from "./staging.ts";
import type { CacheStore } from "./store.ts";

/** What a run with `-cache` works with. */
export interface CacheSettings {
  readonly store: CacheStore;
  /** Kiln's own version: states of another are not used. */
  readonly version: string;
}
export interface CachedBuild {
  readonly host: Host;
  readonly registry: Registry;
  readonly ui: Ui;
  /** Display name, and that which templates see. */
  readonly name: string;
  readonly plainName: string;
  readonly type: string;
  readonly provisioners: readonly Planned<ProvisionContext, void>[];
  readonly signal: AbortSignal;
  readonly acquire: RunContext["acquire"];
  /** Names of all values of `build` that may come to be known. */
  readonly valueNames: () => readonly string[];
}

interface Link {
  readonly key: string;
  readonly parent: string;
  readonly parts: Parts;
}
/** The keys of a build's provisioners, as far as they have any. */
interface Chain {
  readonly base: Parts;
  readonly baseKey: string;
  readonly links: readonly Link[];
  readonly surroundings: Surroundings;
  /** Why the next one has none. */
  readonly never?: string;
}

/** `-cache` in one build: finds the state to start from, says why, and stores states as provisioners end. */
export class BuildCacheRun implements BuildCache {
  readonly #settings: CacheSettings;
  readonly #build: CachedBuild;
  #chain: Chain | undefined;
  #provisioning = false;
  /** From here on the machine is not what its key says. */
  #over = false;

  constructor(settings: CacheSettings, build: CachedBuild) {
    this.#settings = settings;
    this.#build = build;
  }

  async find(base: CacheBase): Promise<CacheHit | undefined> {
    if (this.#build.provisioners.length === 0) return undefined;
    try {
      this.#chain = await this.#chainFrom(base);
      return this.#chain && (await this.#deepest(this.#chain, base));
    } catch (error) {
      this.#build.signal.throwIfAborted();
      this.#chain = undefined;
      this.#warn(`nothing is reused or stored, since ${this.#settings.store.directory} cannot be used`, error);
      return undefined;
    }
  }

  /** Called when provisioning begins, and again when `-on-error=ask` retries it; how many provisioners are done. */
  begin(machine: Machine): number {
    if (this.#provisioning) this.#over = true;
    this.#provisioning = true;
    const { provisioners, type } = this.#build;
    if (!machine.save && provisioners.length > 0 && !this.#over) {
      this.#say(`${type} machines cannot be saved between provisioners: every provisioner runs`);
      this.#over = true;
    }
    return machine.resumed?.done ?? 0;
  }

  /** Stores the machine's state after a provisioner ended. Failing to is no failure of the build. */
  async ended(index: number, machine: Machine, clean: boolean): Promise<void> {
    const chain = this.#chain;
    const link = chain?.links[index];
    if (this.#over || !chain || !link || !machine.save) return;
    const { signal } = this.#build;
    try {
      if (!clean) {
        this.#stop(index, "it did not succeed at the first try");
        return;
      }
      const now = await provisionerInputs(this.#provisioner(index), chain.surroundings);
      const changed = "never" in now ? now.never : differences(link.parts, now.parts);
      if (changed !== "") {
        this.#stop(index, `what it depends on did not stay the same while it ran (${changed})`);
        return;
      }
      await this.#store(index, link, chain, machine.save);
    } catch (error) {
      signal.throwIfAborted();
      this.#warn(`the state after ${this.#named(index)} could not be stored, the build goes on`, error);
    }
  }

  async #chainFrom(base: CacheBase): Promise<Chain | undefined> {
    const { store, version } = this.#settings;
    const { host, signal, type, plainName, provisioners, valueNames } = this.#build;
    const salt = await store.salt(signal);
    const digested = await digestInputs(base.inputs, host, salt, signal);
    if ("never" in digested) {
      this.#say(`nothing is reused or stored: the builder ${digested.never}`);
      return undefined;
    }
    const parts = { ...digested.parts, "Kiln's version": salted(salt, version) };
    const stable = base.values ?? {};
    const surroundings: Surroundings = {
      host,
      buildName: plainName,
      builderType: type,
      stable,
      unknown: valueNames().filter((name) => !Object.hasOwn(stable, name)),
      salt,
      signal,
    };
    const baseKey = salted(salt, ["base", recordFormat, type, parts]);
    const links: Link[] = [];
    let parent = baseKey;
    for (const provisioner of provisioners) {
      const inputs = await provisionerInputs(provisioner, surroundings);
      if ("never" in inputs) return { base: parts, baseKey, links, surroundings, never: inputs.never };
      const key = salted(salt, ["provisioner", parent, provisioner.type, inputs.parts]);
      links.push({ key, parent, parts: inputs.parts });
      parent = key;
    }
    return { base: parts, baseKey, links, surroundings };
  }

  async #deepest(chain: Chain, base: CacheBase): Promise<CacheHit | undefined> {
    const { store } = this.#settings;
    const { signal } = this.#build;
    for (let done = chain.links.length; done > 0; done--) {
      const key = chain.links[done - 1]?.key ?? "";
      const looked = await store.look(key, signal);
      if (!looked) continue;
      const broken =
        "broken" in looked
          ? looked.broken
          : ((await store.damage(looked.record, signal)) ??
            (await base.unusable?.({ ref: looked.record.ref, directory: looked.directory }, signal)));
      if (broken !== undefined || "broken" in looked) {
        await this.#discard(key, done, broken ?? "");
        continue;
      }
      const { record, directory } = looked;
      for (const link of chain.links.slice(0, done)) await store.touch(link.key).catch(() => {});
      this.#tellReuse(done, record, chain);
      await this.#tellMiss(done, chain);
      return { done, ref: record.ref, directory, discard: (why) => this.#discard(key, done, why) };
    }
    await this.#tellMiss(0, chain);
    return undefined;
  }

  async #discard(key: string, done: number, why: string): Promise<void> {
    this.#say(`the state stored after ${this.#named(done - 1)} is not used and goes: ${why}`);
    const { host, ui, registry, signal } = this.#build;
    const failure = await removeEntry(key, this.#settings.store, registry, { host, ui }, signal);
    if (failure !== undefined) this.#warn("it could not be removed", failure);
  }

  async #store(index: number, link: Link, chain: Chain, save: NonNullable<Machine["save"]>): Promise<void> {
    const { store } = this.#settings;
    const { signal, acquire, host } = this.#build;
    const present = await store.look(link.key, signal);
    if (present && !("broken" in present)) return;
    const held: Held<unknown>[] = [];
    const place = await acquire(staging(store));
    held.push(place);
    try {
      const directory = store.stagedState(place.value);
      const checkpoint: Checkpoint = await save({ directory, name: basename(place.value), signal });
      const { outside } = checkpoint;
      if (outside) held.push(outside.held);
      const record: CacheRecord = {
        format: recordFormat,
        key: link.key,
        parent: link.parent,
        build: this.#build.name,
        builder: this.#build.type,
        done: index + 1,
        provisioner: this.#provisioner(index).type,
        base: chain.base,
        parts: link.parts,
        storedAt: host.clock.now().toISOString(),
        ref: checkpoint.ref,
        files: await store.stagedFiles(place.value, signal),
        ...(outside && { outside: { kind: outside.kind, ref: outside.ref, bytes: outside.bytes } }),
      };
      if (present) await store.remove(link.key);
      if (await store.commit(place.value, record, signal)) {
        for (const one of held) await one.keep();
        if (record.outside) await store.outside.put(record.outside);
        this.#say(`stored the state after ${this.#named(index)}`);
        return;
      }
    } catch (error) {
      await releaseAll(held);
      throw error;
    }
    await releaseAll(held);
  }

  #tellReuse(done: number, record: CacheRecord, chain: Chain): void {
    const all = chain.links.length === done && chain.never === undefined;
    const names = this.#build.provisioners.slice(0, done).map((p, i) => `${i + 1} (${p.type})`);
    const at = `stored ${record.storedAt.slice(0, 19).replace("T", " ")} UTC`;
    this.#say(`${all ? "every provisioner is reused" : "reusing"}: ${names.join(", ")}; ${at}`);
  }

  /** Why the provisioner after the first `done` has to run. */
  async #tellMiss(done: number, chain: Chain): Promise<void> {
    if (done < chain.links.length) {
      const why = await this.#whyMissed(done, chain);
      this.#say(done === 0 ? `nothing to start from: ${why}` : `${this.#named(done)} runs again: ${why}`);
    }
    if (chain.never === undefined) return;
    const last = chain.links.length;
    const more = last + 1 < this.#build.provisioners.length ? ", and so does what follows" : "";
    this.#say(`${this.#named(last)} runs in every build${more}: it ${chain.never}`);
  }

  async #whyMissed(done: number, chain: Chain): Promise<string> {
    const link = chain.links[done];
    if (!link) return "";
    const { name, signal, type } = this.#build;
    const entries = await this.#settings.store.list(signal);
    const ours = entries
      .flatMap(({ record }) => (record?.build === name && record.builder === type ? [record] : []))
      .sort((a, b) => (a.storedAt < b.storedAt ? 1 : -1));
    const follower = ours.find((record) => record.parent === link.parent);
    const now = this.#provisioner(done).type;
    const step = done === 0 ? `${this.#named(0)}: ` : "";
    if (follower) {
      if (follower.provisioner !== now) return `${step}${follower.provisioner} stood here before`;
      return step + differences(follower.parts, link.parts);
    }
    const [newest] = ours;
    if (!newest) return "no earlier build stored anything";
    const base = done === 0 ? differences(newest.base, chain.base) : "";
    return base || `${step}it has not been stored after what comes before it`;
  }

  #provisioner(index: number): Planned<ProvisionContext, void> {
    const provisioner = this.#build.provisioners[index];
    if (!provisioner) throw new RangeError(`there is no provisioner ${index + 1}`);
    return provisioner;
  }

  #named(index: number): string {
    return `provisioner ${index + 1} (${this.#provisioner(index).type})`;
  }

  #stop(index: number, why: string): void {
    this.#over = true;
    this.#say(`nothing is stored from ${this.#named(index)} on: ${why}`);
  }

  #say(text: string): void {
    this.#build.ui.say(`Cache: ${text}`);
  }

  #warn(text: string, error: unknown): void {
    this.#build.ui.error(`Cache: ${text}: ${messageOf(error)}`);
  }
}

async function releaseAll(held: readonly Held<unknown>[]): Promise<void> {
  for (const one of held.toReversed()) await one.release();
}
