import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { manyBuilds } from "./hcl-templates.ts";

/**
 * How the cost of HCL2 grows: the exponent between 100 and 10,000 of each thing, 1 being linear. Prints one line per kind; ends with 1
 * where something grows faster than it should.
 */
const kiln = resolve(import.meta.dirname, "..", "kiln");
const folder = mkdtempSync(join(tmpdir(), "kiln-slope-"));

const frame = 'source "null" "x" {\n  communicator = "none"\n}\nbuild { sources = ["null.x"] }\n';
const kinds: Readonly<Record<string, (n: number) => string>> = {
  sources: (n) => {
    const names = Array.from({ length: n }, (_, i) => `s${i}`);
    const blocks = names.map((name) => `source "null" "${name}" {\n  communicator = "none"\n}\n`);
    return `${blocks.join("")}build { sources = [${names.map((name) => `"null.${name}"`).join(", ")}] }\n`;
  },
  locals: (n) => {
    const lines = Array.from({ length: n }, (_, i) => `  v${i} = "\${local.v${i + 1}}!"\n`);
    // A chain of texts would grow with its square by itself: every tenth begins anew.
    const cut = lines.map((line, i) => (i % 10 === 9 ? `  v${i} = "x"\n` : line));
    return `locals {\n${cut.join("")}  v${n} = "end"\n}\n${frame}`;
  },
  "builds with provisioners": (n) => manyBuilds(Math.ceil(n / 10)),
};

function seconds(template: string): number {
  const path = join(folder, "t.pkr.hcl");
  writeFileSync(path, template);
  const times = [0, 1, 2].map(() => {
    const started = performance.now();
    execFileSync(kiln, ["validate", path], { stdio: "ignore" });
    return (performance.now() - started) / 1000;
  });
  return Math.min(...times);
}

let steep = 0;
try {
  const start = seconds(frame);
  for (const [kind, make] of Object.entries(kinds)) {
    // Start-up is taken off; what is left of a hundred is close to what a clock can tell.
    const cost = (n: number): number => Math.max(seconds(make(n)) - start, 0.005);
    const [few, some, many] = [cost(100), cost(1_000), cost(10_000)];
    const whole = Math.log10(many / few) / 2;
    const last = Math.log10(many / some);
    if (Math.max(whole, last) > 1.2) steep++;
    const cells = [
      kind.padEnd(26),
      `100: ${few.toFixed(3)} s`,
      `1,000: ${some.toFixed(3)} s`,
      `10,000: ${many.toFixed(3)} s`,
      `exponent ${whole.toFixed(2)}, from 1,000 ${last.toFixed(2)}`,
    ];
    process.stdout.write(`${cells.join("  ")}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(steep === 0 ? 0 : 1);
