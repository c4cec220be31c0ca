/** A value of the registry with its type. */
export interface RegistryValue {
  readonly name: string;
  readonly type: "String" | "ExpandString" | "DWord" | "QWord" | "MultiString" | "Binary";
  readonly data: string | number | readonly string[];
}
interface Key {
  readonly name: string;
  readonly values: Map<string, RegistryValue>;
}
/** How the registry is written down. */
export type StoredRegistry = readonly (readonly [path: string, values: readonly RegistryValue[]])[];

const hives: Readonly<Record<string, string>> = {
  hklm: "HKEY_LOCAL_MACHINE",
  hkcu: "HKEY_CURRENT_USER",
  hkcr: "HKEY_CLASSES_ROOT",
  hku: "HKEY_USERS",
  hkcc: "HKEY_CURRENT_CONFIG",
};

/** `HKLM\a`, `HKLM:\a`, `HKLM:a`, `HKEY_LOCAL_MACHINE\a`, `Registry::…` as `HKEY_LOCAL_MACHINE\a`; undefined for what is no hive. */
export function registryPath(path: string): string | undefined {
  const plain = path
    .replace(/^(?:Microsoft\.PowerShell\.Core\\)?Registry::/i, "")
    .replaceAll("/", "\\")
    // Without a backslash it begins at the drive's current location, which is always its root here.
    .replace(/^(hk[a-z_]+:)(?=[^\\])/i, "$1\\")
    .replace(/\\+/g, "\\")
    .replace(/\\$/, "");
  const [first = "", ...rest] = plain.split("\\");
  const short = first.replace(/:$/, "").toLowerCase();
  const hive = hives[short] ?? Object.values(hives).find((name) => name.toLowerCase() === short);
  return hive === undefined ? undefined : [hive, ...rest].join("\\");
}

/** The registry: keys in a tree, values below them, names without regard to case. HKEY_CURRENT_USER is one for all users. */
export class Registry {
  readonly #keys = new Map<string, Key>();

  constructor(stored: StoredRegistry = []) {
    for (const [path, values] of stored) {
      this.create(path);
      for (const value of values) this.set(path, value);
    }
  }

  stored(): StoredRegistry {
    return [...this.#keys.values()].map(({ name, values }) => [name, [...values.values()]]);
  }

  has(path: string): boolean {
    return (
      this.#keys.has(path.toLowerCase()) ||
      Object.values(hives).some((hive) => hive.toLowerCase() === path.toLowerCase())
    );
  }
  /** The key's path as it was created. */
  nameOf(path: string): string {
    return this.#keys.get(path.toLowerCase())?.name ?? path;
  }

  /** Makes a key and those above it. */
  create(path: string): void {
    const parts = path.split("\\");
    for (let count = 1; count <= parts.length; count++) {
      const name = parts.slice(0, count).join("\\");
      const id = name.toLowerCase();
      if (!this.#keys.has(id)) this.#keys.set(id, { name, values: new Map() });
    }
  }

  /** Removes a key with everything below it; false when there is none. */
  remove(path: string): boolean {
    const id = path.toLowerCase();
    if (!this.#keys.delete(id)) return false;
    for (const key of this.#keys.keys()) if (key.startsWith(`${id}\\`)) this.#keys.delete(key);
    return true;
  }

  /** Names of the keys directly below. */
  children(path: string): readonly string[] {
    const prefix = `${path.toLowerCase()}\\`;
    return [...this.#keys]
      .filter(([id]) => id.startsWith(prefix) && !id.slice(prefix.length).includes("\\"))
      .map(([, { name }]) => name.split("\\").at(-1) ?? "");
  }

  values(path: string): readonly RegistryValue[] {
    return [...(this.#keys.get(path.toLowerCase())?.values.values() ?? [])];
  }
  get(path: string, name: string): RegistryValue | undefined {
    return this.#keys.get(path.toLowerCase())?.values.get(name.toLowerCase());
  }
  /** Sets a value; its key must exist. */
  set(path: string, value: RegistryValue): void {
    const key = this.#keys.get(path.toLowerCase());
    if (!key) throw new Error(`no key ${path}`);
    const known = key.values.get(value.name.toLowerCase());
    key.values.set(value.name.toLowerCase(), known ? { ...value, name: known.name } : value);
  }
  /** False when there was none. */
  unset(path: string, name: string): boolean {
    return this.#keys.get(path.toLowerCase())?.values.delete(name.toLowerCase()) ?? false;
  }
}
