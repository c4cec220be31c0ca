import { Refusal } from "../../system/refusal.ts";
import { wildcard } from "../../system/windows-path.ts";
import { EnoughInput } from "../run/engine.ts";
import { memberOf } from "../run/members.ts";
import { Hashtable, PsObject } from "../values/collections.ts";
import { listOf, number, text, truth } from "../values/convert.ts";
import { Double } from "../values/double.ts";
import { compare, equals } from "../values/operators.ts";
import { ScriptBlock } from "../values/script-block.ts";
import { NetObject, type Value } from "../values/value.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";

/** What a property name or a block says about an item. */
async function projected(call: Call, by: Value, item: Value): Promise<Value> {
  if (by instanceof ScriptBlock) {
    const found: Value[] = [];
    await call.engine.callHere(by, item, { ...call.frame, emit: (value) => void found.push(value) });
    return found.length > 1 ? found : (found[0] ?? null);
  }
  if (by instanceof Hashtable) return projected(call, by.at("Expression") ?? by.at("e") ?? null, item);
  return memberOf(item, text(by));
}

function nameOf(by: Value): string {
  if (by instanceof Hashtable)
    return text(by.at("Name") ?? by.at("n") ?? by.at("Label") ?? by.at("l") ?? by.at("Expression") ?? null);
  return text(by);
}

const selectObject: Cmdlet = {
  name: "Select-Object",
  parameters: [
    takes("Property", 0),
    takes("ExpandProperty"),
    takes("ExcludeProperty"),
    takes("First"),
    takes("Last"),
    takes("Skip"),
    takes("SkipLast"),
    takes("Index"),
    flag("Unique"),
    flag("Wait"),
    takes("InputObject", undefined, "value"),
  ],
  async process(call) {
    const item = call.value("InputObject");
    if (item === undefined) return;
    const waits = call.has("Last") || call.has("SkipLast") || call.has("Index") || call.flag("Unique");
    if (waits) {
      call.kept.list.push(item);
      return;
    }
    const skip = call.count("Skip") ?? 0;
    const first = call.count("First");
    const at = call.kept.number++;
    if (at < skip) return;
    if (first !== undefined && at - skip >= first) throw new EnoughInput(call.stage ?? call);
    await selected(call, item);
  },
  async end(call) {
    let items = [...call.kept.list];
    if (items.length === 0) return;
    const skip = call.count("Skip") ?? 0;
    const [first, last, skipLast] = [call.count("First"), call.count("Last"), call.count("SkipLast") ?? 0];
    const indexes = call.list("Index").map((index) => Number(text(index)));
    if (indexes.length > 0) items = indexes.flatMap((index) => items.slice(index, index + 1));
    if (last !== undefined && first === undefined) items = items.slice(0, items.length - skip);
    else items = items.slice(skip);
    if (skipLast > 0) items = items.slice(0, -skipLast);
    if (first !== undefined || last !== undefined) {
      const head = first === undefined ? [] : items.slice(0, first);
      const tail = last === undefined || last === 0 ? [] : items.slice(Math.max(head.length, items.length - last));
      items = [...head, ...tail];
    }
    const seen: Value[] = [];
    for (const item of items) {
      if (call.flag("Unique")) {
        if (seen.some((one) => same(one, item))) continue;
        seen.push(item);
      }
      await selected(call, item);
    }
  },
};

function same(left: Value, right: Value): boolean {
  if (left instanceof PsObject && right instanceof PsObject)
    return left.properties().every((name) => equals(left.get(name) ?? null, right.get(name) ?? null, true));
  return equals(left, right, true);
}

async function selected(call: Call, item: Value): Promise<void> {
  const expand = call.text("ExpandProperty");
  if (expand !== undefined) {
    const value = memberOf(item, expand);
    for (const one of listOf(value) ?? [value]) await call.emit(one);
    return;
  }
  if (!call.has("Property")) return call.emit(item);
  const made = new PsObject();
  const excluded = call.texts("ExcludeProperty").map((name) => wildcard(name));
  for (const by of call.list("Property")) {
    const pattern = typeof by === "string" && /[*?]/.test(by) ? wildcard(by) : undefined;
    if (pattern && item instanceof NetObject) {
      for (const name of item.properties())
        if (pattern.test(name) && !excluded.some((one) => one.test(name))) made.put(name, item.get(name) ?? null);
    } else made.put(nameOf(by), await projected(call, by, item));
  }
  await call.emit(made);
}

const sortObject: Cmdlet = {
  name: "Sort-Object",
  parameters: [
    takes("Property", 0),
    flag("Descending"),
    flag("Unique"),
    flag("CaseSensitive"),
    takes("InputObject", undefined, "value"),
  ],
  process(call) {
    const item = call.value("InputObject");
    // A list that comes as one thing stays one.
    if (item !== undefined) call.kept.list.push(item);
  },
  async end(call) {
    const by = call.list("Property");
    const isSensitive = call.flag("CaseSensitive");
    const keyed: { item: Value; keys: Value[] }[] = [];
    for (const item of call.kept.list) {
      const keys: Value[] = [];
      for (const one of by) keys.push(await projected(call, one, item));
      keyed.push({ item, keys: by.length === 0 ? [item] : keys });
    }
    const order = (index: number): number => {
      const way = by[index];
      const own = way instanceof Hashtable && truth(way.at("Descending") ?? false);
      return own !== call.flag("Descending") ? -1 : 1;
    };
    const sorted = keyed.toSorted((a, b) => {
      for (const [index, key] of a.keys.entries()) {
        const difference = compareAny(key, b.keys[index] ?? null, isSensitive) * order(index);
        if (difference !== 0) return difference;
      }
      return 0;
    });
    let before: Value[] | undefined;
    for (const { item, keys } of sorted) {
      if (
        call.flag("Unique") &&
        before &&
        keys.every((key, index) => compareAny(key, before?.[index] ?? null, isSensitive) === 0)
      )
        continue;
      before = keys;
      await call.emit(item);
    }
  },
};

/** Values of different kinds are ordered by their text. */
function compareAny(left: Value, right: Value, isSensitive: boolean): number {
  const isNumber = (value: Value): boolean =>
    typeof value === "number" || typeof value === "bigint" || value instanceof Double;
  if (isNumber(left) !== isNumber(right) && left !== null && right !== null)
    return compare(text(left), text(right), isSensitive);
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  return compare(left, right, isSensitive);
}

const measureObject: Cmdlet = {
  name: "Measure-Object",
  parameters: [
    takes("Property", 0),
    flag("Sum"),
    flag("Average"),
    flag("Minimum"),
    flag("Maximum"),
    flag("Line"),
    flag("Word"),
    flag("Character"),
    takes("InputObject", undefined, "value"),
  ],
  process(call) {
    const item = call.value("InputObject");
    // A list that comes as one thing stays one.
    if (item !== undefined) call.kept.list.push(item);
  },
  async end(call) {
    const property = call.text("Property");
    const items = call.kept.list;
    if (call.flag("Line") || call.flag("Word") || call.flag("Character")) {
      const whole = items.map((item) => text(item));
      const sum = (count: (one: string) => number): number => whole.reduce((total, one) => total + count(one), 0);
      await call.emit(
        new PsObject(
          [
            ["Lines", call.flag("Line") ? sum((one) => one.split("\n").length) : null],
            ["Words", call.flag("Word") ? sum((one) => one.split(/\s+/).filter(Boolean).length) : null],
            ["Characters", call.flag("Character") ? sum((one) => one.length) : null],
            ["Property", null],
          ],
          "Microsoft.PowerShell.Commands.TextMeasureInfo",
        ),
      );
      return;
    }
    const values =
      property === undefined ? items : items.map((item) => memberOf(item, property)).filter((value) => value !== null);
    const numbers = values
      .map((value) => number(value))
      .map((value) => (value === undefined ? Number.NaN : value instanceof Double ? value.value : Number(value)));
    const total = numbers.reduce((sum, value) => sum + value, 0);
    const has = numbers.length > 0;
    await call.emit(
      new PsObject(
        [
          ["Count", values.length],
          ["Average", call.flag("Average") && has ? new Double(total / numbers.length) : null],
          ["Sum", call.flag("Sum") ? (has ? new Double(total) : null) : null],
          ["Maximum", call.flag("Maximum") && has ? new Double(Math.max(...numbers)) : null],
          ["Minimum", call.flag("Minimum") && has ? new Double(Math.min(...numbers)) : null],
          ["Property", property ?? null],
        ],
        "Microsoft.PowerShell.Commands.GenericMeasureInfo",
      ),
    );
  },
};

const groupObject: Cmdlet = {
  name: "Group-Object",
  parameters: [
    takes("Property", 0),
    flag("NoElement"),
    flag("AsHashTable"),
    flag("AsString"),
    flag("CaseSensitive"),
    takes("InputObject", undefined, "value"),
  ],
  process(call) {
    const item = call.value("InputObject");
    // A list that comes as one thing stays one.
    if (item !== undefined) call.kept.list.push(item);
  },
  async end(call) {
    const groups = new Map<string, { name: string; key: Value; items: Value[] }>();
    for (const item of call.kept.list) {
      const key = call.has("Property") ? await projected(call, call.list("Property")[0] ?? null, item) : item;
      const id = call.flag("CaseSensitive") ? text(key) : text(key).toLowerCase();
      const group = groups.get(id) ?? { name: text(key), key, items: [] };
      group.items.push(item);
      groups.set(id, group);
    }
    if (call.flag("AsHashTable")) {
      const table = new Hashtable();
      for (const { name, key, items } of groups.values()) table.put(call.flag("AsString") ? name : key, items);
      await call.emit(table);
      return;
    }
    for (const { name, items } of groups.values()) {
      const entries: [string, Value][] = [
        ["Count", items.length],
        ["Name", name],
      ];
      if (!call.flag("NoElement")) entries.push(["Group", items]);
      await call.emit(new PsObject(entries, "Microsoft.PowerShell.Commands.GroupInfo"));
    }
  },
};

/** Cmdlets that choose from, order, count and compare what goes through a pipeline. */
export const objectCmdlets: readonly Cmdlet[] = [
  selectObject,
  sortObject,
  measureObject,
  groupObject,
  {
    name: "Get-Unique",
    parameters: [takes("InputObject", undefined, "value"), flag("AsString")],
    async process(call) {
      const item = call.value("InputObject");
      if (item === undefined) return;
      if (call.kept.flag && equals(call.kept.list[0] ?? null, item, true)) return;
      call.kept.list = [item];
      call.kept.flag = true;
      await call.emit(item);
    },
  },
  {
    name: "Compare-Object",
    parameters: [
      takes("ReferenceObject", 0),
      takes("DifferenceObject", 1),
      flag("IncludeEqual"),
      flag("ExcludeDifferent"),
    ],
    async process(call) {
      const [left, right] = [[...call.list("ReferenceObject")], [...call.list("DifferenceObject")]];
      const both: Value[] = [];
      for (const item of [...left]) {
        const at = right.findIndex((other) => equals(item, other));
        if (at < 0) continue;
        both.push(item);
        right.splice(at, 1);
        left.splice(left.indexOf(item), 1);
      }
      const say = (item: Value, side: string): Promise<void> =>
        call.emit(
          new PsObject([
            ["InputObject", item],
            ["SideIndicator", side],
          ]),
        );
      if (call.flag("IncludeEqual")) for (const item of both) await say(item, "==");
      if (call.flag("ExcludeDifferent")) return;
      for (const item of right) await say(item, "=>");
      for (const item of left) await say(item, "<=");
    },
  },
  {
    name: "Add-Member",
    parameters: [
      takes("MemberType", 0),
      takes("Name", 1),
      takes("Value", 2),
      takes("InputObject", undefined, "value"),
      takes("NotePropertyName"),
      takes("NotePropertyValue"),
      flag("PassThru"),
      flag("Force"),
    ],
    async process(call) {
      const item = call.value("InputObject") ?? null;
      const kind = call.text("MemberType") ?? "NoteProperty";
      if (!/^noteproperty$/i.test(kind)) throw new Refusal(`Add-Member -MemberType ${kind}`);
      if (!(item instanceof PsObject)) throw new Refusal("Add-Member to objects that are no custom objects");
      item.put(
        call.text("NotePropertyName") ?? call.required("Name"),
        call.value("NotePropertyValue") ?? call.value("Value") ?? null,
      );
      if (call.flag("PassThru")) await call.emit(item);
    },
  },
  {
    name: "Get-Member",
    parameters: [takes("Name", 0), takes("InputObject", undefined, "value"), takes("MemberType")],
    process() {
      throw new Refusal("Get-Member (its objects' members are not those of .NET)");
    },
  },
];
