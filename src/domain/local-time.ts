/**
 * Local times of a zone, by the clock that the JavaScript engine brings along, so that the workflow can judge them as
 * well. A change of the clock makes some local times happen twice and takes others away: those are nobody's to guess.
 */
import { instantFromEpochMs, type Instant } from './instant';

/** One moment that a local time can mean. */
export interface LocalReading {
  readonly at: Instant;
  /** Such as `+02:00`. */
  readonly offset: string;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** The clock of each zone, which is dear to make; undefined for a name that is no zone. */
const clocks = new Map<string, Intl.DateTimeFormat | undefined>();

function clockOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!clocks.has(zone)) clocks.set(zone, newClock(zone));
  return clocks.get(zone);
}

function newClock(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    const whole = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
    const time = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
    return new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', ...whole, ...time });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether the name is one of the IANA zones, e.g. `Europe/Berlin`; an offset is none. */
export function isTimeZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && clockOf(name) !== undefined;
}

/**
 * The moments that a local time can mean, the earliest first: one, two where the clock is put back, none where it is
 * put forward.
 * @param local such as `2026-10-25T02:30` or `2026-10-25T02:30:15.5`
 * @param zone a name for which `isTimeZone` holds
 */
export function readingsOf(local: string, zone: string): readonly LocalReading[] {
  const asUtcMs = Date.parse(`${local}Z`);
  return offsetsAround(asUtcMs, zone)
    .map((offsetMs) => ({ epochMs: asUtcMs - offsetMs, offsetMs }))
    .filter(({ epochMs, offsetMs }) => offsetAt(epochMs, zone) === offsetMs)
    .sort((left, right) => left.epochMs - right.epochMs)
    .map(({ epochMs, offsetMs }) => ({ at: instantFromEpochMs(epochMs), offset: offsetInWords(offsetMs) }));
}

/** The offset that the zone has at an instant, such as `+02:00`. */
export function offsetOf(at: Instant, zone: string): string {
  return offsetInWords(offsetAt(Date.parse(at), zone));
}

/** The first instant of a day, which is not everywhere at 00:00. */
export function startOfLocalDay(day: string, zone: string): Instant {
  const [midnight] = readingsOf(`${day}T00:00`, zone);
  if (midnight !== undefined) return midnight.at;
  const asUtcMs = Date.parse(`${day}T00:00Z`);
  return instantFromEpochMs(asUtcMs - offsetAt(asUtcMs - dayMs, zone));
}

/** All offsets that the zone has on the days about a local time. */
function offsetsAround(asUtcMs: number, zone: string): readonly number[] {
  return [...new Set([-dayMs, 0, dayMs].map((shiftMs) => offsetAt(asUtcMs + shiftMs, zone)))];
}

/** A zone that is none is refused where it comes in; what got past that is read as UTC. */
function offsetAt(epochMs: number, zone: string): number {
  const clock = zone === 'UTC' ? undefined : clockOf(zone);
  if (clock === undefined) return 0;
  const wholeSecondMs = Math.floor(epochMs / 1000) * 1000;
  return wallClockMs(wholeSecondMs, clock) - wholeSecondMs;
}

/** What the wall shows, as if it were UTC. */
function wallClockMs(epochMs: number, clock: Intl.DateTimeFormat): number {
  const parts = clock.formatToParts(epochMs);
  const shown = (name: string) => Number(parts.find(({ type }) => type === name)?.value);
  return Date.UTC(
    shown('year'),
    shown('month') - 1,
    shown('day'),
    shown('hour'),
    shown('minute'),
    shown('second'),
  );
}

function offsetInWords(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / minuteMs);
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}
