import { absolutePath, hasWildcard, leafOf, parentOf, wildcard } from "../system/windows-path.ts";
import { variableText } from "./expand.ts";
import type { CmdSession } from "./session.ts";

/** Whether what stands after `if` holds. */
export function conditionHolds(test: string, session: CmdSession): boolean {
  let rest = test.trim();
  let ignoresCase = false;
  let negated = false;
  for (;;) {
    const word = /^(\/i|not)\s+/i.exec(rest);
    if (!word) break;
    if (word[1]?.toLowerCase() === "not") negated = !negated;
    else ignoresCase = true;
    rest = rest.slice(word[0].length);
  }
  return plain(rest, ignoresCase, session) !== negated;
}

function plain(test: string, ignoresCase: boolean, { process, level }: CmdSession): boolean {
  const exist = /^exist\s+([\s\S]+)$/i.exec(test);
  if (exist) {
    const bare = (exist[1] ?? "").replaceAll('"', "");
    if (/^nul$/i.test(bare)) return true;
    const { drive } = process.system;
    if (!hasWildcard(bare)) return drive.facts(absolutePath(bare, process.directory)) !== undefined;
    const path = absolutePath(bare.replace(/[*?]/g, "\u0001".replace("\u0001", "x")), process.directory);
    const pattern = wildcard(bare.split(/[\\/]/).at(-1) ?? "", false);
    const folder = parentOf(path);
    return drive.facts(folder)?.isFolder === true && drive.list(folder).some((one) => pattern.test(leafOf(one.path)));
  }
  const defined = /^defined\s+(\S+)$/i.exec(test);
  if (defined) return variableText(process, defined[1] ?? "", level) !== undefined;
  const errorLevel = /^errorlevel\s+(-?\d+)$/i.exec(test);
  if (errorLevel) return level >= Number(errorLevel[1]);
  if (/^cmdextversion\s+\d+$/i.test(test)) return Number(/\d+/.exec(test)?.[0]) <= 2;
  const equal = /^([\s\S]*?)\s*==\s*([\s\S]*)$/.exec(test);
  if (equal) {
    const [a, b] = [equal[1] ?? "", (equal[2] ?? "").trimEnd()];
    return ignoresCase ? a.toLowerCase() === b.toLowerCase() : a === b;
  }
  const compared = /^("[^"]*"|\S+)\s+(equ|neq|lss|leq|gtr|geq)\s+([\s\S]+)$/i.exec(test);
  if (!compared) return false;
  const order = compare(compared[1] ?? "", (compared[3] ?? "").trimEnd(), ignoresCase);
  switch (compared[2]?.toLowerCase()) {
    case "equ":
      return order === 0;
    case "neq":
      return order !== 0;
    case "lss":
      return order < 0;
    case "leq":
      return order <= 0;
    case "gtr":
      return order > 0;
    default:
      return order >= 0;
  }
}

/** Numbers as numbers, everything else as text. */
function compare(a: string, b: string, ignoresCase: boolean): number {
  if (/^-?\d+$/.test(a) && /^-?\d+$/.test(b)) return Number(a) - Number(b);
  const [x, y] = ignoresCase ? [a.toLowerCase(), b.toLowerCase()] : [a, b];
  return x < y ? -1 : x > y ? 1 : 0;
}
