import { Refusal } from "../../system/refusal.ts";
import { PsObject } from "../values/collections.ts";
import { convert, count } from "../values/convert.ts";
import { DateTime, TimeSpan } from "../values/date-time.ts";
import { Double } from "../values/double.ts";
import { ScriptBlock } from "../values/script-block.ts";
import { type Call, type Cmdlet, takes } from "./cmdlet.ts";

async function getDate(call: Call): Promise<void> {
  const given = call.value("Date");
  let date = given === undefined ? new DateTime(call.process.system.now(), "Local") : convert(given, "datetime");
  if (!(date instanceof DateTime)) return;
  const parts = ["Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond"] as const;
  if (parts.some((name) => call.has(name))) {
    const current = date;
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0] = parts.map(
      (name) => call.count(name) ?? count(current.get(name) ?? 0),
    );
    date = new DateTime(Date.UTC(year, month - 1, day, hour, minute, second, ms));
  }
  if (!(date instanceof DateTime)) return;
  const format = call.text("Format");
  const unix = call.text("UFormat");
  if (unix !== undefined) return call.emit(unixFormat(date, unix));
  await call.emit(format === undefined ? date : date.format(format));
}

function unixFormat(date: DateTime, format: string): string {
  const map: Readonly<Record<string, string>> = {
    Y: "yyyy",
    m: "MM",
    d: "dd",
    H: "HH",
    M: "mm",
    S: "ss",
    y: "yy",
    j: "",
    B: "MMMM",
    b: "MMM",
    A: "dddd",
    a: "ddd",
    p: "tt",
    I: "hh",
  };
  return format.replace(/^\+/, "").replace(/%(.)/g, (_whole, letter: string) => {
    if (letter === "s") return String(Math.floor(date.ms / 1000));
    if (letter === "%") return "%";
    const found = map[letter];
    if (!found) throw new Refusal(`Get-Date -UFormat %${letter}`);
    return date.format(found.length === 1 ? `%${found}` : found);
  });
}

/** Cmdlets about time, and those that answer differently each time. */
export const timeCmdlets: readonly Cmdlet[] = [
  {
    name: "Start-Sleep",
    parameters: [takes("Seconds", 0, "both"), takes("Milliseconds", undefined, undefined, "m", "ms")],
    async process(call) {
      const seconds = call.value("Seconds");
      const held = seconds === undefined ? undefined : convert(seconds, "double");
      const ms = held instanceof Double ? held.value * 1000 : (call.count("Milliseconds") ?? 0);
      await sleep(ms, call.process.signal);
    },
  },
  {
    name: "Get-Date",
    parameters: [
      takes("Date", 0, "both"),
      takes("Format"),
      takes("UFormat"),
      ...["Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond"].map((name) => takes(name)),
    ],
    process: getDate,
  },
  {
    name: "New-TimeSpan",
    parameters: [takes("Start", 0), takes("End", 1), takes("Days"), takes("Hours"), takes("Minutes"), takes("Seconds")],
    async process(call) {
      const at = (name: string): number => {
        const value = call.value(name);
        const date = value === undefined ? undefined : convert(value, "datetime");
        return date instanceof DateTime ? date.ms : call.process.system.now();
      };
      if (call.has("Start") || call.has("End")) return call.emit(new TimeSpan(at("End") - at("Start")));
      const [days, hours, minutes, seconds] = ["Days", "Hours", "Minutes", "Seconds"].map(
        (name) => call.count(name) ?? 0,
      );
      await call.emit(
        new TimeSpan(((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000),
      );
    },
  },
  {
    name: "Measure-Command",
    parameters: [takes("Expression", 0)],
    async process(call) {
      const block = call.value("Expression");
      const start = call.process.system.now();
      if (block instanceof ScriptBlock)
        await call.engine.callHere(block, null, { ...call.frame, emit: () => undefined });
      await call.emit(new TimeSpan(call.process.system.now() - start));
    },
  },
  {
    name: "Get-Random",
    parameters: [
      takes("Maximum", 0),
      takes("Minimum"),
      takes("InputObject", undefined, "value"),
      takes("Count"),
      takes("SetSeed"),
    ],
    process(call) {
      if (call.has("InputObject")) call.kept.list.push(...call.list("InputObject"));
    },
    async end(call) {
      if (call.has("SetSeed")) throw new Refusal("Get-Random -SetSeed");
      const items = call.kept.list;
      if (items.length > 0) {
        const shuffled = items.map((item) => ({ item, at: Math.random() })).toSorted((a, b) => a.at - b.at);
        for (const { item } of shuffled.slice(0, call.count("Count") ?? 1)) await call.emit(item);
        return;
      }
      const [low, high] = [call.count("Minimum") ?? 0, call.count("Maximum") ?? 2147483647];
      await call.emit(low + Math.floor(Math.random() * (high - low)));
    },
  },
  {
    name: "New-Guid",
    parameters: [],
    process: async (call) => call.emit(new PsObject([["Guid", crypto.randomUUID()]], "System.Guid")),
  },
];

/** Sleeps until the time is over or the program is ended. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const ended = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", ended);
      resolve();
    }, ms);
    signal.addEventListener("abort", ended, { once: true });
  });
}
