import fc from 'fast-check';
import {
  durationInWords,
  durationText,
  latenessInWords,
  latenessOf,
  type DueTime,
} from '../../src/domain/lateness';
import { spanOf, type WrittenMoment } from '../../src/domain/moment';
import { addMs, instantFromEpochMs } from '../../src/domain/instant';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Hours after a moment, as a promise or a contract counts them. */
function dueAfter(moment: WrittenMoment, hours: number): DueTime {
  const { earliest, latest, precision, day } = spanOf(moment);
  const later =
    day === undefined ? undefined : new Date(Date.parse(day) + hours * hourMs).toISOString().slice(0, 10);
  const range = { dueFrom: addMs(earliest, hours * hourMs), dueTo: addMs(latest, hours * hourMs) };
  return { ...range, inclusive: false, precision, ...(later !== undefined && { day: later }) };
}

const day = (at: string, zone = 'UTC'): WrittenMoment => ({ at, precision: 'day', zone });
const minute = (at: string): WrittenMoment => ({ at, precision: 'minute' });
const second = (at: string): WrittenMoment => ({ at, precision: 'second' });

// Known figures of real incidents

const amsterdam = 'Europe/Amsterdam';
const guestsFiled = day('2019-02-07', amsterdam);

test.each([
  ['2019-01-08', 'P27D', 'P26D', 'P28D'],
  ['2019-01-10', 'P25D', 'P24D', 'P26D'],
  ['2019-01-13', 'P22D', 'P21D', 'P23D'],
  ['2019-01-20', 'P15D', 'P14D', 'P16D'],
])('day minus day: 72 h after %s, filed on 7 February, is late by %s', (anchor, lateBy, lateMin, lateMax) => {
  expect(latenessOf(dueAfter(day(anchor, amsterdam), 72), spanOf(guestsFiled))).toEqual({
    verdict: 'late',
    lateBy,
    lateMin,
    lateMax,
  });
});

test.each([
  ['2019-02-04', amsterdam, guestsFiled],
  ['2022-04-15', 'UTC', day('2022-04-18')],
])('three days after %s, due in hours, is neither late nor in time', (anchor, zone, filed) => {
  expect(latenessOf(dueAfter(day(anchor, zone), 72), spanOf(filed))).toEqual({
    verdict: 'undecidable',
    lateMin: '-P1D',
    lateMax: 'P1D',
  });
});

test('a day and a minute give bounds alone', () => {
  const filed = spanOf(minute('2023-01-05T02:30Z'));

  expect(latenessOf(dueAfter(day('2022-12-30'), 72), filed)).toEqual({
    verdict: 'late',
    lateMin: 'P2DT2H30M',
    lateMax: 'P3DT2H30M',
  });
  expect(latenessOf(dueAfter(day('2023-01-04'), 72), filed)).toEqual({
    verdict: 'in-time',
    earlyMin: 'P1DT21H30M',
    earlyMax: 'P2DT21H30M',
  });
});

test.each([
  ['2023-09-29', 'P17D', 'P16D', 'P18D'],
  ['2023-10-02', 'P14D', 'P13D', 'P15D'],
  ['2023-10-13', 'P3D', 'P2D', 'P4D'],
])('72 h after %s, told on 19 October, is late by %s', (anchor, lateBy, lateMin, lateMax) => {
  expect(latenessOf(dueAfter(day(anchor), 72), spanOf(day('2023-10-19')))).toEqual({
    verdict: 'late',
    lateBy,
    lateMin,
    lateMax,
  });
});

// What precision allows

test('time minus time is cut to the coarser of the two', () => {
  const due = dueAfter(minute('2026-11-20T10:00Z'), 72);

  expect(latenessOf(due, spanOf(second('2026-11-23T12:34:56Z')))).toEqual({
    verdict: 'late',
    lateBy: 'PT2H34M',
  });
  expect(latenessOf(due, spanOf(second('2026-11-23T09:58:30Z')))).toEqual({
    verdict: 'in-time',
    earlyBy: 'PT1M',
  });
});

test('a due instant that ends a day is missed at that instant, one at a clock time is kept', () => {
  const at = '2026-11-24T00:00:00.000Z';
  const due = { dueFrom: at, dueTo: at, inclusive: false, precision: 'second' } as const;

  expect(latenessOf(due, spanOf(second('2026-11-24T00:00:00Z')))).toEqual({ verdict: 'late', lateBy: 'P0D' });
  expect(latenessOf({ ...due, inclusive: true }, spanOf(second('2026-11-24T00:00:00Z'))).verdict).toBe(
    'in-time',
  );
});

test('what was filed on the last day, whose end is the limit, is in time', () => {
  const at = '2026-11-24T00:00:00.000Z';
  const due = { dueFrom: at, dueTo: at, inclusive: false, precision: 'second' } as const;

  expect(latenessOf(due, spanOf(day('2026-11-23'))).verdict).toBe('in-time');
  expect(latenessOf(due, spanOf(day('2026-11-24')))).toEqual({
    verdict: 'late',
    lateMin: 'P0D',
    lateMax: 'P1D',
  });
});

test('a month gives bounds alone, and no verdict while the limit lies in it', () => {
  expect(latenessOf(dueAfter(day('2026-11-10'), 72), spanOf({ at: '2026-11', precision: 'month' }))).toEqual({
    verdict: 'undecidable',
    lateMin: '-P13D',
    lateMax: 'P18D',
  });
});

test('the days between are counted on the calendar, their bounds as elapsed time', () => {
  const due = dueAfter(day('2026-10-20', 'Europe/Berlin'), 72);

  expect(latenessOf(due, spanOf(day('2026-10-27', 'Europe/Berlin')))).toEqual({
    verdict: 'late',
    lateBy: 'P4D',
    lateMin: 'P3DT1H',
    lateMax: 'P5DT1H',
  });
});

// Always

const epochMs = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2027-01-01') });
const moment = fc
  .tuple(epochMs, fc.constantFrom('second' as const, 'minute' as const, 'day' as const, 'month' as const))
  .map(([ms, precision]): WrittenMoment => {
    const text = new Date(ms).toISOString();
    const at = {
      second: `${text.slice(0, 19)}Z`,
      minute: `${text.slice(0, 16)}Z`,
      day: text.slice(0, 10),
      month: text.slice(0, 7),
    };
    return { at: at[precision], precision };
  });
const hours = fc.constantFrom(1, 24, 36, 72, 720);

/** Instants that a moment can mean, both ends of it among them. */
function instantsIn({ earliest, latest }: { earliest: string; latest: string }): number[] {
  const [from, to] = [Date.parse(earliest), Date.parse(latest)];
  return from === to ? [from] : [from, from + Math.floor((to - from) / 2), to - 1];
}

test('a verdict holds for every instant that the two can mean', () => {
  fc.assert(
    fc.property(moment, hours, moment, (anchor, within, filed) => {
      const { verdict } = latenessOf(dueAfter(anchor, within), spanOf(filed));
      const differences = instantsIn(spanOf(anchor)).flatMap((started) =>
        instantsIn(spanOf(filed)).map((at) => at - (started + within * hourMs)),
      );
      if (verdict === 'late') expect(Math.min(...differences)).toBeGreaterThanOrEqual(0);
      else if (verdict === 'in-time') expect(Math.max(...differences)).toBeLessThan(0);
      else expect(Math.min(...differences) < 0 && Math.max(...differences) >= 0).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('a later filing is never less late', () => {
  fc.assert(
    fc.property(moment, hours, epochMs, fc.nat(40 * dayMs), (anchor, within, filedMs, laterMs) => {
      const due = dueAfter(anchor, within);
      const rank = { 'in-time': 0, undecidable: 1, late: 2 };
      const [first, second_] = [filedMs, filedMs + laterMs].map((ms) => {
        const at = instantFromEpochMs(ms);
        return rank[latenessOf(due, { earliest: at, latest: at, precision: 'second' }).verdict];
      });
      expect(second_).toBeGreaterThanOrEqual(first ?? 0);
    }),
  );
});

// Words

test.each([
  [0, 'P0D', '0 days'],
  [dayMs, 'P1D', '1 day'],
  [2 * dayMs + 2 * hourMs + 30 * 60_000, 'P2DT2H30M', '2 days 2 h 30 min'],
  [90_000, 'PT1M30S', '1 min 30 s'],
])('%i ms is %s, in words %s', (ms, text, words) => {
  expect(durationText(ms)).toBe(text);
  expect(durationInWords(text)).toBe(words);
});

test.each([
  [{ verdict: 'in-time', earlyBy: 'PT1H' }, 'in time'],
  [{ verdict: 'late', lateBy: 'P22D', lateMin: 'P21D', lateMax: 'P23D' }, 'late by 22 days'],
  [
    { verdict: 'late', lateMin: 'P2DT2H30M', lateMax: 'P3DT2H30M' },
    'late by 2 days 2 h 30 min to 3 days 2 h 30 min',
  ],
  [
    { verdict: 'undecidable', lateMin: '-P1D', lateMax: 'P1D' },
    'whether it is late cannot be said: between 1 day early and 1 day late',
  ],
] as const)('%j is told as "%s"', (lateness, words) => {
  expect(latenessInWords(lateness)).toBe(words);
});
