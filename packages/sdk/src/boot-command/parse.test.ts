import { describe, expect, it } from "vitest";
import { type BootStep, parseBootCommand } from "./parse.ts";

/** One word per step: `w1000`, `enter`, `leftctrl+`, `a`, `a-`. */
function shown(step: BootStep): string {
  if (step.kind === "wait") return `w${step.ms}`;
  const mark = { press: "", on: "+", off: "-" }[step.action];
  return `${step.kind === "special" ? step.key : step.char}${mark}`;
}
const read = (text: string): string => parseBootCommand(text).steps.map(shown).join(" ");

describe("boot commands", () => {
  it.each([
    ["", ""],
    ["ab C", "a b   C"],
    ["<wait>", "w1000"],
    ["<wait5>", "w5000"],
    ["<WAIT10>", "w10000"],
    ["<wait1m30s>", "w90000"],
    ["<wait500ms>", "w500"],
    ["<wait1.5s>", "w1500"],
    ["<enter><Return><F1><f10><f12>", "enter return f1 f10 f12"],
    ["<leftCtrlOn>c<leftCtrlOff>", "leftctrl+ c leftctrl-"],
    ["<leftAltOn><f2><leftAltOff>", "leftalt+ f2 leftalt-"],
    ["<aOn><aOff>", "a+ a-"],
    ["<<On><<Off>", "<+ <-"],
    ["<>On>", ">+"],
    ["<éOn>", "é+"],
    ["<pageUp><pagedown><spacebar>", "pageup pagedown spacebar"],
    ["<leftSuperOn>r<leftSuperOff>", "leftsuper+ r leftsuper-"],
    ["<leftCommandOn><rightOptionOff>", "leftcommand+ rightoption-"],
  ])("%j", (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it("types what is no expression as it stands", () => {
    for (const text of ["<", "<<", "a<b>c", "<wait5", "<waitx>", "<wait-5s>", "<f13>", "<enter", "</key>", "<On>"]) {
      expect(read(text), text).toBe([...text].join(" "));
    }
  });

  it("tells words that name no key, and what may be meant", () => {
    expect(parseBootCommand("<entr>x<wiat><f13>").doubtful).toEqual([
      { text: "<entr>", meant: "<enter>" },
      { text: "<wiat>", meant: "<wait>" },
      { text: "<f13>", meant: "<f1>" },
    ]);
    expect(parseBootCommand("a < b > c <https://x>").doubtful).toEqual([]);
  });

  it("keeps characters outside the basic plane whole", () => {
    expect(parseBootCommand("𝄞").steps).toEqual([{ kind: "char", char: "𝄞", action: "press" }]);
  });
});
