import fc from "fast-check";
import { expect, it } from "vitest";
import { MarkerStream } from "./marker-stream.ts";

const token = "kiln-00ff";

function read(chunks: readonly string[]): { readonly text: string; readonly messages: readonly string[] } {
  let text = "";
  const messages: string[] = [];
  const stream = new MarkerStream(
    token,
    (bytes) => {
      text += Buffer.from(bytes).toString("latin1");
    },
    (message) => messages.push(`${text.length} ${message}`),
  );
  for (const chunk of chunks) stream.push(Buffer.from(chunk, "latin1"));
  stream.end();
  return { text, messages };
}

it("takes messages out and leaves everything else", () => {
  expect(read([`motd\n${token}:ready;out\nno newline${token}:exit=3;${token}:clean;`])).toEqual({
    text: "motd\nout\nno newline",
    messages: ["5 ready", "19 exit=3", "19 clean"],
  });
  expect(read(["kiln-00f", "e kiln-"])).toEqual({ text: "kiln-00fe kiln-", messages: [] });
});

it("does not mind how the bytes arrive", () => {
  const piece = fc.constantFrom("a", "\n", "kiln-", "kiln-00ff", ":", ";", `${token}:ready;`, "k");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (chunks) => {
      expect(read(chunks)).toEqual(read([chunks.join("")]));
    }),
  );
});

it("shows text at once", () => {
  const shown: string[] = [];
  const stream = new MarkerStream(
    token,
    (bytes) => shown.push(Buffer.from(bytes).toString()),
    () => {},
  );
  stream.push(Buffer.from("Password: "));
  expect(shown).toEqual(["Password: "]);
});
