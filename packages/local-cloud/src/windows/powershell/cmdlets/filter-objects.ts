import { memberOf } from "../run/members.ts";
import { listOf, text, truth } from "../values/convert.ts";
import { binary } from "../values/operators.ts";
import { regexFrom } from "../values/regex.ts";
import { ScriptBlock } from "../values/script-block.ts";
import { isArray, type Value } from "../values/value.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";

const comparisons = [
  "EQ",
  "NE",
  "GT",
  "GE",
  "LT",
  "LE",
  "Like",
  "NotLike",
  "Match",
  "NotMatch",
  "Contains",
  "NotContains",
  "In",
  "NotIn",
  "Is",
  "IsNot",
];

const whereObject: Cmdlet = {
  name: "Where-Object",
  parameters: [
    takes("FilterScript", 0),
    takes("Value", 1),
    takes("InputObject", undefined, "value"),
    ...comparisons.map((name) => flag(name)),
    takes("Property"),
  ],
  async process(call) {
    const item = call.value("InputObject");
    if (item === undefined) return;
    const test = call.value("FilterScript") ?? call.value("Property") ?? null;
    if (test instanceof ScriptBlock) {
      const found: Value[] = [];
      await call.engine.callHere(test, item, { ...call.frame, emit: (value) => void found.push(value) });
      if (truth(found.length === 1 ? (found[0] ?? null) : found)) await call.emit(item);
      return;
    }
    const held = memberOf(item, text(test));
    const operator = comparisons.find((name) => call.flag(name));
    const fits =
      operator === undefined
        ? held
        : binary(`-${operator.toLowerCase()}`, held, call.value("Value") ?? null, { setMatches: () => undefined });
    if (truth(fits)) await call.emit(item);
  },
};

const forEachObject: Cmdlet = {
  name: "ForEach-Object",
  parameters: [
    takes("Process", 0),
    takes("Begin"),
    takes("End"),
    takes("InputObject", undefined, "value"),
    takes("ArgumentList"),
    takes("MemberName"),
    takes("Rest"),
  ],
  async begin(call) {
    // Two or three blocks: before, for each, after.
    const blocks = [call.value("Process") ?? null, ...call.list("Rest")];
    call.kept.list = call.has("Begin") || blocks.length === 1 ? [call.value("Begin") ?? null, ...blocks] : blocks;
    const [first] = call.kept.list;
    if (first instanceof ScriptBlock) await call.engine.callHere(first, null, call.frame);
  },
  async process(call) {
    const item = call.value("InputObject");
    if (item === undefined) return;
    const block = call.kept.list[1] ?? call.value("MemberName") ?? null;
    for (const one of isArray(block) ? block : [block]) {
      if (one instanceof ScriptBlock) await call.engine.callHere(one, item, call.frame);
      else {
        const value = memberOf(item, text(one));
        for (const part of listOf(value) ?? [value]) await call.emit(part);
      }
    }
  },
  async end(call) {
    const last = call.value("End") ?? call.kept.list[2] ?? null;
    if (last instanceof ScriptBlock) await call.engine.callHere(last, null, call.frame);
  },
};

const selectString: Cmdlet = {
  name: "Select-String",
  parameters: [
    takes("Pattern", 0),
    takes("Path", 1, undefined, "LiteralPath"),
    takes("InputObject", undefined, "value"),
    flag("SimpleMatch"),
    flag("CaseSensitive"),
    flag("Quiet"),
    flag("List"),
    flag("NotMatch"),
    flag("AllMatches"),
  ],
  async begin(call) {
    for (const path of call.texts("Path")) {
      const found: Value[] = [];
      await call.engine.command("Get-Content", [{ name: "Path", value: path, source: "" }], {
        ...call.frame,
        emit: (value) => void found.push(value),
      });
      for (const [index, line] of found.entries()) await matched(call, text(line), index + 1, call.path(path));
    }
  },
  async process(call) {
    const item = call.value("InputObject");
    if (item === undefined) return;
    call.kept.number++;
    await matched(call, text(item), call.kept.number, "InputStream");
  },
  async end(call) {
    if (call.flag("Quiet") && !call.kept.flag) await call.emit(false);
  },
};

async function matched(call: Call, line: string, number: number, path: string): Promise<void> {
  const flags = call.flag("CaseSensitive") ? "" : "i";
  const expressions = call
    .texts("Pattern")
    .map((one) =>
      call.flag("SimpleMatch") ? new RegExp(one.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), flags) : regexFrom(one, flags),
    );
  const match = expressions.map((one) => one.exec(line)).find((one) => one !== null);
  if ((match === undefined) !== call.flag("NotMatch")) return;
  if (call.flag("Quiet")) {
    if (!call.kept.flag) await call.emit(true);
    call.kept.flag = true;
    return;
  }
  const { MatchInfo } = await import("./match-info.ts");
  await call.emit(new MatchInfo(line, number, path, match ?? undefined, call.texts("Pattern")[0] ?? ""));
}

/** Cmdlets that let part of a pipeline through, or run a block for each of its items. */
export const filterCmdlets: readonly Cmdlet[] = [whereObject, forEachObject, selectString];
