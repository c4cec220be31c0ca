import fc from "fast-check";
import { expect, it } from "vitest";
import { unixLines } from "./unix-lines.ts";

async function converted(...chunks: readonly string[]): Promise<string> {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk, "latin1");
  })();
  const out: Uint8Array[] = [];
  for await (const chunk of unixLines(source)) out.push(chunk);
  return Buffer.concat(out).toString("latin1");
}

it.each([
  ["", ""],
  ["a", "a\n"],
  ["a\n", "a\n"],
  ["a\r\nb\r\n", "a\nb\n"],
  ["a\r", "a\n"],
  ["\r", "\n"],
  ["a\r\r\nb", "a\r\nb\n"],
  ["a\rb", "a\rb\n"],
])("turns %j into %j", async (text, expected) => {
  expect(await converted(text)).toBe(expected);
});

it("gives the same however the bytes arrive", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.stringMatching(/^[\r\na]{0,4}$/), { maxLength: 8 }), async (chunks) => {
      expect(await converted(...chunks)).toBe(await converted(chunks.join("")));
    }),
  );
});
