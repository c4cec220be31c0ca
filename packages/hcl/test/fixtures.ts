import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A copy of the fixtures in a directory of its own, which goes when it is disposed of. */
export class Fixtures implements Disposable {
  readonly base: string;
  private readonly root: string;

  constructor() {
    this.root = mkdtempSync(join(tmpdir(), "hcl-fixtures-"));
    this.base = join(this.root, "work");
    cpSync(new URL("../test-data/fixtures", import.meta.url), this.base, { recursive: true });
    mkdirSync(join(this.base, "empty"), { recursive: true });
  }

  /** A case with the places of this copy in place of those of the data. */
  place(json: string): string {
    const parent = JSON.stringify(dirname(this.base));
    return json.replaceAll("@BASEDIR@", this.base).replaceAll('"/tmp/oracle"', parent);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
