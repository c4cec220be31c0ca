import { compareVersions, parseVersion, type Version } from "../../json/version.ts";

type Operator = "=" | "!=" | ">" | ">=" | "<" | "<=" | "~>";
interface Rule {
  readonly operator: Operator;
  readonly version: Version;
}
/** A list of conditions such as `>= 1.2, < 2`, all of which must hold. */
export interface VersionConstraint {
  allows(version: string): boolean;
}

/** Reads a constraint as go-version does; undefined where it is none. */
export function parseConstraint(text: string): VersionConstraint | undefined {
  const rules: Rule[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(=|!=|>=|<=|>|<|~>|)\s*(\S+)\s*$/.exec(part);
    const version = match?.[2] === undefined ? undefined : parseVersion(match[2]);
    if (!match || !version) return undefined;
    rules.push({ operator: (match[1] || "=") as Operator, version });
  }
  return {
    allows: (text) => {
      const version = parseVersion(text);
      return version !== undefined && rules.every((rule) => holds(rule, { ...version, prerelease: "" }));
    },
  };
}

function holds({ operator, version }: Rule, given: Version): boolean {
  const order = compareVersions(given, version);
  switch (operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "~>": {
      if (order < 0) return false;
      const fixed = Math.max(1, version.parts.length - 1);
      return version.parts.slice(0, fixed).every((part, i) => part === (given.parts[i] ?? 0));
    }
  }
}
