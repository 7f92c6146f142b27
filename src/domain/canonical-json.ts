/**
 * JSON with one spelling for one value (RFC 8785), so that a hash of it means the value. Written here because evidence
 * must be checkable with Node alone, and because the library for it cannot be loaded by CommonJS; tests hold the two
 * against each other.
 */

/** @throws TypeError for what JSON cannot say: a number that is not finite, half of a character pair, a function */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return stringText(value);
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object') return objectText(value);
  throw new TypeError(`${typeof value} is not a JSON value`);
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${String(value)} is not a JSON number`);
  return JSON.stringify(value);
}

function stringText(value: string): string {
  if (/\p{Surrogate}/u.test(value)) throw new TypeError('a text holds half of a character pair');
  return JSON.stringify(value);
}

/** Members in the order of their UTF-16 code units; those that are undefined are not there. */
function objectText(value: object): string {
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const inOrder = members.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${inOrder.map(([name, member]) => `${stringText(name)}:${canonicalJson(member)}`).join(',')}}`;
}
