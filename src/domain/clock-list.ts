/**
 * The clocks of an incident as one list, the most urgent first: law, policy and promises side by side, each saying which
 * it is. A rule and stage that tenants have in several zones stands once, with its earliest instant.
 */
import { compareInstants, epochMsOf, type Instant } from './instant';
import { durationText } from './lateness';
import type { ClockAtInstant, ObligationReading } from './obligation-clock';
import type { ObligationView, OwedDuty, OwedPromise } from './obligation-view';

export interface ListedClock {
  /** The same as long as incident, rule, stage and whose duty it is stay the same, whatever becomes of the instant. */
  readonly id: string;
  readonly what: string;
  /** Whoever is to be told. */
  readonly to: string;
  readonly kind: 'law' | 'policy' | 'promise';
  readonly state: ClockAtInstant;
  readonly isUndecided: boolean;
  /** The earliest, where tenants differ; absent while the clock has not started. */
  readonly dueAt?: Instant;
  /** The last instant at which it may be due, where it is not one for all. */
  readonly latestDueAt?: Instant;
  readonly inclusive: boolean;
  /** From now to the due instant, such as `P1DT4H`; negative when that is past. */
  readonly margin?: string;
  readonly words: string;
}

export function clockList(incidentId: string, view: ObligationView): readonly ListedClock[] {
  const duties = view.duties.filter(({ clock }) => clock !== undefined);
  const together = alike(duties).map((same) => dutyClock(incidentId, same, view.at));
  const promises = view.promises.map((promise) => promiseClock(incidentId, promise, view.at));
  return [...together, ...promises].sort(byUrgency);
}

/** Never an empty group. */
function alike(duties: readonly OwedDuty[]): readonly (readonly [OwedDuty, ...OwedDuty[]])[] {
  const groups = new Map<string, [OwedDuty, ...OwedDuty[]]>();
  for (const duty of duties) {
    const group = groups.get(identityOf(duty));
    if (group === undefined) groups.set(identityOf(duty), [duty]);
    else group.push(duty);
  }
  return [...groups.values()];
}

function identityOf({ ruleId, stage, duty, recipient }: ObligationReading): string {
  return `${ruleId}/${stage}/${duty}/${recipient}`;
}

function dutyClock(incidentId: string, same: readonly [OwedDuty, ...OwedDuty[]], now: Instant): ListedClock {
  const first = same.reduce((earliest, each) => (timeOf(each) < timeOf(earliest) ? each : earliest));
  const last = same.reduce((latest, each) => (timeOf(each) > timeOf(latest) ? each : latest));
  const { ruleId, stage, recipient, tenants, clock = 'not-started', due, softDueAt, words } = first;
  const dueAt = due?.dueFrom ?? softDueAt;
  const latestDueAt = last.due?.dueTo ?? last.softDueAt;
  const affected = same.reduce((sum, each) => sum + (each.tenants ?? 0), 0);
  return {
    id: `${incidentId}/${identityOf(first)}`,
    what: `${ruleId} (${stage})`,
    to: tenants === undefined ? recipient : `${affected} ${affected === 1 ? 'tenant' : 'tenants'}`,
    kind: due === undefined && clock === 'undated' ? 'policy' : 'law',
    state: clock,
    isUndecided: same.some(({ outcome }) => outcome === 'undecided'),
    ...timesOf(dueAt, latestDueAt, now),
    inclusive: due?.inclusive ?? false,
    words,
  };
}

function promiseClock(
  incidentId: string,
  { promiseId, text, covers, clock, due }: OwedPromise,
  now: Instant,
): ListedClock {
  return {
    id: `${incidentId}/promise/${promiseId}`,
    what: `promise ${promiseId}`,
    to: covers === 'all' ? 'everybody affected' : `${covers.length} tenants`,
    kind: 'promise',
    state: clock,
    isUndecided: false,
    ...timesOf(due.dueFrom, due.dueTo, now),
    inclusive: due.inclusive,
    words: text,
  };
}

function timesOf(dueAt: Instant | undefined, latestDueAt: Instant | undefined, now: Instant) {
  if (dueAt === undefined) return {};
  return {
    dueAt,
    ...(latestDueAt !== undefined && latestDueAt !== dueAt && { latestDueAt }),
    margin: durationText(epochMsOf(dueAt) - epochMsOf(now)),
  };
}

function timeOf({ due, softDueAt }: OwedDuty): string {
  return due?.dueFrom ?? softDueAt ?? '9999';
}

/** What is met needs nobody's eye and comes last, after what has not started. */
function byUrgency(left: ListedClock, right: ListedClock): number {
  const rank = ({ state, dueAt }: ListedClock) => (state === 'met' ? 2 : dueAt === undefined ? 1 : 0);
  return (
    rank(left) - rank(right) ||
    (left.dueAt !== undefined && right.dueAt !== undefined ? compareInstants(left.dueAt, right.dueAt) : 0) ||
    left.id.localeCompare(right.id)
  );
}
