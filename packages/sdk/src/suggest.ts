/** Edits (insert, delete, replace) between two short names; any number above `most` where they are more. */
export function editDistance(a: string, b: string, most: number): number {
  let start = 0;
  while (start < a.length && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1)) {
    endA--;
    endB--;
  }
  const width = endB - start;
  if (Math.abs(endA - start - width) > most) return most + 1;
  let previous = Array.from({ length: width + 1 }, (_, i) => i);
  for (let i = start; i < endA; i++) {
    const current = [i - start + 1];
    let least = i - start + 1;
    for (let j = 1; j <= width; j++) {
      const same = a.charCodeAt(i) === b.charCodeAt(start + j - 1);
      const substitution = (previous[j - 1] ?? 0) + (same ? 0 : 1);
      const edits = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution);
      current.push(edits);
      if (edits < least) least = edits;
    }
    if (least > most) return most + 1;
    previous = current;
  }
  return previous[width] ?? 0;
}

/** So many names are always looked at for one suggestion. */
const FEW = 200;
/**
 * So many more are, for all suggestions of the process together: nobody reads the suggestions for ten thousand mistakes among ten thousand
 * names, and each would take its time.
 */
let more = 500_000;

/** The first of the names with the fewest edits from the given one, `most` of them or less. `fold` makes alike what counts as the same. */
export function nearestWithin(
  given: string,
  known: Iterable<string>,
  most: number,
  fold = (name: string): string => name,
): string | undefined {
  const wanted = fold(given);
  let best: string | undefined;
  let limit = most;
  let looked = 0;
  for (const name of known) {
    if (++looked > FEW && --more < 0) break;
    if (Math.abs(name.length - given.length) > limit) continue;
    const distance = editDistance(wanted, fold(name), limit);
    if (distance > limit) continue;
    best = name;
    limit = distance - 1;
    if (limit < 0) break;
  }
  return best;
}

/** The known name nearest to a mistyped one, whatever their letters' case, if near enough to be worth saying. */
export function nearestName(given: string, known: Iterable<string>): string | undefined {
  const most = given.length < 4 ? 1 : given.length < 9 ? 2 : 3;
  return nearestWithin(given, known, most, (name) => name.toLowerCase());
}
