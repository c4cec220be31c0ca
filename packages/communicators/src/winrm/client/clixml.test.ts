import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { ClixmlDecoder } from "./clixml.ts";

const error =
  '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj S="progress" RefId="0"><TN RefId="0">' +
  '<T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS><I64 N="SourceId">1</I64><PR N="Record"><AV>Preparing ' +
  "modules for first use.</AV><AI>0</AI><Nil /><PI>-1</PI><PC>-1</PC><T>Completed</T><SR>-1</SR><SD> </SD></PR></MS></Obj>" +
  '<S S="Error">nope : The term \'nope\' is &lt;not&gt; recognised_x000D__x000A_</S><S S="Error">At line:1 char:1 &amp; ü _x005F_x_x000D__x000A_</S>' +
  '<S S="warning">careful</S></Objs>';
const shown = "nope : The term 'nope' is <not> recognised\r\nAt line:1 char:1 & ü _x\r\nWARNING: careful\r\n";

function decode(...pieces: readonly Uint8Array[]): string {
  const decoder = new ClixmlDecoder();
  return pieces.map((piece) => decoder.write(piece)).join("") + decoder.end();
}

describe("PowerShell's serialised standard error", () => {
  it("becomes the text that stands on a console, without progress", () => {
    expect(decode(Buffer.from(error))).toBe(shown);
  });
  it("does so however it is cut", () => {
    const bytes = Buffer.from(`before ${error}\r\nafter #`);
    for (let at = 0; at <= bytes.length; at++) {
      expect(decode(bytes.subarray(0, at), bytes.subarray(at))).toBe(`before ${shown}after #`);
    }
    expect(decode(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toBe(`before ${shown}after #`);
  });
  it("is told before the end of the document", () => {
    const decoder = new ClixmlDecoder();
    expect(decoder.write(Buffer.from(error.slice(0, error.indexOf('<S S="warning')))).length).toBeGreaterThan(20);
  });
  it("comes several times", () => {
    expect(decode(Buffer.from(`${error}\r\n${error}`))).toBe(shown + shown);
  });
  it("leaves other text alone, also what only looks alike", () => {
    for (const text of ["plain\r\n", "#< CLI", "#", "#< CLIXMLand then nothing like it <<<>"]) {
      const expected = text.startsWith("#< CLIXML") ? text.slice(9) : text;
      expect(decode(Buffer.from(text))).toBe(expected);
    }
  });
});
