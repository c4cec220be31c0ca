import { Refusal } from "../../system/refusal.ts";
import { itemsOf, text } from "../values/convert.ts";
import { formatText } from "../values/format.ts";
import { compareText, splitText } from "../values/operators.ts";
import { Match, regexFrom, replacementFrom } from "../values/regex.ts";
import { isArray, type Value } from "../values/value.ts";

/** `[string]::Name(…)` */
export function stringMethod(wanted: string, args: readonly Value[]): Value | undefined {
  const [first = null, second = null, third = null] = args;
  switch (wanted) {
    case "isnullorempty":
      return text(first) === "";
    case "isnullorwhitespace":
      return text(first).trim() === "";
    case "join":
      return (isArray(second) && args.length === 2 ? second : args.slice(1))
        .map((item) => text(item))
        .join(text(first));
    case "format":
      return formatText(text(first), isArray(second) && args.length === 2 ? second : args.slice(1));
    case "concat":
      return (args.length === 1 ? itemsOf(first) : args).map((item) => text(item)).join("");
    case "compare":
      return Math.sign(compareText(text(first), text(second), third !== true));
    case "equals":
      return text(first) === text(second);
    default:
      return undefined;
  }
}

/** `[regex]::Name(…)` */
export function regexMethod(wanted: string, args: readonly Value[]): Value | undefined {
  const [first = null, second = null, third = null] = args;
  const options = args.length > 2 && wanted !== "replace" ? text(third) : args.length > 3 ? text(args[3] ?? null) : "";
  const flags = `${/ignorecase/i.test(options) ? "i" : ""}${/multiline/i.test(options) ? "m" : ""}${/singleline/i.test(options) ? "s" : ""}`;
  switch (wanted) {
    case "escape":
      return text(first).replace(/[\\*+?|{[()^$.# ]/g, "\\$&");
    case "ismatch":
      return regexFrom(text(second), flags).test(text(first));
    case "match":
      return new Match(regexFrom(text(second), flags).exec(text(first)) ?? undefined);
    case "matches":
      return [...text(first).matchAll(regexFrom(text(second), `${flags}g`))].map((found) => new Match(found));
    case "replace":
      if (typeof third === "object" && third !== null && !isArray(third))
        throw new Refusal("[regex]::Replace with a script block");
      return text(first).replace(regexFrom(text(second), `${flags}g`), replacementFrom(text(third)));
    case "split":
      return splitText(text(first), regexFrom(text(second), `${flags}g`));
    default:
      return undefined;
  }
}
