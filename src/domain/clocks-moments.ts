/**
 * Reading and writing moments: local times in their zone, days and months as intervals, and the refusal of a local
 * time that a change of the clock made double or took away. Nothing unreadable ever becomes a time.
 */
import { Temporal as tc39 } from 'temporal-polyfill';
import { remembering } from './clocks-memory';
import type { Instant } from './instant';
import { epochMsOf, instantFromEpochMs } from './instant';

/** From `earliest` to `latest`, the same instant for a time; the exclusive end of the interval for a day or month. */
export interface ReadMoment {
  readonly kind: 'read';
  readonly earliest: Instant;
  readonly latest: Instant;
  /** The calendar day that was written, when only a day was. */
  readonly day?: string;
  /** The zone that came with it. */
  readonly zone?: string;
}

export interface RefusedMoment {
  readonly kind: 'refused';
  /** Such as `this local time happens twice; give an offset`. */
  readonly because: string;
}

const written =
  /^(\d{4}-\d{2})(-\d{2})?(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?(Z|[+-]\d{2}:?\d{2})?(?:\[!?([^\]=]+)\])?(?:\[u-ca=(?:iso8601|gregory)\])?$/;

/**
 * @param text an instant, a local time with `[zone]` or read in `zone`, a day, or a month
 * @param zone IANA name for what is written without one
 */
export const readMoment = remembering((text: string, zone: string): ReadMoment | RefusedMoment => {
  const [, month, day, time, offset, ownZone] = written.exec(text) ?? [];
  if (month === undefined || (time !== undefined && day === undefined)) return unreadable(text);
  try {
    if (time === undefined) return interval(month, day, ownZone ?? zone, ownZone);
    if (offset !== undefined) return timeWithOffset(text, offset, ownZone);
    return localTime(`${month}${day ?? ''}T${time}`, ownZone ?? zone, ownZone);
  } catch (error) {
    if (error instanceof RangeError) return refusalFor(text, ownZone ?? zone, error);
    throw error;
  }
});

export const isZone = remembering((name: string): boolean => {
  try {
    tc39.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
});

function interval(
  month: string,
  day: string | undefined,
  zone: string,
  ownZone: string | undefined,
): ReadMoment {
  const first =
    day === undefined
      ? tc39.PlainYearMonth.from(month).toPlainDate({ day: 1 })
      : tc39.PlainDate.from(`${month}${day}`);
  const next = first.add(day === undefined ? { months: 1 } : { days: 1 });
  return {
    kind: 'read',
    earliest: startOfDay(first.toString(), zone),
    latest: startOfDay(next.toString(), zone),
    ...(day !== undefined && { day: first.toString() }),
    ...(ownZone !== undefined && { zone: ownZone }),
  };
}

function timeWithOffset(text: string, offset: string, ownZone: string | undefined): ReadMoment {
  const isLocal = ownZone !== undefined && offset !== 'Z';
  const instant = isLocal
    ? tc39.ZonedDateTime.from(text, { offset: 'reject' }).toInstant()
    : tc39.Instant.from(text);
  return fine(instant, ownZone);
}

function localTime(text: string, zone: string, ownZone: string | undefined): ReadMoment | RefusedMoment {
  const local = tc39.PlainDateTime.from(text);
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' });
  if (earlier.epochMilliseconds === later.epochMilliseconds) return fine(earlier.toInstant(), ownZone);
  if (earlier.toPlainDateTime().equals(local))
    return refused('this local time happens twice; give an offset');
  return refused('this local time does not exist');
}

function fine(instant: tc39.Instant, zone: string | undefined): ReadMoment {
  const at = instantText(instant);
  return { kind: 'read', earliest: at, latest: at, ...(zone !== undefined && { zone }) };
}

function refusalFor(text: string, zone: string, error: RangeError): RefusedMoment {
  if (!isZone(zone)) return refused(`${zone} is not a time zone; use an IANA name such as Europe/Berlin`);
  if (/offset/i.test(error.message)) return refused('the offset is not one that the zone has at this time');
  return unreadable(text);
}

function unreadable(text: string): RefusedMoment {
  return refused(
    `${text} cannot be read as a time; write 2026-11-20T16:20:00Z or 2026-11-20T16:20[Europe/Berlin]`,
  );
}

function refused(because: string): RefusedMoment {
  return { kind: 'refused', because };
}

// Days and instants of a zone

/** First instant of a day; not everywhere at 00:00. */
export const startOfDay = remembering((day: string, zone: string): Instant =>
  instantText(tc39.PlainDate.from(day).toZonedDateTime(zone).toInstant()),
);

/** Exclusive end of a day. */
export function endOfDay(day: string, zone: string): Instant {
  return startOfDay(addDays(day, 1), zone);
}

/** A clock time on a day, such as noon. */
export const timeOfDay = remembering((day: string, time: string, zone: string): Instant =>
  instantText(tc39.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).toInstant()),
);

export const dayOf = remembering((instant: Instant, zone: string): string =>
  tc39.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString(),
);

export function addDays(day: string, days: number): string {
  return instantFromEpochMs(epochMsOf(day) + days * 86_400_000).slice(0, 10);
}

/** The same date `months` later, or the last day of that month where it has no such date. */
export function addMonths(day: string, months: number): string {
  return tc39.PlainDate.from(day).add({ months }).toString();
}

export function addTime(
  instant: Instant,
  { hours = 0, minutes = 0 }: { hours?: number; minutes?: number },
): Instant {
  return instantFromEpochMs(epochMsOf(instant) + (hours * 60 + minutes) * 60_000);
}

/** The first full hour of the local clock after the one in which the instant lies. */
export function nextFullHour(instant: Instant, zone: string): Instant {
  const local = tc39.Instant.from(instant).toZonedDateTimeISO(zone);
  return instantText(
    local.round({ smallestUnit: 'hour', roundingMode: 'floor' }).add({ hours: 1 }).toInstant(),
  );
}

/** 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(epochMsOf(day)).getUTCDay() || 7;
}

function instantText(instant: tc39.Instant): Instant {
  return instant.toString({ smallestUnit: 'millisecond' });
}

// In words

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Fri 20 Nov 2026 16:20 Europe/Berlin`. */
export const momentInWords = remembering((instant: Instant, zone: string): string => {
  const local = tc39.Instant.from(instant).toZonedDateTimeISO(zone);
  const seconds = local.second === 0 ? '' : `:${twoDigits(local.second)}`;
  return `${dayInWords(local.toPlainDate().toString())} ${twoDigits(local.hour)}:${twoDigits(local.minute)}${seconds} ${zone}`;
});

/** `Fri 20 Nov 2026`. */
export const dayInWords = remembering((day: string): string => {
  const date = tc39.PlainDate.from(day);
  return `${weekdays[date.dayOfWeek - 1] ?? ''} ${date.day} ${months[date.month - 1] ?? ''} ${date.year}`;
});

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
