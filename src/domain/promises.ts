/**
 * Public promises: "known victims within 72 hours". A promise is a clock of its own beside those of the law; it counts
 * from the moment it was made, for those whom it covers, and never moves a limit of a law.
 */
import { addMs, type Instant } from './instant';
import type { DueTime } from './lateness';
import { spanOf, type WrittenMoment } from './moment';

export interface PublicPromise {
  /** `P1`, `P2`, in the order in which they were recorded. */
  readonly promiseId: string;
  readonly text: string;
  readonly hours: number;
  readonly madeAt: WrittenMoment;
  /** Everybody affected, or these tenants and nobody who became known later. */
  readonly covers: 'all' | readonly string[];
  readonly basis: string;
  /** When it was kept, as far as the ledger shows. */
  readonly metAt?: Instant;
}

const hourMs = 3_600_000;
const hoursOfDay = 24;

/**
 * So many elapsed hours after a moment. After a day or month it is a range, which is itself a day when whole days are
 * added to a day.
 */
export function dueAfterHours(moment: WrittenMoment, hours: number): DueTime {
  const { earliest, latest, precision, day } = spanOf(moment);
  const isWholeDays = hours % hoursOfDay === 0;
  return {
    dueFrom: addMs(earliest, hours * hourMs),
    dueTo: addMs(latest, hours * hourMs),
    inclusive: false,
    precision,
    ...(day !== undefined && isWholeDays && { day: dayAfter(day, hours) }),
  };
}

function dayAfter(day: string, hours: number): string {
  return addMs(`${day}T00:00:00Z`, hours * hourMs).slice(0, 10);
}

export function promiseDue({ madeAt, hours }: PublicPromise): DueTime {
  return dueAfterHours(madeAt, hours);
}

/** Whether a promise was made to a tenant; who became known after it is not reached by one that names its tenants. */
export function coversTenant({ covers }: PublicPromise, tenantId: string): boolean {
  return covers === 'all' || covers.includes(tenantId);
}
