import { isSameMoment, momentOf, precisionOf, readDuration, spanBetween } from '../../scripts/cases/moments';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;

const span = (from: string, to: string, zone = 'UTC') =>
  spanBetween(momentOf(from, zone), momentOf(to, zone));

describe('a value', () => {
  test.each([
    ['2023-02-01T10:20:30Z', 'second'],
    ['2023-02-01T10:20:30.5+09:00', 'second'],
    ['2023-02-01T10:20Z', 'minute'],
    ['2023-02-01', 'day'],
    ['2023-02', 'month'],
    ['2023-02-30', undefined],
    ['2023-02-01T10:20', undefined],
    ['2023', undefined],
    ['yesterday', undefined],
  ])('%s is as fine as it is written: %s', (text, precision) => {
    expect(precisionOf(text)).toBe(precision);
  });

  test('of a day stands for the whole day of its zone', () => {
    const { fromMs, toMs } = momentOf('2023-10-27', 'Asia/Tokyo');

    expect([fromMs, toMs]).toEqual([Date.parse('2023-10-26T15:00Z'), Date.parse('2023-10-27T15:00Z')]);
  });

  test('of a day on which the clock is put forward lasts 23 hours', () => {
    const { fromMs, toMs } = momentOf('2023-03-26', 'Europe/Berlin');

    expect(toMs - fromMs).toBe(23 * hourMs);
  });

  test('of a month ends with the beginning of the next one', () => {
    const { fromMs, toMs } = momentOf('2024-02', 'UTC');

    expect(toMs - fromMs).toBe(29 * dayMs);
  });

  test('of an instant is the same in every spelling, and never the same as its day', () => {
    expect(isSameMoment('2023-01-04T16:35Z', '2023-01-04T17:35:00+01:00')).toBe(true);
    expect(isSameMoment('2023-01-04', '2023-01-04T00:00:00Z')).toBe(false);
  });
});

describe('a difference', () => {
  test('of two days is a number of days, and as instants a day less or more', () => {
    expect(span('2023-09-29', '2023-10-13')).toEqual({
      kind: 'exact',
      ms: 14 * dayMs,
      atLeastMs: 13 * dayMs,
      atMostMs: 15 * dayMs,
    });
  });

  test('of two days is whole days across a change of the clock', () => {
    expect(span('2023-03-24', '2023-03-27', 'Europe/Berlin')).toMatchObject({ ms: 3 * dayMs });
  });

  test('of two minutes is exact', () => {
    expect(span('2023-01-07T18:30Z', '2023-01-12T00:00Z')).toMatchObject({
      kind: 'exact',
      ms: 4 * dayMs + 5 * hourMs + 30 * minuteMs,
    });
  });

  test('of a second and a minute is cut to the minute', () => {
    expect(span('2023-03-25T08:00:30Z', '2023-03-26T07:00Z')).toMatchObject({
      ms: 22 * hourMs + 59 * minuteMs,
    });
  });

  test('of a day and a minute is two bounds and nothing between', () => {
    expect(span('2022-12-29', '2023-01-04T18:30Z')).toEqual({
      kind: 'bounds',
      atLeastMs: 5 * dayMs + 18.5 * hourMs,
      atMostMs: 6 * dayMs + 18.5 * hourMs,
    });
  });

  test.each([
    ['2023-11-29', '2024-02', 63, 93],
    ['2018-12', '2019-01-08', 7, 39],
  ])('from %s to %s is between %i and %i days', (from, to, least, most) => {
    expect(span(from, to)).toEqual({
      kind: 'bounds',
      atLeastMs: least * dayMs,
      atMostMs: most * dayMs,
    });
  });
});

describe('a duration', () => {
  test.each([
    ['PT1H55M', 115 * minuteMs],
    ['P2DT2H30M', 2 * dayMs + 2.5 * hourMs],
    ['P672D', 672 * dayMs],
    ['P2W', 14 * dayMs],
    ['PT30S', 30_000],
    ['-P1D', -dayMs],
    ['P0D', 0],
  ])('%s is read', (text, ms) => {
    expect(readDuration(text)).toBe(ms);
  });

  test.each(['P', 'PT', '3 days', 'P1Y', 'P1M', ''])('%p is none', (text) => {
    expect(readDuration(text)).toBeUndefined();
  });
});
