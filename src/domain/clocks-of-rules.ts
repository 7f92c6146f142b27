/**
 * The clock of one step of a rule under given anchors and submissions. A clock whose anchor is missing has not
 * started: no other anchor is ever put in its place.
 */
import type { CountingMode, StartKind } from '../contract/rule-facts';
import type { Clock, DatedClock, Limb, Rule, RulePack, Start } from '../contract/rule-pack';
import type { CountedFrom, CountingRules } from './clocks';
import { dueAfter } from './clocks';
import type { HolidaySource, Place } from './clocks-calendars';
import { workingCalendar } from './clocks-calendars';
import { addTime, dayOf, isZone, readMoment } from './clocks-moments';
import type { ReadMoment } from './clocks-moments';
import { answer, listOf } from './conditions';
import type { Instant } from './instant';
import { compareInstants } from './instant';
import { holdOn } from './rule-holds';
import type { ContractTerm, RuleFacts } from './rule-profile';
import { startKindOf } from './rule-profile';
import { governingPlace } from './rule-scope';

export type ClockReading =
  /** `latestDueAt` differs from `dueAt` when only the day or month of the anchor is known; alarms use `dueAt`. */
  | {
      readonly kind: 'running';
      readonly anchor: StartKind | 'submission';
      readonly dueAt: Instant;
      readonly latestDueAt: Instant;
      readonly inclusive: boolean;
      readonly words: string;
    }
  /** No number in the law. `softDueAt` is policy and never law. */
  | {
      readonly kind: 'undated';
      readonly anchor: StartKind | 'submission';
      readonly softDueAt?: Instant;
      readonly words: string;
    }
  | {
      readonly kind: 'not-started';
      readonly missing: readonly string[];
      readonly anchor: StartKind | 'submission';
    }
  /** Every limit fell away, such as the 24 hours of DORA after a later classification. */
  | { readonly kind: 'lapsed'; readonly words: string }
  | { readonly kind: 'no-terms' }
  | { readonly kind: 'refused'; readonly because: string };

export interface ClockSurroundings {
  readonly facts: RuleFacts;
  readonly pack: Pick<RulePack, 'zones'>;
  readonly mode: CountingMode;
  readonly holidays: HolidaySource;
}

export interface ClockedStep {
  readonly rule: Rule;
  readonly stage: string;
  readonly clock: Clock;
  readonly repeats: boolean;
}

interface StartedClock {
  readonly kind: 'started';
  readonly moment: ReadMoment;
  readonly anchor: StartKind | 'submission';
  readonly what: string;
}

type Started =
  | StartedClock
  | { readonly kind: 'missing'; readonly what: string; readonly anchor: StartKind | 'submission' }
  | { readonly kind: 'refused'; readonly because: string };

export function readClock(step: ClockedStep, surroundings: ClockSurroundings): ClockReading {
  const zone = zoneOf(step.rule, step.clock, surroundings);
  if (!isZone(zone))
    return refusal(`zone: ${zone} is not a time zone; use an IANA name such as Europe/Berlin`);
  try {
    return readInZone(step, surroundings, zone);
  } catch (error) {
    if (error instanceof RangeError) return refusal(error.message);
    throw error;
  }
}

function readInZone(step: ClockedStep, surroundings: ClockSurroundings, zone: string): ClockReading {
  const { clock } = step;
  if (clock.kind === 'contract') return contractClock(surroundings, zone);
  if (clock.kind === 'undated') return undatedClock(clock, step, surroundings, zone);
  return datedClock(clock, step, surroundings, zone);
}

/** The wall clock that a law fixes, else that of the facts, else that of whoever is to be told. */
export function zoneOf(rule: Rule, clock: Clock, { facts, pack }: ClockSurroundings): string {
  if (clock.kind === 'dated' && clock.zone !== undefined) return clock.zone;
  if (facts.zone !== undefined) return facts.zone;
  const seat = [...listOf(facts.values['tenant.subdivision']), ...listOf(facts.values['tenant.country'])];
  const law = [...listOf(governingPlace(rule, facts.values)), ...rule.jurisdictions];
  const places = rule.recipient === 'customer' ? [...seat, ...law] : [...law, ...seat];
  const zones = places.flatMap((place) => [pack.zones[place], pack.zones[place.slice(0, 2)]]);
  return zones.find((zone) => zone !== undefined) ?? 'UTC';
}

// Where a clock starts

/** The earliest of several anchors of a kind (process: anchors). */
export function startAt(start: Start, { facts }: ClockSurroundings, zone: string): Started {
  return typeof start === 'object'
    ? submissionStart(start.submissionOf, facts, zone)
    : anchorStart(start, facts, zone);
}

function anchorStart(kind: StartKind, facts: RuleFacts, zone: string): Started {
  const moments = facts.anchors
    .filter((anchor) => startKindOf(anchor.kind) === kind)
    .map((anchor) => readMoment(anchor.at, anchor.zone ?? zone));
  const refused = moments.find((moment) => moment.kind === 'refused');
  if (refused !== undefined) return refusal(`${kind}: ${refused.because}`);
  const [earliest] = moments
    .filter((moment) => moment.kind === 'read')
    .sort((left, right) => compareInstants(left.earliest, right.earliest));
  if (earliest === undefined) return { kind: 'missing', what: kind, anchor: kind };
  return { kind: 'started', moment: earliest, anchor: kind, what: kind };
}

function submissionStart(reference: string, facts: RuleFacts, zone: string): Started {
  const what = `submission of ${reference}`;
  const text = facts.submissions[reference];
  if (text === undefined) return { kind: 'missing', what, anchor: 'submission' };
  const moment = readMoment(text, zone);
  if (moment.kind === 'refused') return refusal(`${what}: ${moment.because}`);
  return { kind: 'started', moment, anchor: 'submission', what };
}

/** A cadence goes on from the last submission of its own stage. */
function startOfStep(
  start: Start,
  step: ClockedStep,
  surroundings: ClockSurroundings,
  zone: string,
): Started {
  const own = `${step.rule.id}/${step.stage}`;
  const isUnderWay = step.repeats && surroundings.facts.submissions[own] !== undefined;
  return startAt(isUnderWay ? { submissionOf: own } : start, surroundings, zone);
}

// Dated clocks

type RunningClock = Extract<ClockReading, { kind: 'running' }>;

type LimbReading =
  | Exclude<Started, { kind: 'started' }>
  | Extract<ClockReading, { kind: 'lapsed' }>
  /** Relief is that of the limit, which is the earliest of its limbs: limbs are compared without it. */
  | { readonly kind: 'counting'; readonly unrelieved: Instant; readonly reading: RunningClock };

function datedClock(
  clock: DatedClock,
  step: ClockedStep,
  surroundings: ClockSurroundings,
  zone: string,
): ClockReading {
  const readings = clock.limbs.map((limb) => limbReading(limb, clock, step, surroundings, zone));
  const refused = readings.find((reading) => reading.kind === 'refused');
  if (refused !== undefined) return refused;
  const [strictest] = readings
    .filter((reading) => reading.kind === 'counting')
    .sort((left, right) => compareInstants(left.unrelieved, right.unrelieved));
  if (strictest !== undefined) return afterHold(strictest.reading, clock, step, surroundings, zone);
  return withoutLimit(readings);
}

function withoutLimit(readings: readonly LimbReading[]): ClockReading {
  const missing = readings.filter((reading) => reading.kind === 'missing');
  const [first] = missing;
  if (first !== undefined)
    return { kind: 'not-started', missing: missing.map(({ what }) => what), anchor: first.anchor };
  const words = readings.flatMap((reading) => (reading.kind === 'lapsed' ? [reading.words] : []));
  return { kind: 'lapsed', words: words.join('; ') };
}

function limbReading(
  limb: Limb,
  clock: DatedClock,
  step: ClockedStep,
  surroundings: ClockSurroundings,
  zone: string,
): LimbReading {
  const started = startOfStep(limb.from, step, surroundings, zone);
  if (started.kind !== 'started') return started;
  const rules = countingRules(clock, step.rule, surroundings, zone);
  const lapse = lapseOf(limb, started, rules, surroundings);
  if (lapse !== undefined) return lapse;
  return limbFrom(started, limb.within, { ...rules, fromYearEnd: limb.fromYearEnd === true });
}

function limbFrom(started: StartedClock, within: string, rules: CountingRules): LimbReading {
  const unrelieved = dueAfter(fromEarliest(started, rules), within, { ...rules, hasRelief: false }).at;
  return { kind: 'counting', unrelieved, reading: runningFrom(started, within, rules) };
}

function lapseOf(
  { lapsesIfLater, within }: Limb,
  started: StartedClock,
  rules: CountingRules,
  surroundings: ClockSurroundings,
): LimbReading | undefined {
  if (lapsesIfLater === undefined) return undefined;
  const other = startAt(lapsesIfLater, surroundings, rules.zone);
  if (other.kind !== 'started') return other.kind === 'refused' ? other : undefined;
  const limit = dueAfter(fromEarliest(started, rules), within, { ...rules, hasRelief: false });
  if (compareInstants(other.moment.earliest, limit.at) <= 0) return undefined;
  return { kind: 'lapsed', words: `${limit.words} had passed at the ${other.what}` };
}

function runningFrom(started: StartedClock, within: string, rules: CountingRules): RunningClock {
  const due = dueAfter(fromEarliest(started, rules), within, rules);
  const isExact = started.moment.earliest === started.moment.latest;
  const latest = isExact ? due : dueAfter(fromLatest(started, rules), within, rules);
  return {
    kind: 'running',
    anchor: started.anchor,
    dueAt: due.at,
    latestDueAt: latest.at,
    inclusive: due.inclusive,
    words: due.words,
  };
}

type OfZone = Pick<CountingRules, 'zone'>;

function fromEarliest({ moment, what }: StartedClock, { zone }: OfZone): CountedFrom {
  return { at: moment.earliest, day: dayThere(moment, zone), what };
}

/** The end of a day or month is exclusive: its last day is the one before. */
function fromLatest({ moment, what }: StartedClock, { zone }: OfZone): CountedFrom {
  const last = dayThere(moment, zone) ?? dayOf(addTime(moment.latest, { minutes: -1 }), zone);
  return { at: moment.latest, day: last, what };
}

/** A day that was written for another zone is not one day in this one. */
function dayThere({ day, zone: own }: ReadMoment, zone: string): string | undefined {
  return own === undefined || own === zone ? day : undefined;
}

function countingRules(
  { counting, calendar, relief, rolls }: Pick<DatedClock, 'counting' | 'calendar' | 'relief' | 'rolls'>,
  rule: Rule,
  { facts, mode, holidays }: ClockSurroundings,
  zone: string,
): CountingRules {
  const place = placeOf(facts, rule);
  return {
    counting,
    mode,
    zone,
    calendar: workingCalendar(facts.calendar ?? calendar ?? 'member-state', place, holidays),
    // Relief that nobody can show is not taken: the earlier limit stands.
    hasRelief: relief !== undefined && answer(relief, facts.values).truth === 'true',
    rolls: rolls === true,
  };
}

/** Working days are those of the place whose law it is; an agreement has those of the party. */
function placeOf({ values }: RuleFacts, rule: Rule): Place {
  const [country] = listOf(values['tenant.country']);
  const [subdivision] = listOf(values['tenant.subdivision']);
  const place = governingPlace(rule, values) ?? country;
  return {
    country: place?.slice(0, 2),
    subdivision: place?.includes('-') === true ? place : subdivision,
  };
}

// Holds

/** The release starts a fresh clock; when the ordinary limit is still later, that one stands. */
function afterHold(
  ordinary: RunningClock,
  clock: DatedClock,
  step: ClockedStep,
  surroundings: ClockSurroundings,
  zone: string,
): ClockReading {
  const { rule } = step;
  const released = releaseOf(step, surroundings, ordinary.anchor, zone);
  if (released?.kind === 'refused') return released;
  if (released === undefined) return ordinary;
  const terms = {
    counting: rule.hold?.counting ?? clock.counting,
    calendar: rule.hold?.calendar ?? clock.calendar,
  };
  const within = rule.hold?.within ?? clock.limbs[0]?.within ?? 'PT1H';
  const fresh = runningFrom(released, within, countingRules(terms, rule, surroundings, zone));
  return compareInstants(fresh.dueAt, ordinary.dueAt) > 0 ? fresh : ordinary;
}

/** The release of a hold as the start of a clock; a hold is one of the first stage. */
function releaseOf(
  { rule, stage }: ClockedStep,
  { facts }: ClockSurroundings,
  anchor: StartedClock['anchor'],
  zone: string,
): StartedClock | Extract<Started, { kind: 'refused' }> | undefined {
  const hold = holdOn(rule, facts, zone);
  if (hold.kind !== 'released' || stage !== rule.stage) return undefined;
  const moment = readMoment(hold.at, zone);
  if (moment.kind === 'refused') return refusal(`hold: ${moment.because}`);
  return { kind: 'started', moment, anchor, what: 'hold released' };
}

// Undated and agreed clocks

function undatedClock(
  clock: Extract<Clock, { kind: 'undated' }>,
  step: ClockedStep,
  surroundings: ClockSurroundings,
  zone: string,
): ClockReading {
  const started = startOfStep(clock.from, step, surroundings, zone);
  if (started.kind === 'refused') return started;
  if (started.kind === 'missing')
    return {
      kind: 'undated',
      anchor: started.anchor,
      words: `no number in the law; ${started.what} is not recorded`,
    };
  const released = releaseOf(step, surroundings, started.anchor, zone);
  if (released?.kind === 'refused') return released;
  const softFrom = (start: StartedClock) =>
    dueAfter(fromEarliest(start, { zone }), clock.soft, elapsed(zone));
  const ordinary = softFrom(started);
  const fresh = released === undefined ? ordinary : softFrom(released);
  const soft = compareInstants(fresh.at, ordinary.at) > 0 ? fresh : ordinary;
  return {
    kind: 'undated',
    anchor: started.anchor,
    softDueAt: soft.at,
    words: `no number in the law; policy: ${soft.words}`,
  };
}

function contractClock(surroundings: ClockSurroundings, zone: string): ClockReading {
  const readings = surroundings.facts.contracts.map((term) => termReading(term, surroundings, zone));
  if (readings.length === 0) return { kind: 'no-terms' };
  const refused = readings.find((reading) => reading.kind === 'refused');
  if (refused !== undefined) return refused;
  const [tightest] = readings
    .filter((reading) => reading.kind === 'counting')
    .sort((left, right) => compareInstants(left.unrelieved, right.unrelieved));
  return tightest?.reading ?? withoutLimit(readings);
}

function termReading(
  { within, anchor }: ContractTerm,
  surroundings: ClockSurroundings,
  zone: string,
): LimbReading {
  const started = startAt(startKindOf(anchor), surroundings, zone);
  if (started.kind !== 'started') return started;
  const isTime = within.startsWith('PT');
  return limbFrom(started, within, isTime ? elapsed(zone) : { ...elapsed(zone), counting: 'calendar-days' });
}

function elapsed(zone: string): CountingRules {
  return { counting: 'elapsed-hours', mode: 'conservative', zone, calendar: everyDay };
}

const everyDay = { name: 'all days', isWorkingDay: () => true };

function refusal(because: string): { readonly kind: 'refused'; readonly because: string } {
  return { kind: 'refused', because };
}
