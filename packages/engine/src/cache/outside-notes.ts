import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Host, Json } from "@kiln/sdk";
import { canonical } from "./canonical.ts";

const unfinished = ".new";

/** What a stored state holds outside of the store: an image of a container engine. */
export interface Outside {
  readonly kind: string;
  readonly ref: Json;
  readonly bytes: number;
}
/** A note, by its file; `outside` is absent where the file is no longer as it was written. */
export interface OutsideNote {
  readonly path: string;
  readonly outside?: Outside;
}

/**
 * Notes of what stored states hold outside, a file each, apart from the entries: an entry whose record is damaged no longer says what is
 * its own.
 */
export class OutsideNotes {
  readonly #host: Host;
  readonly #directory: string;

  constructor(host: Host, storeDirectory: string) {
    this.#host = host;
    this.#directory = join(storeDirectory, "outside");
  }

  async put(outside: Outside): Promise<void> {
    const { files } = this.#host;
    const path = this.#path(outside);
    await files.makeDirectory(this.#directory, { recursive: true, mode: 0o700 });
    await files.write(`${path}${unfinished}`, `${JSON.stringify(outside)}\n`, { mode: 0o600 });
    await files.rename(`${path}${unfinished}`, path);
  }

  async drop(outside: Pick<Outside, "kind" | "ref">): Promise<void> {
    await this.#host.files.remove(this.#path(outside));
  }

  async list(): Promise<readonly OutsideNote[]> {
    const { files } = this.#host;
    if ((await files.stat(this.#directory))?.kind !== "directory") return [];
    const names = (await files.list(this.#directory)).filter((name) => !name.endsWith(unfinished));
    return Promise.all(names.map((name) => this.#read(join(this.#directory, name))));
  }

  async #read(path: string): Promise<OutsideNote> {
    try {
      const outside = JSON.parse(await this.#host.files.readText(path)) as Outside;
      return this.#path(outside) === path ? { path, outside } : { path };
    } catch {
      return { path };
    }
  }

  /** Named by a digest of what it notes: a file that was changed does not bear its name, and nothing is removed for its sake. */
  #path({ kind, ref }: Pick<Outside, "kind" | "ref">): string {
    return join(
      this.#directory,
      createHash("sha256")
        .update(canonical([kind, ref]))
        .digest("hex"),
    );
  }
}
