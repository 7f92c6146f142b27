/**
 * Calendar arithmetic costs far more than looking up its result, and one incident asks for the same few moments for
 * every rule and every profile. Only pure functions of texts are remembered, so that nobody can see the difference.
 */

const REMEMBERED_RESULTS = 5_000;

/** The same function, faster when it is asked the same again. */
export function remembering<Arguments extends readonly string[], Result>(
  compute: (...texts: Arguments) => Result,
): (...texts: Arguments) => Result {
  const results = new Map<string, Result>();
  return (...texts) => {
    const key = texts.join('\n');
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = compute(...texts);
    if (results.size >= REMEMBERED_RESULTS) results.clear();
    results.set(key, result);
    return result;
  };
}
