/** Durations as people read them in reports and lists. */
import type { Span } from './metrics';

/** One duration, or two where only the day or month of a moment is known. */
export function spanText({ atLeastMs, atMostMs }: Span): string {
  const [least, most] = [durationText(atLeastMs), durationText(atMostMs)];
  return least === most ? least : `between ${least} and ${most}`;
}

/** Days, hours and minutes; less than a minute is said as such. */
export function durationText(durationMs: number): string {
  const minutes = Math.floor(Math.abs(durationMs) / 60_000);
  if (minutes === 0) return 'under a minute';
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ] as const;
  const text = parts
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${String(value)} ${unit}`)
    .join(' ');
  return durationMs < 0 ? `minus ${text}` : text;
}
