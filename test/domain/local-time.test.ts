/** The engine's own clock must say of every zone what the calendar of the activities says. */
import fc from 'fast-check';
import { readMoment, startOfDay } from '../../src/domain/clocks-moments';
import { isTimeZone, offsetOf, readingsOf, startOfLocalDay } from '../../src/domain/local-time';

const zones = [
  'UTC',
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Chatham',
];
const zone = fc.constantFrom(...zones);
const minute = fc
  .date({ min: new Date('2005-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 16));

test('a local time means what the calendar says, once, twice or never', () => {
  fc.assert(
    fc.property(minute, zone, (local, name) => {
      const readings = readingsOf(local, name);
      const calendar = readMoment(local, name);
      if (calendar.kind === 'read') expect(readings.map(({ at }) => at)).toEqual([calendar.earliest]);
      else expect(readings.length).toBe(calendar.because.includes('twice') ? 2 : 0);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['2026-10-25T02:30', 'Europe/Berlin', ['+02:00', '+01:00']],
  ['2026-03-29T02:30', 'Europe/Berlin', []],
  ['2026-04-05T01:45', 'Australia/Lord_Howe', ['+11:00', '+10:30']],
  ['2026-11-01T01:59:59.5', 'America/New_York', ['-04:00', '-05:00']],
  ['2026-10-25T03:00', 'Europe/Berlin', ['+01:00']],
])('%s in %s can be read with the offsets %j', (local, name, offsets) => {
  expect(readingsOf(local, name).map(({ offset }) => offset)).toEqual(offsets);
});

test('a day begins when the calendar says, also where midnight is skipped', () => {
  expect(startOfLocalDay('2018-11-04', 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00.000Z');
  fc.assert(
    fc.property(minute, zone, (local, name) => {
      const day = local.slice(0, 10);
      expect(startOfLocalDay(day, name)).toBe(startOfDay(day, name));
    }),
    { numRuns: 1000 },
  );
});

test('the offset is that of the season', () => {
  expect(offsetOf('2026-07-01T00:00:00Z', 'Europe/Berlin')).toBe('+02:00');
  expect(offsetOf('2026-12-01T00:00:00Z', 'America/St_Johns')).toBe('-03:30');
});

test.each(['Europe/Atlantis', '+02:00', '', 'CET+1'])('%j is no time zone', (name) => {
  expect(isTimeZone(name)).toBe(false);
});

test.each(zones)('%s is a time zone', (name) => {
  expect(isTimeZone(name)).toBe(true);
});
