import fc from "fast-check";
import { expect, it } from "vitest";
import { elevatedScript } from "./elevated-script.ts";
import { encodedCommand, escapedForPowershell, powershellFile, powershellLiteral } from "./powershell-text.ts";

/** PowerShell's rules for the two kinds of string, written from its language specification. Throws where the string ends early. */
function readDoubleQuoted(text: string): string {
  let value = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? "";
    if (char === "`") value += text[++i] ?? "";
    else if (/["\u201c-\u201e]/.test(char)) throw new Error("ends early");
    else if (char === "$") throw new Error("expands");
    else value += char;
  }
  return value;
}
function readLiteral(text: string): string {
  const inside = text.slice(1, -1);
  return inside.replace(/['\u2018-\u201b](.?)/gu, (pair, second: string) => {
    if (!/['\u2018-\u201b]/.test(second)) throw new Error("ends early");
    return pair[0] ?? "";
  });
}
// Letters after a backtick can mean control characters: escapes must come before special characters only.
const hostile = fc.string({
  unit: fc.constantFrom("$", "`", '"', "'", "\u201c", "\u201e", "\u2019", "n", " ", "\n", "ü", "&", "<", "\\"),
});

it("escapes every value for double quotes", () => {
  fc.assert(fc.property(hostile, (text) => readDoubleQuoted(escapedForPowershell(text)) === text));
});
it("quotes every literal", () => {
  fc.assert(fc.property(hostile, (text) => readLiteral(powershellLiteral(text)) === text));
});
it("encodes commands as UTF-16 little endian", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      (text) => Buffer.from(encodedCommand(text), "base64").toString("utf16le") === text,
    ),
  );
});
it("marks files beyond ASCII only once", () => {
  expect([...powershellFile("é")]).toEqual([0xef, 0xbb, 0xbf, 0xc3, 0xa9]);
  expect([...powershellFile("\ufeffé")]).toEqual([0xef, 0xbb, 0xbf, 0xc3, 0xa9]);
  expect([...powershellFile("e")]).toEqual([0x65]);
});
it("keeps any command, user and password whole inside the task's definition", () => {
  const one = { taskName: "packer-1", remove: [] };
  fc.assert(
    fc.property(hostile, hostile, (command, user) => {
      const script = elevatedScript({ ...one, command, user, password: "p" });
      const start = script.indexOf("$definition = ") + "$definition = ".length;
      const xml = readLiteral(script.slice(start, script.indexOf("\r\n$code = ")));
      const read = (tag: string): string =>
        (new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1] ?? "")
          .replaceAll("&quot;", '"')
          .replaceAll("&gt;", ">")
          .replaceAll("&lt;", "<")
          .replaceAll("&amp;", "&");
      expect(read("Arguments")).toBe(`/c ${command} > %SYSTEMROOT%\\Temp\\packer-1.out 2>&1`);
      expect(read("UserId")).toBe(user);
    }),
  );
});
