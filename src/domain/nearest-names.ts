/** What somebody may have meant by a name that is not known. */

/** The known names that are few letters away, the nearest first, at most three. */
export function nearestNames(name: string, known: Iterable<string>): readonly string[] {
  const allowed = Math.max(1, Math.floor(name.length / 4));
  return [...new Set(known)]
    .map((each) => ({ each, away: lettersApart(name.toLowerCase(), each.toLowerCase()) }))
    .filter(({ away }) => away <= allowed)
    .sort((left, right) => left.away - right.away || left.each.localeCompare(right.each))
    .slice(0, 3)
    .map(({ each }) => each);
}

/** `; did you mean encrypted?`, or nothing. */
export function suggestion(name: string, known: Iterable<string>): string {
  const names = nearestNames(name, known);
  return names.length === 0 ? '' : `; did you mean ${names.join(' or ')}?`;
}

/** Letters to put in, take out or exchange (Levenshtein). */
function lettersApart(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const exchange = (above[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      line.push(Math.min(exchange, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1));
    }
    above = line;
  }
  return above[right.length] ?? 0;
}
