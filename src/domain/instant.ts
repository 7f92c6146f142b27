/** Points in time as the whole system writes them. */

/** ISO 8601 in UTC with milliseconds, e.g. `2026-11-23T15:20:00.000Z`; sorts as text. */
export type Instant = string;

export function instantFromEpochMs(epochMs: number): Instant {
  return new Date(epochMs).toISOString();
}

/** Any spelling of a date with time and offset, as the one spelling that all instants have. */
export function instantOf(text: string): Instant {
  return instantFromEpochMs(Date.parse(text));
}

export function epochMsOf(instant: Instant): number {
  return Date.parse(instant);
}

export function addMs(instant: Instant, durationMs: number): Instant {
  return instantFromEpochMs(epochMsOf(instant) + durationMs);
}

export function compareInstants(left: Instant, right: Instant): number {
  return epochMsOf(left) - epochMsOf(right);
}

export function earliestOf(instants: readonly Instant[]): Instant | undefined {
  const [first, ...others] = instants;
  if (first === undefined) return undefined;
  return others.reduce((earliest, each) => (compareInstants(each, earliest) < 0 ? each : earliest), first);
}

export function latestOf(left: Instant, right: Instant): Instant {
  return compareInstants(left, right) >= 0 ? left : right;
}
