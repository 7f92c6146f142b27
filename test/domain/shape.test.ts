import {
  flag,
  instant,
  listOf,
  object,
  oneOf,
  optional,
  pattern,
  positiveInteger,
  problemOf,
  text,
  type Check,
} from '../../src/domain/shape';

describe('one value', () => {
  test.each<[string, Check, unknown, string | undefined]>([
    ['a text', text(5), 'hello', undefined],
    ['a number as text', text(5), 5, 'title must be a text'],
    ['an empty text', text(5), '', 'title is empty; write something'],
    ['a long text', text(5), 'hello!', 'title is longer than 5 characters; shorten it'],
    ['one of a list', oneOf(['low', 'high']), 'high', undefined],
    ['none of a list', oneOf(['low', 'high']), 'High', 'title must be one of low, high'],
    ['nothing for one of a list', oneOf(['low', 'high']), null, 'title must be one of low, high'],
    ['a flag', flag, false, undefined],
    ['a word as a flag', flag, 'false', 'title must be true or false'],
    ['a number from 1', positiveInteger, 1, undefined],
    ['zero', positiveInteger, 0, 'title must be a whole number from 1'],
    ['a part', positiveInteger, 1.5, 'title must be a whole number from 1'],
    ['a number as a word', positiveInteger, '1', 'title must be a whole number from 1'],
    ['an instant', instant, '2026-11-23T15:20:00.123Z', undefined],
    ['an instant with offset', instant, '2026-11-23T15:20:00+09:00', undefined],
    ['a day', instant, '2026-11-23', 'title must be a date with time and offset, e.g. 2026-11-23T15:20:00Z'],
    [
      'a time without offset',
      instant,
      '2026-11-23T15:20:00',
      'title must be a date with time and offset, e.g. 2026-11-23T15:20:00Z',
    ],
    [
      'a day that no month has',
      instant,
      '2026-13-23T15:20:00Z',
      'title must be a date with time and offset, e.g. 2026-11-23T15:20:00Z',
    ],
    ['a pattern', pattern(/^a+$/, 'some a'), 'aaa', undefined],
    ['a miss of a pattern', pattern(/^a+$/, 'some a'), 'ab', 'title must be some a'],
    ['what may be left out', optional(text()), undefined, undefined],
    ['null, which is not left out', optional(text()), null, 'title must be a text'],
  ])('%s', (_, check, value, problem) => {
    expect(check(value, 'title')).toBe(problem);
  });
});

describe('a list', () => {
  const check = listOf(text(3), { min: 1, max: 2 });

  test.each<[unknown, string | undefined]>([
    [['a', 'b'], undefined],
    ['a', 'names must be a list'],
    [[], 'names needs at least 1'],
    [['a', 'b', 'c'], 'names has more than 2 items; split the message'],
    [['a', 'long'], 'names[1] is longer than 3 characters; shorten it'],
  ])('%j', (value, problem) => {
    expect(check(value, 'names')).toBe(problem);
  });
});

describe('an object', () => {
  interface Message {
    title: string;
    impact?: { customers?: string[] };
  }
  const shape = {
    title: text(),
    impact: optional(object<{ customers?: string[] }>({ customers: optional(listOf(text())) })),
  };

  test.each<[unknown, string | undefined]>([
    [{ title: 'x' }, undefined],
    [{ title: 'x', impact: { customers: ['acme'] } }, undefined],
    [{}, 'title is missing'],
    [{ title: undefined }, 'title is missing'],
    [{ title: 'x', titel: 'y' }, 'titel is not a field here; known are title, impact'],
    [{ title: 'x', impact: { customer: [] } }, 'impact.customer is not a field here; known are customers'],
    [{ title: 'x', impact: { customers: [''] } }, 'impact.customers[0] is empty; write something'],
    [{ title: 'x', impact: [] }, 'impact must be an object'],
    [{ title: 'x', toString: 'y' }, 'toString is not a field here; known are title, impact'],
    [undefined, 'the message must be an object'],
    [null, 'the message must be an object'],
    ['x', 'the message must be an object'],
    [['x'], 'the message must be an object'],
  ])('%j', (value, problem) => {
    expect(problemOf<Message>(shape, value)).toBe(problem);
  });
});
