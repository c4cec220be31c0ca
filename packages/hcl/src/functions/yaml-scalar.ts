import { goQuote } from "@kiln/sdk";
import { Fault } from "../values/arithmetic.ts";
import { BigFloat } from "../values/big-float.ts";
import { parseNumber } from "../values/big-float-parse.ts";
import { boolValue, NULL, numberValue, stringValue, type Value } from "../values/value.ts";
import { civilTime, daysInMonth, rfc3339, unixTime } from "./civil-time.ts";

const TAG = "tag:yaml.org,2002:";
const TRUE = /^(y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE)$/;
const FALSE = /^(n|N|no|No|NO|off|Off|OFF|false|False|FALSE)$/;
const NULLS = /^(~|null|Null|NULL|)$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INFINITY = /^([-+]?)\.(inf|Inf|INF)$/;
const DATE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d*))?(?:\s*(Z|[-+]\d{2}:\d{2}))?)?$/;

function cannot(text: string, kind: string): Fault {
  return new Fault(`cannot parse ${goQuote(text)} as ${TAG}${kind}`);
}

/** What a scalar means under YAML 1.1 as go-cty-yaml reads it: with a tag, or by its looks if it is plain. */
export function resolveScalar(text: string, plain: boolean, tag: string | undefined): Value | Fault {
  const kind = tag?.startsWith(TAG) === true ? tag.slice(TAG.length) : tag?.replace(/^!!/, "");
  switch (kind) {
    case undefined:
    case "":
      return plain ? byLooks(text) : stringValue(text);
    case "str":
    case "binary":
    case "!":
      return stringValue(text);
    case "null":
      return NULL;
    case "bool":
      return TRUE.test(text) ? boolValue(true) : FALSE.test(text) ? boolValue(false) : cannot(text, kind);
    case "int":
    case "float": {
      const n = byLooks(text);
      return n instanceof Fault || n.type.kind !== "number" ? cannot(text, kind) : n;
    }
    case "timestamp": {
      const moment = timestamp(text);
      return moment === undefined ? cannot(text, kind) : stringValue(moment);
    }
    default:
      return new Fault(`unsupported tag ${goQuote(tag ?? "")}`);
  }
}

function byLooks(text: string): Value | Fault {
  if (NULLS.test(text)) return NULL;
  if (TRUE.test(text)) return boolValue(true);
  if (FALSE.test(text)) return boolValue(false);
  const infinity = INFINITY.exec(text);
  if (infinity) return numberValue(BigFloat.infinity(infinity[1] === "-"));
  if (/^\.(nan|NaN|NAN)$/.test(text)) return new Fault("floating point NaN is not supported");
  const moment = timestamp(text);
  if (moment !== undefined) return stringValue(moment);
  const binary = /^([-+]?)0b(.*)$/.exec(text);
  if (binary) {
    const digits = binary[2] ?? "";
    if (!/^[01]+$/.test(digits)) return cannot(text, "int");
    const n = BigInt(`0b${digits}`);
    return numberValue(BigFloat.whole(binary[1] === "-" ? -n : n));
  }
  const bare = /^[-+]?[0-9]/.test(text) ? text.replaceAll("_", "") : text;
  if (FLOAT.test(bare)) {
    const n = parseNumber(bare);
    if (n) return numberValue(n);
  }
  return stringValue(text);
}

/** A date, with or without a time, as RFC 3339. */
function timestamp(text: string): string | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((s) => Number(s ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const zone = match[8] ?? "Z";
  const sign = zone.startsWith("-") ? -1 : 1;
  const offset = zone === "Z" ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  return rfc3339(civilTime(unixTime({ year, month, day, hour, minute, second, offset }), 0, offset));
}
