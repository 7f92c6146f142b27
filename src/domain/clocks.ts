/**
 * Due instants: how each law counts its time, and the arithmetic in words. Owns the counting rules; what starts a
 * clock and which rule applies is `obligations.ts`. Uses the TC39 calendar, so the workflow never imports it.
 */
import type { CountingMode } from '../contract/rule-facts';
import type { Counting } from '../contract/rule-pack';
import type { WorkingCalendar } from './clocks-calendars';
import { workingDayAfter, workingDayFrom, workingDaysBetween } from './clocks-calendars';
import type { CountedDuration } from './clocks-duration';
import { durationInWords, readDuration } from './clocks-duration';
import {
  addDays,
  addMonths,
  addTime,
  dayInWords,
  dayOf,
  endOfDay,
  momentInWords,
  nextFullHour,
  timeOfDay,
} from './clocks-moments';
import type { Instant } from './instant';

export interface CountedFrom {
  readonly at: Instant;
  /** The day it counts as, when only a day is known; else the local day of `at`. */
  readonly day?: string | undefined;
  /** What started it, for the words: `awareness`. */
  readonly what: string;
}

export interface CountingRules {
  readonly counting: Counting;
  readonly mode: CountingMode;
  /** IANA name; days begin and end in it. */
  readonly zone: string;
  readonly calendar: WorkingCalendar;
  /** Noon of the next working day when the limit falls on a free day (DORA RTS art. 5(4)). */
  readonly hasRelief?: boolean;
  /** The last day moves to the next working day under the national rule, in `legal-max`. */
  readonly rolls?: boolean;
  readonly fromYearEnd?: boolean;
}

export interface Due {
  readonly at: Instant;
  /** Whether the instant itself is still in time: a clock time such as 17:30 is, the end of a day is not. */
  readonly inclusive: boolean;
  readonly words: string;
}

/**
 * @param within such as `PT72H`, `P3D`, `P1M`
 * @throws RangeError when the counting rule does not count in that unit
 */
export function dueAfter(start: CountedFrom, within: string, rules: CountingRules): Due {
  const duration = readDuration(within);
  if (duration.unit === 'hours' || duration.unit === 'minutes')
    return withRelief(afterHours(start, duration, rules), rules);
  const first = startDay(start, rules);
  const last = lastDay(first, duration, rules);
  return endOn(last, `${startInWords(start, rules)} + ${daysInWords(duration, rules)}`, rules);
}

/** Hours are elapsed time, whatever the wall clock does meanwhile. */
function afterHours(start: CountedFrom, { unit, amount }: CountedDuration, rules: CountingRules): Due {
  const isFullHourRule = rules.mode === 'legal-max' && rules.counting !== 'elapsed-hours' && unit === 'hours';
  // Reg. 1182/71 art. 3(1): the hour in which the event falls is not counted, not even when it falls on its first second.
  const from = isFullHourRule ? nextFullHour(start.at, rules.zone) : start.at;
  const at = addTime(from, { [unit]: amount });
  const note = isFullHourRule ? ', the hour of the event not counted' : '';
  const words = `${startInWords(start, rules)} + ${durationInWords({ unit, amount })}${note} = ${momentInWords(at, rules.zone)}`;
  return { at, inclusive: false, words };
}

function withRelief(due: Due, rules: CountingRules): Due {
  if (rules.hasRelief !== true) return due;
  return noonInstead(dayOf(due.at, rules.zone), due, rules);
}

function noonInstead(day: string, due: Due, { calendar, zone }: CountingRules): Due {
  if (calendar.isWorkingDay(day)) return due;
  const at = timeOfDay(workingDayFrom(day, calendar), '12:00', zone);
  return {
    at,
    inclusive: true,
    words: `${due.words}, not a working day: noon of the next one, ${momentInWords(at, zone)}`,
  };
}

function startDay(start: CountedFrom, { zone, fromYearEnd }: CountingRules): string {
  const day = start.day ?? dayOf(start.at, zone);
  return fromYearEnd === true ? `${day.slice(0, 4)}-12-31` : day;
}

function lastDay(
  first: string,
  { unit, amount }: CountedDuration,
  { counting, calendar, mode }: CountingRules,
): string {
  if (unit === 'months') return addMonths(first, amount);
  switch (counting) {
    case 'business-days':
    case 'sec-form-8k':
      return workingDayAfter(first, amount, calendar);
    case 'jp-appi':
      // The day of awareness is the first day.
      return addDays(first, amount - 1);
    case 'calendar-days':
      return addDays(first, amount);
    case 'reg-1182-71':
      return mode === 'legal-max' ? withTwoWorkingDays(first, amount, calendar) : addDays(first, amount);
    case 'elapsed-hours':
    case 'dora-rts-5':
      throw new RangeError(`${counting} does not count in days`);
  }
}

/** Reg. 1182/71 art. 3(5): a period of two days or more contains at least two working days. */
function withTwoWorkingDays(first: string, amount: number, calendar: WorkingCalendar): string {
  const last = addDays(first, amount);
  if (amount < 2 || workingDaysBetween(first, last, calendar) >= 2) return last;
  return workingDayAfter(first, 2, calendar);
}

function endOn(day: string, words: string, rules: CountingRules): Due {
  if (rules.counting === 'sec-form-8k') return atCutOff(day, words, rules);
  const last = rolledDay(day, rules);
  const moved = last === day ? '' : `, moved to ${dayInWords(last)}`;
  const due: Due = {
    at: endOfDay(last, rules.zone),
    inclusive: false,
    words: `${words} = end of ${dayInWords(day)} ${rules.zone}${moved}`,
  };
  return rules.hasRelief === true ? noonInstead(last, due, rules) : due;
}

/** Filings of the day end at 17:30 on the wall, summer and winter. */
function atCutOff(day: string, words: string, { zone }: CountingRules): Due {
  const at = timeOfDay(day, '17:30', zone);
  return { at, inclusive: true, words: `${words} = ${momentInWords(at, zone)}` };
}

function rolledDay(last: string, rules: CountingRules): string {
  if (rules.mode !== 'legal-max') return last;
  if (rules.counting === 'reg-1182-71') return workingDayFrom(last, rules.calendar);
  return rules.rolls === true ? workingDayFrom(last, rules.calendar) : last;
}

function startInWords({ at, day, what }: CountedFrom, { zone, fromYearEnd }: CountingRules): string {
  const moment = day === undefined ? momentInWords(at, zone) : dayInWords(day);
  return fromYearEnd === true ? `${what} ${moment}, from the end of that year` : `${what} ${moment}`;
}

function daysInWords(duration: CountedDuration, { counting, calendar }: CountingRules): string {
  const words = durationInWords(duration);
  if (counting === 'business-days' || counting === 'sec-form-8k') return `${words} (${calendar.name})`;
  return counting === 'jp-appi' ? `${words}, that day being the first` : words;
}
