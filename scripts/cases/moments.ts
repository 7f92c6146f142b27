/**
 * The times of a case: a value is exactly as fine as it is written, a day or month is an interval of a zone, and a
 * difference says no more than its two ends know.
 */
import { epochMsOf } from '../../src/domain/instant';
import { problemOfMoment, spanOf, type WrittenMoment } from '../../src/domain/moment';

const precisions = ['second', 'minute', 'day', 'month'] as const;
type Precision = (typeof precisions)[number];

export interface CaseMoment {
  readonly written: WrittenMoment;
  /** First millisecond. */
  readonly fromMs: number;
  /** Exclusive end of a day or month; the same as `fromMs` for an instant. */
  readonly toMs: number;
}

/** An exact difference, or the two bounds between which it lies. */
export type Span =
  | { readonly kind: 'exact'; readonly ms: number; readonly atLeastMs: number; readonly atMostMs: number }
  | { readonly kind: 'bounds'; readonly atLeastMs: number; readonly atMostMs: number };

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** How fine a value is written, or nothing when it is no date that exists or a time without offset. */
export function precisionOf(text: string): Precision | undefined {
  const isWithoutSeconds = /T\d{2}:\d{2}(Z|[+-])/.test(text);
  const fitting = precisions.filter(
    (precision) =>
      isWithoutSeconds === (precision === 'minute') || precision === 'day' || precision === 'month',
  );
  return fitting.find((precision) => problemOfMoment({ at: text, precision }) === undefined);
}

/** @throws RangeError for what is no moment; `precisionOf` says so before */
export function momentOf(text: string, zone: string): CaseMoment {
  const written = writtenMomentOf(text, zone);
  const { earliest, latest } = spanOf(written);
  return { written, fromMs: epochMsOf(earliest), toMs: epochMsOf(latest) };
}

/** As messages take it: a time has its offset and needs no zone. */
export function writtenMomentOf(text: string, zone: string): WrittenMoment {
  const precision = precisionOf(text);
  if (precision === undefined) throw new RangeError(`${text} is not a moment`);
  return { at: text, precision, ...(isCoarse(precision) && { zone }) };
}

function isCoarse(precision: Precision): boolean {
  return precision === 'day' || precision === 'month';
}

export function isInstant({ written }: CaseMoment): boolean {
  return !isCoarse(written.precision);
}

/** Two spellings of one instant are the same; a day and its midnight are not. */
export function isSameMoment(left: string, right: string): boolean {
  const areTimes = left.includes('T') && right.includes('T');
  return left === right || (areTimes && Date.parse(left) === Date.parse(right));
}

/** Day minus day is a number of days, instant minus instant is cut to the coarser of the two; all else is bounds. */
export function spanBetween(from: CaseMoment, to: CaseMoment): Span {
  if (isInstant(from) && isInstant(to)) return exactly(cut(to.fromMs - from.fromMs, unitOf(from, to)));
  if (isInstant(from) || isInstant(to)) return { kind: 'bounds', ...boundsOf(from, to) };
  const bounds = boundsOf(onOneCalendar(from), onOneCalendar(to));
  if (isMonth(from) || isMonth(to)) return { kind: 'bounds', ...bounds };
  return { kind: 'exact', ms: onOneCalendar(to).fromMs - onOneCalendar(from).fromMs, ...bounds };
}

function exactly(ms: number): Span {
  return { kind: 'exact', ms, atLeastMs: ms, atMostMs: ms };
}

function boundsOf(
  from: CaseMoment,
  to: CaseMoment,
): { readonly atLeastMs: number; readonly atMostMs: number } {
  return { atLeastMs: to.fromMs - from.toMs, atMostMs: to.toMs - from.fromMs };
}

function isMonth({ written }: CaseMoment): boolean {
  return written.precision === 'month';
}

/** Dates differ by whole days, whatever the clocks of their zone do meanwhile. */
function onOneCalendar(moment: CaseMoment): CaseMoment {
  return momentOf(moment.written.at, 'UTC');
}

function unitOf(from: CaseMoment, to: CaseMoment): number {
  return [from, to].some(({ written }) => written.precision === 'minute') ? minuteMs : 1000;
}

function cut(ms: number, unitMs: number): number {
  return Math.trunc(ms / unitMs) * unitMs;
}

// Durations as ISO 8601 writes them, a day being 24 hours

const writtenDuration =
  /^(-?)P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds of a duration such as `P3DT2H30M` or `-P1D`; nothing when it is none. */
export function readDuration(text: string): number | undefined {
  const found = writtenDuration.exec(text);
  if (found === null) return undefined;
  const [, sign, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found;
  const amount =
    (Number(weeks) * 7 + Number(days)) * dayMs +
    (Number(hours) * 60 + Number(minutes)) * minuteMs +
    Number(seconds) * 1000;
  return sign === '-' ? -amount : amount;
}
