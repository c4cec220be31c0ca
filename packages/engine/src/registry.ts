import type { Builder, DataSource, Family, Lazy, PostProcessor, Provisioner, ResourceKind } from "@kiln/sdk";

export interface ComponentKinds {
  readonly builder: Builder;
  readonly provisioner: Provisioner;
  readonly "post-processor": PostProcessor;
  readonly "data-source": DataSource;
}
export type ComponentKind = keyof ComponentKinds;

const members = {
  builder: "builders",
  provisioner: "provisioners",
  "post-processor": "postProcessors",
  "data-source": "dataSources",
} as const;

/** Every component of every family, by kind and type; code is loaded when it is asked for. */
export class Registry {
  readonly #families: readonly Family[];

  constructor(families: readonly Family[]) {
    this.#families = families;
  }

  /** Types of one kind, sorted. */
  types(kind: ComponentKind): readonly string[] {
    return this.#families.flatMap((family) => Object.keys(family[members[kind]] ?? {})).sort();
  }

  async find<K extends ComponentKind>(kind: K, type: string): Promise<ComponentKinds[K] | undefined> {
    for (const family of this.#families) {
      const table = family[members[kind]];
      if (table && Object.hasOwn(table, type)) return (await table[type]?.()) as ComponentKinds[K] | undefined;
    }
    return undefined;
  }

  resourceKind(kind: string): Promise<ResourceKind> | undefined {
    for (const family of this.#families) {
      const load: Lazy<ResourceKind> | undefined = family.resourceKinds?.[kind];
      if (load) return load();
    }
    return undefined;
  }
}
