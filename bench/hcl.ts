import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench, Benchmark } from "./benchmarks.ts";
import { manyBuilds, ofSize } from "./hcl-templates.ts";

/** HCL2 against the peer. Source of the limits: issue 3. */
export function hclBenchmarks(bench: Bench): readonly Benchmark[] {
  const write = (name: string, text: string): string => {
    const path = join(bench.work, name);
    writeFileSync(path, text);
    return path;
  };
  const builds = write("builds.pkr.hcl", manyBuilds(30));
  const large = write("large.pkr.hcl", ofSize(5_000_000));
  return [
    {
      name: "validate 30 HCL2 builds of 4 provisioners",
      wall: 0.04,
      memory: 0.1,
      rounds: 3,
      command: (binary) => ({ argv: [binary, "validate", builds] }),
    },
    {
      name: "fmt of the same",
      wall: 0.7,
      rounds: 7,
      command: (binary) => ({ argv: [binary, "fmt", "-check", builds] }),
    },
    {
      name: "validate -syntax-only of 5 MB of HCL2",
      wall: 2,
      rounds: 3,
      command: (binary) => ({ argv: [binary, "validate", "-syntax-only", large] }),
    },
  ];
}
