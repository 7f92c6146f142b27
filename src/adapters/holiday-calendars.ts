/**
 * Public holidays from the `date-holidays` data set. Only holidays in law count: days on which banks or schools close
 * by custom are working days here, which makes a limit earlier and never later.
 */
import Holidays from 'date-holidays';
import { version } from 'date-holidays/package.json';
import type { HolidaySource } from '../domain/clocks-calendars';

/** Reads each place and year once. */
export function holidayCalendars(): HolidaySource {
  const years = new Map<string, ReadonlySet<string>>();
  const holidaysOf = (place: string, year: number): ReadonlySet<string> => {
    const key = `${place} ${year}`;
    const days = years.get(key) ?? publicHolidays(place, year);
    years.set(key, days);
    return days;
  };
  return {
    version: `date-holidays ${version}`,
    isPublicHoliday: (place, day) => holidaysOf(place, Number(day.slice(0, 4))).has(day),
  };
}

/** A year on its own lacks the holiday of the next one that is kept on 31 December. */
function publicHolidays(place: string, year: number): ReadonlySet<string> {
  const calendar = calendarOf(place);
  const holidays = [year, year + 1].flatMap((each) => calendar.getHolidays(each));
  return new Set(holidays.filter(({ type }) => type === 'public').map(({ date }) => date.slice(0, 10)));
}

function calendarOf(place: string): Holidays {
  const [country = '', subdivision] = place.split('-');
  return subdivision === undefined ? new Holidays(country) : new Holidays(country, subdivision);
}
