import { expect, it } from "vitest";
import { Frames } from "./frames.ts";

it("takes the two streams apart, wherever the pieces are cut", () => {
  const frame = (stream: number, text: string): Buffer => {
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(text.length, 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const whole = Buffer.concat([frame(1, "out"), frame(2, ""), frame(2, "error"), frame(1, "more")]);
  for (let size = 1; size <= whole.length; size++) {
    const said = { stdout: "", stderr: "" };
    const frames = new Frames(({ stream, bytes }) => {
      said[stream] += Buffer.from(bytes).toString();
    });
    for (let at = 0; at < whole.length; at += size) frames.push(whole.subarray(at, at + size));
    expect(said).toEqual({ stdout: "outmore", stderr: "error" });
  }
});
