import fc from 'fast-check';
import { dueAfter, type CountingRules } from '../../src/domain/clocks';
import { workingDayAfter, type WorkingCalendar } from '../../src/domain/clocks-calendars';
import { readDuration } from '../../src/domain/clocks-duration';
import { addDays, dayOf, endOfDay, readMoment, startOfDay } from '../../src/domain/clocks-moments';
import { instantFromEpochMs } from '../../src/domain/instant';

const weekdays: WorkingCalendar = {
  name: 'weekdays',
  isWorkingDay: (day) => ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay()),
};

const rules = (change: Partial<CountingRules>): CountingRules => ({
  counting: 'elapsed-hours',
  mode: 'conservative',
  zone: 'Europe/Berlin',
  calendar: weekdays,
  ...change,
});

const due = (at: string, within: string, change: Partial<CountingRules>) =>
  dueAfter({ at, what: 'awareness' }, within, rules(change)).at;

test.each<[string, string, string, Partial<CountingRules>, string]>([
  ['hours over the end of summer time', '2026-10-24T08:00:00Z', 'PT72H', {}, '2026-10-27T08:00:00.000Z'],
  ['hours over its beginning', '2026-03-28T09:00:00Z', 'PT24H', {}, '2026-03-29T09:00:00.000Z'],
  [
    'days over the end of summer time',
    '2026-10-24T08:00:00Z',
    'P1D',
    { counting: 'calendar-days' },
    '2026-10-25T23:00:00.000Z',
  ],
  [
    'a leap day counts',
    '2028-02-27T10:00:00Z',
    'P2D',
    { counting: 'calendar-days' },
    '2028-02-29T23:00:00.000Z',
  ],
  [
    'the end of a year',
    '2026-12-30T10:00:00Z',
    'P3D',
    { counting: 'calendar-days' },
    '2027-01-02T23:00:00.000Z',
  ],
  [
    'a month from the 31st',
    '2027-01-31T10:00:00Z',
    'P1M',
    { counting: 'reg-1182-71' },
    '2027-02-28T23:00:00.000Z',
  ],
  [
    'a month in a leap year',
    '2028-01-31T10:00:00Z',
    'P1M',
    { counting: 'reg-1182-71' },
    '2028-02-29T23:00:00.000Z',
  ],
  [
    'business days skip a weekend',
    '2026-11-20T10:00:00Z',
    'P1D',
    { counting: 'business-days' },
    '2026-11-23T23:00:00.000Z',
  ],
  [
    'business days from a Sunday',
    '2026-11-22T10:00:00Z',
    'P1D',
    { counting: 'business-days' },
    '2026-11-23T23:00:00.000Z',
  ],
  [
    'a zone a day ahead',
    '2026-11-20T11:00:00Z',
    'P1D',
    { counting: 'calendar-days', zone: 'Pacific/Kiritimati' },
    '2026-11-22T10:00:00.000Z',
  ],
  [
    'a day that begins at one in the morning',
    '2018-11-02T15:00:00Z',
    'P1D',
    { counting: 'calendar-days', zone: 'America/Sao_Paulo' },
    '2018-11-04T03:00:00.000Z',
  ],
])('%s', (_case, at, within, change, expected) => {
  expect(due(at, within, change)).toBe(expected);
});

test('a free day moves to the next working day in the longest reading only', () => {
  const change = { counting: 'reg-1182-71' as const };
  expect(due('2026-11-12T10:00:00Z', 'P10D', change)).toBe('2026-11-22T23:00:00.000Z');
  expect(due('2026-11-12T10:00:00Z', 'P10D', { ...change, mode: 'legal-max' })).toBe(
    '2026-11-23T23:00:00.000Z',
  );
});

test('days are never turned into hours, nor hours into days', () => {
  expect(() => due('2026-11-12T10:00:00Z', 'P3D', { counting: 'elapsed-hours' })).toThrow(
    'does not count in days',
  );
  expect(() => readDuration('P1W')).toThrow('P1W is not a duration');
  expect(() => readDuration('PT1H30M')).toThrow('is not a duration');
});

test.each([
  ['2026-10-25T02:30[Europe/Berlin]', 'this local time happens twice; give an offset'],
  ['2027-03-28T02:30[Europe/Berlin]', 'this local time does not exist'],
  ['2026-11-20T16:20+05:00[Europe/Berlin]', 'the offset is not one that the zone has at this time'],
  [
    '2026-11-20T16:20[Mars/Olympus]',
    'Mars/Olympus is not a time zone; use an IANA name such as Europe/Berlin',
  ],
  [
    '2026-13-01',
    '2026-13-01 cannot be read as a time; write 2026-11-20T16:20:00Z or 2026-11-20T16:20[Europe/Berlin]',
  ],
  [
    'yesterday',
    'yesterday cannot be read as a time; write 2026-11-20T16:20:00Z or 2026-11-20T16:20[Europe/Berlin]',
  ],
])('%s is refused', (text, because) => {
  expect(readMoment(text, 'UTC')).toEqual({ kind: 'refused', because });
});

test('a day and a month are intervals, a time is an instant', () => {
  expect(readMoment('2019-01-13[Europe/Amsterdam]', 'UTC')).toMatchObject({
    earliest: '2019-01-12T23:00:00.000Z',
    latest: '2019-01-13T23:00:00.000Z',
    day: '2019-01-13',
  });
  expect(readMoment('2019-01', 'UTC')).toMatchObject({
    earliest: '2019-01-01T00:00:00.000Z',
    latest: '2019-02-01T00:00:00.000Z',
  });
  expect(readMoment('2026-10-25T02:30+01:00[Europe/Berlin]', 'UTC')).toMatchObject({
    earliest: '2026-10-25T01:30:00.000Z',
    latest: '2026-10-25T01:30:00.000Z',
  });
});

const anyZone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
const anyInstant = fc
  .integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2037, 11, 31) })
  .map((epochMs) => instantFromEpochMs(epochMs));

test('hours are elapsed time in every zone', () => {
  fc.assert(
    fc.property(anyZone, anyInstant, fc.integer({ min: 1, max: 500 }), (zone, at, hours) => {
      expect(Date.parse(due(at, `PT${hours}H`, { zone })) - Date.parse(at)).toBe(hours * 3_600_000);
    }),
  );
});

test('days end where the local day after the last one begins', () => {
  fc.assert(
    fc.property(anyZone, anyInstant, fc.integer({ min: 1, max: 90 }), (zone, at, days) => {
      const last = addDays(dayOf(at, zone), days);
      const end = due(at, `P${days}D`, { zone, counting: 'calendar-days' });
      expect(end).toBe(endOfDay(last, zone));
      expect(dayOf(instantFromEpochMs(Date.parse(end) - 1), zone)).toBe(last);
      expect(Date.parse(startOfDay(last, zone))).toBeLessThan(Date.parse(end));
    }),
  );
});

test('business days agree with a plain walk over the days', () => {
  const walk = (day: string, count: number): string => {
    let [current, left] = [new Date(`${day}T00:00:00Z`), count];
    while (left > 0) {
      current = new Date(current.getTime() + 86_400_000);
      if (current.getUTCDay() !== 0 && current.getUTCDay() !== 6) left -= 1;
    }
    return current.toISOString().slice(0, 10);
  };
  fc.assert(
    fc.property(anyInstant, fc.integer({ min: 1, max: 40 }), (at, count) => {
      const day = at.slice(0, 10);
      expect(workingDayAfter(day, count, weekdays)).toBe(walk(day, count));
    }),
  );
});

test('the longest reading is never shorter than the one that sets alarms', () => {
  const durations = fc.constantFrom('PT24H', 'PT72H', 'P3D', 'P14D', 'P1M');
  fc.assert(
    fc.property(anyZone, anyInstant, durations, (zone, at, within) => {
      const [alarm, limit] = (['conservative', 'legal-max'] as const).map((mode) =>
        Date.parse(due(at, within, { zone, mode, counting: 'reg-1182-71' })),
      );
      expect(limit).toBeGreaterThanOrEqual(alarm ?? Number.NaN);
    }),
  );
});
