/** Durations as laws write them: one number, one unit, and no conversion from one unit to another. */

export type DurationUnit = 'minutes' | 'hours' | 'days' | 'months';

export interface CountedDuration {
  readonly unit: DurationUnit;
  readonly amount: number;
}

/** @throws RangeError when it is not one number with one unit, such as `PT72H`, `P3D`, `P1M`. */
export function readDuration(text: string): CountedDuration {
  const [, inTime, digits, letter] = /^P(T?)(\d+)([HMD])$/.exec(text) ?? [];
  const unit = unitOf(inTime, letter);
  if (digits === undefined || unit === undefined)
    throw new RangeError(`${text} is not a duration such as PT72H, P3D or P1M`);
  return { unit, amount: Number(digits) };
}

function unitOf(inTime: string | undefined, letter: string | undefined): DurationUnit | undefined {
  if (inTime === 'T') return letter === 'H' ? 'hours' : letter === 'M' ? 'minutes' : undefined;
  return letter === 'D' ? 'days' : letter === 'M' ? 'months' : undefined;
}

export function durationInWords({ unit, amount }: CountedDuration): string {
  if (unit === 'hours') return `${amount} h`;
  return amount === 1 ? `1 ${unit.slice(0, -1)}` : `${amount} ${unit}`;
}
