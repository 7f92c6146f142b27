import { holidayCalendars } from '../../src/adapters/holiday-calendars';

const holidays = holidayCalendars();

test.each([
  ['US', '2026-11-26', true, 'Thanksgiving'],
  ['US', '2026-11-27', false, 'the day after it is no federal holiday'],
  ['US', '2026-07-03', true, 'Independence Day on a Saturday is kept on Friday'],
  ['US', '2027-12-31', true, 'New Year on a Saturday is kept in the year before'],
  ['US-CA', '2026-11-27', true, 'but one of California'],
  ['BR', '2026-11-20', true, 'Consciência Negra'],
  ['BR', '2026-02-16', false, 'Carnival closes banks by custom, not by law'],
  ['DE', '2026-12-24', false, 'so does Christmas Eve'],
  ['DE', '2026-10-03', true, 'German Unity'],
  ['JP', '2026-05-06', true, 'a substitute holiday'],
])('%s %s: %s (%s)', (place, day, expected) => {
  expect(holidays.isPublicHoliday(place, day)).toBe(expected);
});

test('the version of the data is told', () => {
  expect(holidays.version).toMatch(/^date-holidays \d+\.\d+\.\d+$/);
});
