import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Finished, KilnBed, type RunOptions } from "../kiln.ts";

/** What a build with `-cache` said and did. */
export interface CachedBuild extends Finished {
  /** Lines of the cache, without their beginnings. */
  readonly cacheLines: readonly string[];
  /** What provisioners printed. */
  readonly output: readonly string[];
}

/** A template with its files, and a store of its own. */
export class Project extends KilnBed {
  readonly store = join(this.folder, "store");

  put(path: string, text: string, mode = 0o644): void {
    const file = join(this.folder, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  }

  kiln(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return this.run(args, { cwd: this.folder, ...options, env: { KILN_CACHE_DIR: this.store, ...options.env } });
  }

  async build(template: object, flags: readonly string[] = ["-cache"], options: RunOptions = {}): Promise<CachedBuild> {
    this.put("t.json", JSON.stringify(template));
    const finished = await this.kiln(["build", "-color=false", ...flags, "t.json"], options);
    const lines = finished.stdout.split("\n");
    return {
      ...finished,
      cacheLines: lines.flatMap((line) => /: Cache: (.*)$/.exec(line)?.[1] ?? []),
      output: lines.flatMap((line) => /^ {4}[\w.-]+: (.*)$/.exec(line)?.[1] ?? []),
    };
  }

  /** Directories of stored states, and of those that were never finished. */
  entries(folder: "entries" | "new" = "entries"): readonly string[] {
    try {
      const path = join(this.store, "states", folder);
      return readdirSync(path).map((name) => join(path, name));
    } catch {
      return [];
    }
  }
}
