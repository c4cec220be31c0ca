import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../kiln.ts";

export const data = join(root, "test/data/golden-1.6.6");

/** One recorded run of Debian's packer 1.6.6. */
export interface Entry {
  readonly name: string;
  readonly code: number;
  readonly args: readonly string[];
  readonly output: string;
}
/** A run that is meant to differ, and the line of the reference that says so. */
export interface Difference {
  /** Our own exit code, where that differs. */
  readonly code?: number;
  /** Exactly how the outputs differ, as the suite puts it; `*`: nothing is compared but the exit code. */
  readonly differing: readonly string[];
  readonly reference: string;
}

/** Builders that are not built in. */
const elsewhere = /^(?:docker|qemu)/;

function rows(path: string): readonly (readonly string[])[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split("\t"));
}

/** Every recorded run of a command that this suite is about. */
export function entries(): readonly Entry[] {
  return rows(join(data, "INDEX.tsv"))
    .filter(([name = ""]) => !elsewhere.test(name))
    .map(([name = "", rc = "", command = ""]) => ({
      name,
      code: Number(rc.replace("rc=", "")),
      args: command.split(" ").slice(1),
      output: readFileSync(join(data, `${name}.out`), "utf8"),
    }));
}

export function differences(): ReadonlyMap<string, Difference> {
  return new Map(
    rows(join(import.meta.dirname, "differences.tsv")).map(([name = "", code = "", differing = "", reference = ""]) => [
      name,
      {
        ...(code !== "" && { code: Number(code) }),
        differing: differing === "" ? [] : differing.split(" | "),
        reference,
      },
    ]),
  );
}
