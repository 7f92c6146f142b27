/** Which days are working days, for whom. Holidays are versioned data behind a port; weekends and closures are here. */
import type { CalendarName } from '../contract/rule-pack';
import { addDays, weekdayOf } from './clocks-moments';

export interface HolidaySource {
  /** Name and version of the data, recorded with every assessment. */
  readonly version: string;
  /** @param place ISO 3166-1 or 3166-2 code; @param day such as `2026-11-26` */
  isPublicHoliday(place: string, day: string): boolean;
}

export interface WorkingCalendar {
  readonly name: string;
  isWorkingDay(day: string): boolean;
}

/** Whose place decides where a calendar is that of the member state or of the state. */
export interface Place {
  readonly country?: string | undefined;
  readonly subdivision?: string | undefined;
}

const places: Partial<Record<CalendarName, string>> = {
  'us-federal': 'US',
  br: 'BR',
  co: 'CO',
  'jp-ppc': 'JP',
};

/** @throws RangeError when the name is no calendar. */
export function workingCalendar(name: string, place: Place, holidays: HolidaySource): WorkingCalendar {
  const holidayPlace = placeOf(name, place);
  return {
    name: holidayPlace === undefined ? 'weekends' : `${holidayPlace} working days`,
    isWorkingDay: (day) =>
      weekdayOf(day) < 6 &&
      !(name === 'jp-ppc' && isJapaneseYearEnd(day)) &&
      !(holidayPlace !== undefined && holidays.isPublicHoliday(holidayPlace, day)),
  };
}

function placeOf(name: string, { country, subdivision }: Place): string | undefined {
  if (name === 'member-state') return country;
  if (name === 'us-state') return subdivision?.startsWith('US-') === true ? subdivision : 'US';
  const place = places[name as CalendarName];
  if (place === undefined)
    throw new RangeError(
      `${name} is not a calendar: use us-federal, us-state, member-state, br, co or jp-ppc`,
    );
  return place;
}

/** Offices of the Japanese state are closed from 29 December to 3 January. */
function isJapaneseYearEnd(day: string): boolean {
  const date = day.slice(5);
  return date >= '12-29' || date <= '01-03';
}

/** The day itself when it is a working day. */
export function workingDayFrom(day: string, calendar: WorkingCalendar): string {
  return calendar.isWorkingDay(day) ? day : workingDayFrom(addDays(day, 1), calendar);
}

/** The nth working day after a day; the day itself is not counted. */
export function workingDayAfter(day: string, count: number, calendar: WorkingCalendar): string {
  let last = day;
  for (let counted = 0; counted < count; counted += 1) last = workingDayFrom(addDays(last, 1), calendar);
  return last;
}

/** Working days in (from, to]. */
export function workingDaysBetween(from: string, to: string, calendar: WorkingCalendar): number {
  let count = 0;
  for (let day = addDays(from, 1); day <= to; day = addDays(day, 1))
    if (calendar.isWorkingDay(day)) count += 1;
  return count;
}
