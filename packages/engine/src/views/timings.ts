import type { EngineEvent } from "@kiln/sdk";

interface Row {
  readonly build: string;
  readonly name: string;
  readonly ms: number;
  readonly outcome: string;
}

/** The table of `-timings`: what each step of each build cost, in seconds. */
export function timingTable(): { observe(event: EngineEvent): void; text(): string } {
  const rows: Row[] = [];
  return {
    observe: (event) => {
      if (event.type === "step-ended") rows.push(event);
      if (event.type === "build-ended")
        rows.push({ build: event.build, name: "(whole build)", ms: event.ms, outcome: event.outcome });
    },
    text: () => {
      const cells = [["BUILD", "STEP", "SECONDS", ""], ...rows.map(cellsOf)];
      const widths = [0, 1, 2].map((i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
      const line = (row: readonly string[]): string =>
        `${row[0]?.padEnd(widths[0] ?? 0)}  ${row[1]?.padEnd(widths[1] ?? 0)}  ${row[2]?.padStart(widths[2] ?? 0)}  ${row[3]}`.trimEnd();
      return `\n${cells.map(line).join("\n")}\n`;
    },
  };
}

function cellsOf({ build, name, ms, outcome }: Row): readonly string[] {
  return [build, name, (ms / 1000).toFixed(3), outcome === "succeeded" ? "" : outcome];
}
