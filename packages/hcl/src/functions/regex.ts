import { Fault, type Outcome } from "../values/arithmetic.ts";
import { DYNAMIC, listOf, objectOf, STRING, type Type, tupleOf } from "../values/type.ts";
import { inKeyOrder, nullValue, stringValue, Value } from "../values/value.ts";
import { type Functions, text } from "./arguments.ts";
import { ArgumentFault } from "./function.ts";
import { compilePattern, type Match, type Pattern } from "./re2.ts";

function patternOf(source: Value | undefined): Pattern | Fault {
  const made = compilePattern(source?.text ?? "");
  if (made instanceof Fault) return new ArgumentFault(0, `invalid regexp pattern: ${made.reason} in ${made.piece}`);
  const named = made.groups.filter((n) => n !== "").length;
  if (named > 0 && named < made.groups.length) {
    return new ArgumentFault(0, "invalid regexp pattern: cannot mix both named and unnamed capture groups");
  }
  return made;
}

/** Type of one match: the text, a tuple of the groups, or an object of the named ones. */
function matchType({ groups }: Pattern): Type {
  if (groups.length === 0) return STRING;
  if (groups[0] === "") return tupleOf(groups.map(() => STRING));
  return objectOf(inKeyOrder([...new Set(groups)].map((name) => [name, STRING] as const)));
}

function matchValue({ texts: [whole, ...texts] }: Match, pattern: Pattern): Value {
  const type = matchType(pattern);
  const values = texts.map((s) => (s === undefined ? nullValue(STRING) : stringValue(s)));
  if (type.kind === "string") return stringValue(whole ?? "");
  if (type.kind === "tuple") return new Value(type, values);
  return new Value(type, inKeyOrder(pattern.groups.map((name, i) => [name, values[i] as Value] as const)));
}

/** Go's replacement notation: `$1`, `${name}`, `$$`; a name is as long as it can be. */
function expand(template: string, { texts }: Match, pattern: Pattern): string {
  return template.replace(/\$(?:(\$)|\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g, (_, dollar, braced, plain) => {
    if (dollar !== undefined) return "$";
    const name = String(braced ?? plain);
    if (/^\d+$/.test(name)) return texts[Number(name)] ?? "";
    // Where several groups have the name, it stands for the first that took part.
    return (
      pattern.groups.map((group, i) => (group === name ? texts[i + 1] : undefined)).find((s) => s !== undefined) ?? ""
    );
  });
}

function replace([source, pattern, replacement]: readonly Value[]): Outcome {
  const made = compilePattern(pattern?.text ?? "");
  if (made instanceof Fault) return made;
  const whole = source?.text ?? "";
  let out = "";
  let at = 0;
  for (const match of made.matches(whole)) {
    out += whole.slice(at, match.start) + expand(replacement?.text ?? "", match, made);
    at = match.end;
  }
  return stringValue(out + whole.slice(at));
}

export const regexFunctions: Functions = {
  regex: {
    parameters: [text("pattern"), text("string")],
    returns: ([source]) => {
      if (!source?.isKnown) return DYNAMIC;
      const pattern = patternOf(source);
      return pattern instanceof Fault ? pattern : matchType(pattern);
    },
    notNull: true,
    call: ([source, string]) => {
      const pattern = patternOf(source);
      if (pattern instanceof Fault) return pattern;
      const [match] = pattern.matches(string?.text ?? "");
      return match ? matchValue(match, pattern) : new Fault("pattern did not match any part of the given string");
    },
  },
  regexall: {
    parameters: [text("pattern"), text("string")],
    returns: ([source]) => {
      if (!source?.isKnown) return listOf(DYNAMIC);
      const pattern = patternOf(source);
      return pattern instanceof Fault ? pattern : listOf(matchType(pattern));
    },
    notNull: true,
    call: ([source, string], type) => {
      const pattern = patternOf(source);
      if (pattern instanceof Fault) return pattern;
      return new Value(
        type,
        Array.from(pattern.matches(string?.text ?? ""), (m) => matchValue(m, pattern)),
      );
    },
  },
  regex_replace: {
    parameters: [text("str"), text("pattern"), text("replace")],
    returns: STRING,
    notNull: true,
    call: replace,
  },
};
