/** A template being fixed: plain JSON values, changed in place. */
export type JsonObject = { [name: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Finds the parts of a template that fixers work on; whatever has another shape is left to the validation that follows. */
export class Draft {
  readonly root: JsonObject;

  constructor(root: JsonObject) {
    this.root = root;
  }

  /** Builders whose type passes; all without a test. */
  builders(test: (type: string) => boolean = () => true): readonly JsonObject[] {
    return this.components("builders", test);
  }

  provisioners(test: (type: string) => boolean = () => true): readonly JsonObject[] {
    return this.components("provisioners", test);
  }

  /** Those of sequences too. */
  postProcessors(test: (type: string) => boolean = () => true): readonly JsonObject[] {
    return this.components("post-processors", test);
  }

  private components(section: string, test: (type: string) => boolean): readonly JsonObject[] {
    const list = this.root[section];
    if (!Array.isArray(list)) return [];
    const found = (list as unknown[]).flat().filter(isObject);
    return found.filter(({ type }) => typeof type === "string" && test(type));
  }
}
