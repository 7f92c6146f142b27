/**
 * Moments as people write them: with exactly the precision that is known, and only dates that exist. A time carries its
 * offset, or the zone on whose wall it was read.
 */
import { instantOf, type Instant } from './instant';
import { isTimeZone, offsetOf, readingsOf, startOfLocalDay } from './local-time';

const date = String.raw`\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`;
const offset = String.raw`(Z|[+-]([01]\d|2[0-3]):[0-5]\d)`;
const hourAndMinute = String.raw`([01]\d|2[0-3]):[0-5]\d`;

const spelling = {
  second: new RegExp(`^${date}T${hourAndMinute}:[0-5]\\d(\\.\\d+)?${offset}?$`),
  minute: new RegExp(`^${date}T${hourAndMinute}(:00(\\.0+)?)?${offset}?$`),
  day: new RegExp(`^${date}$`),
  month: /^\d{4}-(0[1-9]|1[0-2])$/,
};

export interface WrittenMoment {
  readonly at: string;
  readonly precision: keyof typeof spelling;
  /** IANA name; UTC when left out. */
  readonly zone?: string | undefined;
}

/** A full date with seconds and offset, e.g. `2026-11-23T15:20:00Z`, of a day that exists. */
export function isInstantText(text: string): boolean {
  return spelling.second.test(text) && writtenOffset(text) !== undefined && isCalendarDay(text);
}

/** A sentence, or nothing when the moment is written as its precision says, exists, and means one moment only. */
export function problemOfMoment({ at, precision, zone }: WrittenMoment): string | undefined {
  const isTime = precision === 'second' || precision === 'minute';
  if (!spelling[precision].test(at))
    return `${at} is not written with precision ${precision}${isTime ? '; a time needs an offset or Z' : ''}`;
  if (precision !== 'month' && !isCalendarDay(at)) return `${at} is not a date that exists`;
  if (zone === undefined)
    return isTime && writtenOffset(at) === undefined ? `${at} needs an offset or Z, or its zone` : undefined;
  if (!isTimeZone(zone)) return `zone ${zone} is not a time zone; use an IANA name such as Europe/Berlin`;
  return isTime ? problemOfLocalTime(at, zone) : undefined;
}

function problemOfLocalTime(at: string, zone: string): string | undefined {
  const written = writtenOffset(at);
  if (written === undefined) return problemOfReadings(at, zone);
  if (written === 'Z') return undefined;
  const real = offsetOf(instantOf(at), zone);
  return written === real
    ? undefined
    : `${at} has an offset that ${zone} does not have then; it is ${real} there`;
}

function problemOfReadings(at: string, zone: string): string | undefined {
  const readings = readingsOf(at, zone);
  if (readings.length === 1) return undefined;
  if (readings.length === 0)
    return `${at} does not exist in ${zone}, where the clock was put forward; write the time that was meant`;
  const offsets = readings.map((reading) => reading.offset).join(' or ');
  return `${at} happens twice in ${zone}; add the offset, ${offsets}`;
}

function writtenOffset(text: string): string | undefined {
  return /T.*?(Z|[+-]\d{2}:\d{2})$/.exec(text)?.[1];
}

/** The month of 30 February has no such day: the calendar moves it, and it comes back another. */
function isCalendarDay(text: string): boolean {
  const day = text.slice(0, 10);
  const atMidnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(atMidnight.getTime()) && atMidnight.toISOString().startsWith(day);
}

// Moments that are written well

/** The same moment with the offset that its zone has then, so that nobody has to know the zone to read it. */
export function withOffset<Written extends WrittenMoment>(moment: Written): Written {
  const { at, precision, zone } = moment;
  if (precision === 'day' || precision === 'month' || writtenOffset(at) !== undefined) return moment;
  const [reading] = readingsOf(at, zone ?? 'UTC');
  return reading === undefined ? moment : { ...moment, at: at + reading.offset };
}

/** From `earliest` to `latest`: the same instant for a time, the exclusive end of the interval for a day or a month. */
export interface MomentSpan {
  readonly earliest: Instant;
  readonly latest: Instant;
  readonly precision: WrittenMoment['precision'];
  /** The calendar day that was written, when only a day was. */
  readonly day?: string;
}

/** The instants that a moment can mean. What `problemOfMoment` refuses has no meaning and must not get here. */
export function spanOf(moment: WrittenMoment): MomentSpan {
  const { at, precision, zone = 'UTC' } = moment;
  if (precision === 'day') return { ...fromTo(at, dayAfter(at), zone), precision, day: at };
  if (precision === 'month') return { ...fromTo(`${at}-01`, monthAfter(at), zone), precision };
  const instant = instantOf(withOffset(moment).at);
  return { earliest: instant, latest: instant, precision };
}

/** The first instant that a moment can mean; alarms count from it. */
export function beginningOf(moment: WrittenMoment): Instant {
  return spanOf(moment).earliest;
}

function fromTo(first: string, next: string, zone: string) {
  return { earliest: startOfLocalDay(first, zone), latest: startOfLocalDay(next, zone) };
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

function monthAfter(month: string): string {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5, 7))];
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
}
