/** Moments as people write them: with exactly the precision that is known, and only dates that exist. */
const date = String.raw`\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`;
const offset = String.raw`(Z|[+-]([01]\d|2[0-3]):[0-5]\d)`;
const hourAndMinute = String.raw`([01]\d|2[0-3]):[0-5]\d`;

const spelling = {
  second: new RegExp(`^${date}T${hourAndMinute}:[0-5]\\d(\\.\\d+)?${offset}$`),
  minute: new RegExp(`^${date}T${hourAndMinute}(:00(\\.0+)?)?${offset}$`),
  day: new RegExp(`^${date}$`),
  month: /^\d{4}-(0[1-9]|1[0-2])$/,
};

export interface WrittenMoment {
  readonly at: string;
  readonly precision: keyof typeof spelling;
}

/** A full date with seconds and offset, e.g. `2026-11-23T15:20:00Z`, of a day that exists. */
export function isInstantText(text: string): boolean {
  return spelling.second.test(text) && isCalendarDay(text);
}

/** A sentence, or nothing when the moment is written as its precision says and exists. */
export function problemOfMoment({ at, precision }: WrittenMoment): string | undefined {
  if (!spelling[precision].test(at))
    return `${at} is not written with precision ${precision}; a time needs an offset or Z`;
  return precision === 'month' || isCalendarDay(at) ? undefined : `${at} is not a date that exists`;
}

/** The month of 30 February has no such day: the calendar moves it, and it comes back another. */
function isCalendarDay(text: string): boolean {
  const day = text.slice(0, 10);
  const atMidnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(atMidnight.getTime()) && atMidnight.toISOString().startsWith(day);
}
