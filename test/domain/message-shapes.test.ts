/** The shapes of the workflow and the schemas of the contract must judge every message alike. */
import fc from 'fast-check';
import type { Sender } from '../../src/contract/principal';
import { messageShapes } from '../../src/domain/message-shapes';
import { problemOf } from '../../src/domain/shape';
import { contractSchemas, messageArbitrary, messageNames } from '../support/arbitraries';
import type { MessageName } from '../support/incidents';

type Json = Record<string, unknown>;

const shapeTakes = (name: MessageName, message: unknown) =>
  problemOf<Sender>(messageShapes[name], message) === undefined;
const contractTakes = (name: MessageName, message: unknown) =>
  contractSchemas[name].safeParse(message).success;

/** A valid message with every field that it may have. */
function fullMessage(name: MessageName): Json {
  const [found] = fc.sample(messageArbitrary(name, 'full'), { numRuns: 1, seed: 7 });
  if (found === undefined) throw new Error(`no full ${name}`);
  return found;
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = Array.isArray(value) ? Number(key) : key;
    return [[step], ...pathsOf(inner).map((rest) => [step, ...rest])];
  });
}

function withValue(value: unknown, [step, ...rest]: Path, replacement: unknown): unknown {
  if (step === undefined) return replacement;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[step] = withValue(copy[step], rest, replacement);
  return copy;
}

const oddValues: readonly [string, unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['a flag', true],
  ['zero', 0],
  ['a negative number', -1],
  ['a fraction', 1.5],
  ['a number too large to be exact', 1e300],
  ['an empty text', ''],
  ['a space', ' '],
  ['a word', 'storage'],
  ['a line break', 'a\nb'],
  ['61 characters', 'x'.repeat(61)],
  ['101 characters', 'x'.repeat(101)],
  ['201 characters', 'x'.repeat(201)],
  ['501 characters', 'x'.repeat(501)],
  ['2,001 characters', 'x'.repeat(2001)],
  ['10,001 characters', 'x'.repeat(10_001)],
  ['a SHA-256', 'a'.repeat(64)],
  ['a SHA-256 in capitals', 'A'.repeat(64)],
  ['a month', '2026-11'],
  ['a day', '2026-11-23'],
  ['an instant', '2026-11-23T15:20:00Z'],
  ['an instant with nanoseconds', '2026-11-23T15:20:00.123456789Z'],
  ['an instant with offset', '2026-11-23T15:20:00+09:00'],
  ['an instant with an offset of hours alone', '2026-11-23T15:20:00+09'],
  ['an instant with an offset that is none', '2026-11-23T15:20:00+99:99'],
  ['an instant without seconds', '2026-11-23T15:20Z'],
  ['an instant without offset', '2026-11-23T15:20:00'],
  ['the 30th of February', '2026-02-30T00:00:00Z'],
  ['hour 24', '2026-11-23T24:00:00Z'],
  ['month 13', '2026-13-01T00:00:00Z'],
  ['an instant in small letters', '2026-11-23t15:20:00z'],
  ['a fraction of a second beyond 40 characters', `2026-11-23T15:20:00.${'1'.repeat(40)}Z`],
  ['an empty list', []],
  ['a list of a word', ['storage']],
  ['a list of nothing', [null]],
  ['a list of a number', [7]],
  ['51 items', Array.from({ length: 51 }, () => 'storage')],
  ['101 items', Array.from({ length: 101 }, () => 'storage')],
  ['1,001 items', Array.from({ length: 1001 }, () => 'storage')],
  ['an empty object', {}],
  ['an object of a stranger', { stranger: 1 }],
];

describe('both judge alike', () => {
  const full = new Map(messageNames.map((name) => [name, fullMessage(name)]));
  const places = messageNames.flatMap((name) =>
    pathsOf(full.get(name)).map((path) => ({ name, path, message: full.get(name) })),
  );

  test.each(oddValues)('a field that holds %s', (_, odd) => {
    const differing = places.flatMap(({ name, path, message }) => {
      const changed = withValue(message, path, odd);
      const [shape, contract] = [shapeTakes(name, changed), contractTakes(name, changed)];
      return shape === contract
        ? []
        : [`${name}.${path.join('.')}: ${shape ? 'shape' : 'contract'} takes it`];
    });
    expect(differing).toEqual([]);
  });

  test('a field that is missing', () => {
    const differing = messageNames.flatMap((name) =>
      Object.keys(full.get(name) ?? {}).filter((field) => {
        const { [field]: _, ...rest } = full.get(name) ?? {};
        return shapeTakes(name, rest) !== contractTakes(name, rest);
      }),
    );
    expect(differing).toEqual([]);
  });

  test.each(messageNames)('%s as it should be, and with a field that nobody knows', (name) => {
    fc.assert(
      fc.property(messageArbitrary(name), (message) => {
        expect(contractTakes(name, message)).toBe(true);
        expect(problemOf<Sender>(messageShapes[name], message)).toBeUndefined();
        const misspelt = { ...message, rol: 'legal' };
        expect([shapeTakes(name, misspelt), contractTakes(name, misspelt)]).toEqual([false, false]);
      }),
      { numRuns: 25 },
    );
  });

  test.each([undefined, null, 'text', 7, []])('%j instead of a message', (message) => {
    const taken = messageNames.filter((name) => shapeTakes(name, message) || contractTakes(name, message));
    expect(taken).toEqual([]);
  });
});

test('there is a shape for every message of the contract and no other', () => {
  expect(Object.keys(messageShapes).sort()).toEqual([...messageNames].sort());
});
