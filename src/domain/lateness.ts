/**
 * How late something was, as exactly as its two moments are known and no more exactly. A verdict is given only when it
 * holds for every instant that the two can mean; nothing is rounded to late or in time.
 */
import { epochMsOf, type Instant } from './instant';
import type { MomentSpan, WrittenMoment } from './moment';
import type { ClockAnchor } from './obligations';

/** When something is due: one instant, or a range when only the day or month of the anchor is known. */
export interface DueTime {
  readonly dueFrom: Instant;
  /** The end of the range; the same instant as `dueFrom` when the due time is exact. */
  readonly dueTo: Instant;
  /** Whether the due instant itself is still in time: 17:30 is, the end of a day is not. */
  readonly inclusive: boolean;
  /** How precisely it is known: `day` and `month` for a range, otherwise as the anchor. */
  readonly precision: MomentSpan['precision'];
  /** The calendar day that the range stands for, e.g. `2019-01-16`; never for an instant. */
  readonly day?: string;
}

/** Durations in ISO 8601, such as `P22D` or `P2DT2H30M`, a day being 24 hours; `-P1D` is a day early. */
export interface Lateness {
  readonly verdict: 'late' | 'in-time' | 'undecidable';
  /** Between two days their number, between two times the time between them; else nobody can say. */
  readonly lateBy?: string;
  readonly earlyBy?: string;
  /** It was later than this; with `lateMax` where `lateBy` is not the whole truth. */
  readonly lateMin?: string;
  readonly lateMax?: string;
  readonly earlyMin?: string;
  readonly earlyMax?: string;
}

/** What is kept with a filing once and for all: its lateness under the anchor that was in use when it was recorded. */
export interface FilingJudgement extends Lateness {
  readonly anchor?: Pick<WrittenMoment, 'at' | 'precision' | 'zone'> & { readonly kind: ClockAnchor };
  /** When it was due; absent where no number or no anchor says so. */
  readonly dueAt?: Instant;
  /** The other end of the range, where only the day or month of the anchor was known. */
  readonly latestDueAt?: Instant;
  readonly because: string;
}

/**
 * Judges something that was handed in at `filed` and due at `due`.
 *
 * Day minus day is a number of days, with the bounds of both as instants; time minus time is cut to the coarser of the
 * two precisions; anything else gives bounds alone.
 * @param filed see `spanOf`: a time, or the interval of a day or month
 */
export function latenessOf(due: DueTime, filed: MomentSpan): Lateness {
  if (isLate(due, filed)) return { verdict: 'late', ...lateBetween(due, filed) };
  if (isInTime(due, filed)) return { verdict: 'in-time', ...earlyBetween(due, filed) };
  const { shortest, longest } = latenessRange(due, filed);
  return { verdict: 'undecidable', lateMin: durationText(shortest), lateMax: durationText(longest) };
}

function isLate({ dueTo, inclusive }: DueTime, filed: MomentSpan): boolean {
  const pastMs = epochMsOf(filed.earliest) - epochMsOf(dueTo);
  return pastMs > 0 || (pastMs === 0 && !inclusive);
}

/** The end of a day or month on which something was filed is no longer a part of it. */
function isInTime({ dueFrom, inclusive }: DueTime, filed: MomentSpan): boolean {
  const leftMs = epochMsOf(dueFrom) - epochMsOf(filed.latest);
  return leftMs > 0 || (leftMs === 0 && (inclusive || isCoarse(filed)));
}

function lateBetween(due: DueTime, filed: MomentSpan): Partial<Lateness> {
  const { shortest, longest } = latenessRange(due, filed);
  const known = knownDifference(due, filed);
  if (known !== undefined && isExact(due, filed)) return { lateBy: known };
  return {
    ...(known !== undefined && { lateBy: known }),
    lateMin: durationText(shortest),
    lateMax: durationText(longest),
  };
}

function earlyBetween(due: DueTime, filed: MomentSpan): Partial<Lateness> {
  const { shortest, longest } = latenessRange(due, filed);
  const known = knownDifference(due, filed);
  if (known !== undefined && isExact(due, filed)) return { earlyBy: known };
  return {
    ...(known !== undefined && { earlyBy: known }),
    earlyMin: durationText(-longest),
    earlyMax: durationText(-shortest),
  };
}

function latenessRange({ dueFrom, dueTo }: DueTime, filed: MomentSpan) {
  return {
    shortest: epochMsOf(filed.earliest) - epochMsOf(dueTo),
    longest: epochMsOf(filed.latest) - epochMsOf(dueFrom),
  };
}

/** Without its sign: whether late or early is said by the verdict. */
function knownDifference(due: DueTime, filed: MomentSpan): string | undefined {
  if (isExact(due, filed)) return durationText(cut(Math.abs(latenessRange(due, filed).longest), due, filed));
  if (due.day === undefined || filed.day === undefined) return undefined;
  return durationText(Math.abs(Date.parse(filed.day) - Date.parse(due.day)));
}

function isExact(due: DueTime, filed: MomentSpan): boolean {
  return due.dueFrom === due.dueTo && filed.earliest === filed.latest;
}

function isCoarse({ earliest, latest }: MomentSpan): boolean {
  return earliest !== latest;
}

const secondMs = 1000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

function cut(differenceMs: number, due: DueTime, filed: MomentSpan): number {
  const stepMs = due.precision === 'minute' || filed.precision === 'minute' ? minuteMs : secondMs;
  return Math.floor(differenceMs / stepMs) * stepMs;
}

/** `P2DT2H30M`; whole seconds, and `P0D` for nothing. */
export function durationText(durationMs: number): string {
  const leftMs = Math.abs(durationMs);
  const days = amount(leftMs / dayMs, 'D');
  const time = [
    amount((leftMs % dayMs) / hourMs, 'H'),
    amount((leftMs % hourMs) / minuteMs, 'M'),
    amount((leftMs % minuteMs) / secondMs, 'S'),
  ].join('');
  if (days === '' && time === '') return 'P0D';
  return `${durationMs < 0 ? '-' : ''}P${days}${time === '' ? '' : `T${time}`}`;
}

function amount(value: number, unit: string): string {
  const whole = Math.floor(value);
  return whole === 0 ? '' : `${String(whole)}${unit}`;
}

// In words

/** `late by 22 days`, `late by more than 2 d 2 h 30 min and less than 3 d 2 h 30 min`, `in time`, `… cannot be said`. */
export function latenessInWords(lateness: Lateness): string {
  const { verdict, lateBy, lateMin, lateMax } = lateness;
  if (verdict === 'in-time') return 'in time';
  if (verdict === 'late' && lateBy !== undefined) return `late by ${durationInWords(lateBy)}`;
  if (lateMin === undefined || lateMax === undefined) return 'whether it is late cannot be said';
  if (verdict === 'late') return `late by ${durationInWords(lateMin)} to ${durationInWords(lateMax)}`;
  return `whether it is late cannot be said: between ${early(lateMin)} and ${durationInWords(lateMax)} late`;
}

function early(duration: string): string {
  return `${durationInWords(duration.replace('-', ''))} early`;
}

/** `P2DT2H30M` as `2 days 2 h 30 min`. */
export function durationInWords(duration: string): string {
  const [, days, hours, minutes, seconds] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration) ?? [];
  const parts = [
    days === undefined ? '' : `${days} ${days === '1' ? 'day' : 'days'}`,
    hours === undefined ? '' : `${hours} h`,
    minutes === undefined ? '' : `${minutes} min`,
    seconds === undefined ? '' : `${seconds} s`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}
