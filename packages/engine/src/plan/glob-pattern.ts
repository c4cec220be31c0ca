/**
 * The pattern dialect of `-only` and `-except` on HCL2 builds: `*` and `**` any run, `?` one character, `[abc]`, `[a-z]`, `[!a]`,
 * `{a,b}`, `\` escapes; nothing separates. Undefined where the pattern is not closed.
 */
export function compileGlob(pattern: string): RegExp | undefined {
  let source = "";
  let braces = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? "";
    switch (c) {
      case "*":
        source += ".*";
        break;
      case "?":
        source += ".";
        break;
      case "\\": {
        const next = pattern[++i];
        if (next === undefined) return undefined;
        source += quoted(next);
        break;
      }
      case "[": {
        const close = pattern.indexOf("]", i + 2);
        if (close < 0) return undefined;
        const inside = pattern.slice(i + 1, close);
        const negated = inside.startsWith("!");
        source += `[${negated ? "^" : ""}${inside.slice(negated ? 1 : 0).replace(/[\\^\]]/g, "\\$&")}]`;
        i = close;
        break;
      }
      case "{":
        braces++;
        source += "(?:";
        break;
      case "}":
        if (braces === 0) source += "\\}";
        else {
          braces--;
          source += ")";
        }
        break;
      case ",":
        source += braces > 0 ? "|" : ",";
        break;
      default:
        source += quoted(c);
    }
  }
  return braces === 0 ? new RegExp(`^${source}$`, "su") : undefined;
}

function quoted(c: string): string {
  return c.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
