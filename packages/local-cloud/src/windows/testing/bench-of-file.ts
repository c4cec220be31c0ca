import { afterAll, beforeAll, expect } from "vitest";
import { type Said, WindowsBench } from "./bench.ts";

/** One system for all tests of a file. */
export function benchOfFile(): { readonly bench: WindowsBench } {
  let bench: WindowsBench | undefined;
  beforeAll(() => {
    bench = new WindowsBench();
  });
  afterAll(() => bench?.[Symbol.dispose]());
  return {
    get bench() {
      if (!bench) throw new Error("the tests of this file have not begun");
      return bench;
    },
  };
}

/** What was printed, its lines with a line feed each, where nothing was complained of. */
export async function linesOf(run: Promise<Said>): Promise<string> {
  const said = await run;
  expect(said.errors).toBe("");
  return said.out.replaceAll("\r\n", "\n").replace(/\n$/, "");
}
