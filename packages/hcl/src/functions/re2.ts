import { Fault } from "../values/arithmetic.ts";
import { lazily } from "./suspension.ts";

const library = lazily(() => import("./re2-library.ts"));

/** One match: where it is, and the text of the whole and of each group; undefined for a group that took no part. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly texts: readonly (string | undefined)[];
}

/** A compiled pattern that matches as Go's does, in time linear in the text; and the names of its groups ("" for none). */
export interface Pattern {
  readonly groups: readonly string[];
  /** All matches as Go finds them, from left to right: an empty one does not touch the one before it. */
  matches(text: string): Iterable<Match>;
}

/** What is wrong with a pattern, in Go's words: a reason and the piece of the pattern. */
export class PatternFault extends Fault {
  readonly reason: string;
  readonly piece: string;
  constructor(reason: string, piece: string) {
    super(`error parsing regexp: ${reason}: \`${piece}\``);
    this.reason = reason;
    this.piece = piece;
  }
}

const compiled = new Map<string, Pattern | PatternFault>();
const CACHE_LIMIT = 200;

/** Compiles RE2 syntax as Go's regexp package reads it. */
export function compilePattern(source: string): Pattern | PatternFault {
  const cached = compiled.get(source);
  if (cached) return cached;
  if (compiled.size >= CACHE_LIMIT) compiled.clear();
  const made = compileNew(source);
  compiled.set(source, made);
  return made;
}

type Expression = ReturnType<typeof import("./re2-library.ts").RE2JS.compile>;

function compileNew(source: string): Pattern | PatternFault {
  const { RE2JS, RE2JSSyntaxException } = library();
  const { text, names } = uniqueNames(source);
  try {
    const expression = RE2JS.compile(text);
    const groups = Array.from({ length: expression.groupCount() }, () => "");
    for (const [name, index] of Object.entries(expression.namedGroups())) groups[index - 1] = names.get(name) ?? name;
    return { groups, matches: (subject) => matchesOf(expression, groups.length, subject) };
  } catch (error) {
    if (error instanceof RE2JSSyntaxException)
      return new PatternFault(error.getDescription(), error.getPattern() ?? "");
    throw error;
  }
}

function* matchesOf(expression: Expression, groups: number, subject: string): Generator<Match> {
  const matcher = expression.matcher(subject);
  let last = -1;
  while (matcher.find()) {
    const start = matcher.start();
    const end = matcher.end();
    if (start < end || start !== last) {
      yield { start, end, texts: Array.from({ length: groups + 1 }, (_, i) => matcher.group(i) ?? undefined) };
    }
    last = end;
  }
}

/** Quoted text, escapes and bracket expressions, in which no group opens; and the opening of a named group. */
const openings =
  /\\Q[^]*?(?:\\E|$)|\\[^]|\[\^?\]?(?:\[:\^?\w+:\]|\\[^]|[^\]\\])*(?:\]|$)|(?<open>\(\?P?<)(?<name>\w+)>/g;

/** In Go several groups may have the same name, in the library they may not: from the second on they get names of their own. */
function uniqueNames(source: string): { readonly text: string; readonly names: ReadonlyMap<string, string> } {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const text = source.replace(openings, (all: string, ...rest: readonly unknown[]) => {
    const { open, name } = rest.at(-1) as { readonly open?: string; readonly name?: string };
    if (open === undefined || name === undefined) return all;
    let own = name;
    while (taken.has(own)) own += "_";
    taken.add(own);
    names.set(own, name);
    return `${open}${own}>`;
  });
  return { text, names };
}
