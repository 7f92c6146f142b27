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

/**
 * @param name one of the rule packs, or the code of a country or state whose own working days are meant
 * @throws RangeError when the name is no calendar
 */
export function workingCalendar(name: string, place: Place, holidays: HolidaySource): WorkingCalendar {
  const holidayPlace = placeOf(name, place);
  const isHoliday = (day: string) =>
    holidayPlace !== undefined && holidays.isPublicHoliday(holidayPlace, day);
  const isFreeBesides = freeBesides[name as CalendarName] ?? (() => false);
  return {
    name: holidayPlace === undefined ? 'weekends' : `${holidayPlace} working days`,
    isWorkingDay: (day) => weekdayOf(day) < 6 && !isHoliday(day) && !isFreeBesides(day, isHoliday),
  };
}

type IsHoliday = (day: string) => boolean;

/** Days that are free by a rule about holidays, which lists of holidays keep for some of them only. */
const freeBesides: Partial<Record<CalendarName, (day: string, isHoliday: IsHoliday) => boolean>> = {
  'us-federal': isObservedForWeekend,
  'jp-ppc': (day, isHoliday) => isJapaneseYearEnd(day) || isBetweenHolidays(day, isHoliday),
};

/** Of a federal holiday on a Saturday the Friday is free, of one on a Sunday the Monday (5 U.S.C. 6103(b), E.O. 11582). */
function isObservedForWeekend(day: string, isHoliday: IsHoliday): boolean {
  const weekday = weekdayOf(day);
  return (weekday === 5 && isHoliday(addDays(day, 1))) || (weekday === 1 && isHoliday(addDays(day, -1)));
}

/** A day between two holidays is one in Japan (Act on National Holidays, art. 3(3)). */
function isBetweenHolidays(day: string, isHoliday: IsHoliday): boolean {
  return isHoliday(addDays(day, -1)) && isHoliday(addDays(day, 1));
}

function placeOf(name: string, { country, subdivision }: Place): string | undefined {
  if (name === 'member-state') return country;
  if (name === 'us-state') return subdivision?.startsWith('US-') === true ? subdivision : 'US';
  const place = places[name as CalendarName] ?? /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.exec(name)?.[0];
  if (place === undefined)
    throw new RangeError(
      `${name} is not a calendar: use us-federal, us-state, member-state, br, co or jp-ppc, or the code of a place`,
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
