/**
 * An obligation as it stands at an instant: which anchor its clock counts from, when it is due, whether it runs, is met
 * or overdue. Evaluates rules with the TC39 calendar, so the workflow never imports it.
 */
import type { AnchorFact, StartKind } from '../contract/rule-facts';
import type { Clock, Duty, Rule, RulePack, Start } from '../contract/rule-pack';
import { addDays, dayOf, readMoment } from './clocks-moments';
import { zoneOf, type ClockSurroundings } from './clocks-of-rules';
import { addMs, compareInstants, epochMsOf, type Instant } from './instant';
import type { DueTime } from './lateness';
import type { MomentSpan } from './moment';
import {
  evaluateRules,
  type ClockAnchor,
  type EvaluationOptions,
  type RuleEvaluation,
  type RuleOutcome,
  type StepEvaluation,
} from './obligations';
import { startKindOf, type RuleFacts } from './rule-profile';

export type ClockAtInstant = 'running' | 'not-started' | 'undated' | 'met' | 'overdue';

/** The recorded moment that a clock counts from, as precise as it was written. */
export interface AnchorInUse {
  readonly kind: ClockAnchor;
  readonly at: string;
  readonly precision: MomentSpan['precision'];
  readonly zone?: string;
}

/** A due time with its spellings for people and programs. */
export interface Due extends DueTime {
  /** The calendar day when hours count from a day; else the instant, for a range its beginning. */
  readonly dueAt: string;
  /** Of a clock that counts days: the last one. */
  readonly dueDay?: string;
}

export interface ObligationReading {
  readonly ruleId: string;
  readonly stage: string;
  readonly duty: Duty;
  readonly recipient: string;
  readonly outcome: RuleOutcome;
  /** Why, naming the fact or anchor that is missing. */
  readonly because: string;
  readonly missingFacts: readonly string[];
  /** Absent when the duty does not apply, is suppressed or refused: then nothing runs. */
  readonly clock?: ClockAtInstant;
  readonly anchor?: AnchorInUse;
  /** Absent for a clock that has not started or has no number in the law. */
  readonly due?: Due;
  /** Policy, never law. */
  readonly softDueAt?: Instant;
  /** The arithmetic in words. */
  readonly words: string;
}

export interface ClockInquiry {
  readonly pack: RulePack;
  /** Of the party that is bound: `factsOfTenant`, `factsOfProvider`. `anchors` are those in force. */
  readonly facts: RuleFacts;
  /** `ruleId` in it asks for one rule alone. */
  readonly options: EvaluationOptions;
  /** The moment for which it is asked. */
  readonly at: Instant;
  /** What meets a step; by default its own recorded submission. */
  readonly isMet?: (ruleId: string, stage: string) => boolean;
}

/** One reading for every step of every rule that is asked for; a rule that does not apply has one, without a clock. */
export function obligationsAt(inquiry: ClockInquiry): ObligationReading[] {
  const { pack, facts, options } = inquiry;
  return evaluateRules(pack, facts, options).flatMap((evaluation) =>
    evaluation.steps.length === 0
      ? [withoutClock(evaluation)]
      : evaluation.steps.map((step) => stepAt(evaluation, step, inquiry)),
  );
}

function withoutClock({ rule, duty, outcome, because, missingFacts }: RuleEvaluation): ObligationReading {
  const { id: ruleId, stage, recipient } = rule;
  return { ruleId, stage, duty, recipient, outcome, because, missingFacts, words: because };
}

function stepAt(
  { rule, duty }: RuleEvaluation,
  step: StepEvaluation,
  inquiry: ClockInquiry,
): ObligationReading {
  const { stage, outcome, because, missingFacts, words, softDueAt } = step;
  const base = { ruleId: rule.id, stage, duty, recipient: rule.recipient, outcome, because, missingFacts };
  if (outcome !== 'applies' && outcome !== 'undecided') return { ...base, words };
  const surroundings = surroundingsOf(inquiry);
  const anchor = anchorInUse(rule, step, surroundings);
  const due = dueOf(rule, step, surroundings);
  return {
    ...base,
    clock: clockAt(rule, step, due, inquiry),
    ...(anchor !== undefined && { anchor }),
    ...(due !== undefined && { due }),
    ...(softDueAt !== undefined && { softDueAt }),
    words,
  };
}

function surroundingsOf({ pack, facts, options }: Pick<ClockInquiry, 'pack' | 'facts' | 'options'>) {
  return { pack, facts, mode: options.mode, holidays: options.holidays };
}

// The state of the clock

function clockAt(
  rule: Rule,
  step: StepEvaluation,
  due: DueTime | undefined,
  { facts, isMet, at }: ClockInquiry,
): ClockAtInstant {
  const isStepMet = isMet?.(rule.id, step.stage) ?? isSubmitted(rule, step.stage, facts);
  if (isStepMet) return 'met';
  if (due === undefined) return step.clock;
  return isPast(due, at) ? 'overdue' : 'running';
}

function isSubmitted(rule: Rule, stage: string, { submissions }: RuleFacts): boolean {
  if (isRepeated(rule, stage)) return false;
  const isFirst = stage === rule.stage && submissions[rule.id] !== undefined;
  return isFirst || submissions[`${rule.id}/${stage}`] !== undefined;
}

/** What repeats is due again after every submission, so that no single one meets it. */
export function isRepeated(rule: Rule, stage: string): boolean {
  return rule.followUps.some((each) => each.stage === stage && each.repeatsUntil !== undefined);
}

/** Whether the whole range of a due time lies behind an instant. */
export function isPast({ dueTo, inclusive }: DueTime, at: Instant): boolean {
  const order = compareInstants(at, dueTo);
  return order > 0 || (order === 0 && !inclusive);
}

// The anchor in use

function anchorInUse(
  rule: Rule,
  { anchor, stage }: StepEvaluation,
  surroundings: ClockSurroundings,
): AnchorInUse | undefined {
  if (anchor === undefined) return undefined;
  if (anchor === 'submission') return submissionInUse(rule, stage, surroundings.facts);
  return earliestOfKind(anchor, surroundings.facts.anchors, zoneOfStage(rule, stage, surroundings));
}

function earliestOfKind(
  kind: ClockAnchor,
  anchors: readonly AnchorFact[],
  zone: string,
): AnchorInUse | undefined {
  const [earliest] = anchors
    .filter((anchor) => startKindOf(anchor.kind) === kind)
    .flatMap((anchor) => {
      const moment = readMoment(anchor.at, anchor.zone ?? zone);
      return moment.kind === 'read' ? [{ anchor, moment }] : [];
    })
    .sort((left, right) => compareInstants(left.moment.earliest, right.moment.earliest));
  if (earliest === undefined) return undefined;
  const { at, precision, zone: own } = earliest.anchor;
  return { kind, at, precision: precision ?? precisionOf(at), ...(own !== undefined && { zone: own }) };
}

function submissionInUse(rule: Rule, stage: string, { submissions }: RuleFacts): AnchorInUse | undefined {
  const references = [`${rule.id}/${stage}`, ...clocksOf(rule, stage).flatMap(submissionsOf)];
  const [at] = references.flatMap((reference) => submissions[reference] ?? []);
  return at === undefined ? undefined : { kind: 'submission', at, precision: precisionOf(at) };
}

function submissionsOf(clock: Clock): string[] {
  return startsOf(clock).flatMap((start) => (typeof start === 'object' ? [start.submissionOf] : []));
}

function startsOf(clock: Clock): readonly Start[] {
  if (clock.kind === 'contract') return [];
  return clock.kind === 'undated' ? [clock.from] : clock.limbs.map(({ from }) => from);
}

/** The kinds of anchor from which a stage may count; a contract says it itself. */
export function startKindsOf(rule: Rule, stage: string, { contracts }: RuleFacts): readonly StartKind[] {
  return clocksOf(rule, stage).flatMap((clock) =>
    clock.kind === 'contract'
      ? contracts.map(({ anchor }) => startKindOf(anchor))
      : startsOf(clock).flatMap((start) => (typeof start === 'string' ? [start] : [])),
  );
}

function precisionOf(text: string): AnchorInUse['precision'] {
  if (/T\d{2}:\d{2}:\d{2}/.test(text)) return 'second';
  if (text.includes('T')) return 'minute';
  return /^\d{4}-\d{2}-\d{2}/.test(text) ? 'day' : 'month';
}

// The due time

function dueOf(rule: Rule, step: StepEvaluation, surroundings: ClockSurroundings): Due | undefined {
  const { dueAt, latestDueAt, dueInclusive: inclusive, stage } = step;
  if (dueAt === undefined) return undefined;
  const zone = zoneOfStage(rule, stage, surroundings);
  const anchor = anchorInUse(rule, step, surroundings);
  const precision = anchor?.precision ?? 'second';
  if (latestDueAt !== undefined) {
    const day = anchor === undefined ? undefined : dayAfter(anchor, dueAt, zone);
    const range = { dueFrom: dueAt, dueTo: latestDueAt, inclusive, precision };
    return { ...range, dueAt: day ?? dueAt, ...(day !== undefined && { day }) };
  }
  const isMinute = precision === 'minute' && !countsDays(rule, stage);
  return {
    dueAt,
    dueFrom: dueAt,
    dueTo: dueAt,
    inclusive,
    precision: isMinute ? 'minute' : 'second',
    ...(countsDays(rule, stage) && { dueDay: lastDay(dueAt, inclusive, zone) }),
  };
}

const dayMs = 86_400_000;

/** Whole days after a day make a day; any other number of hours makes a range that is none. */
function dayAfter({ at, precision, zone: own }: AnchorInUse, dueFrom: Instant, zone: string) {
  const moment = readMoment(at, own ?? zone);
  if (precision !== 'day' || moment.kind === 'refused' || moment.day === undefined) return undefined;
  const days = (epochMsOf(dueFrom) - epochMsOf(moment.earliest)) / dayMs;
  return Number.isInteger(days) ? addDays(moment.day, days) : undefined;
}

/** The end of a day belongs to the next one. */
function lastDay(dueAt: Instant, inclusive: boolean, zone: string): string {
  return dayOf(inclusive ? dueAt : addMs(dueAt, -1), zone);
}

function countsDays(rule: Rule, stage: string): boolean {
  return clocksOf(rule, stage).some(
    (clock) => clock.kind === 'dated' && clock.limbs.every(({ within }) => /^P\d/.test(within)),
  );
}

/** The clocks that a law has for a stage; where there are two, the stricter one counts. */
export function clocksOf(rule: Rule, stage: string): readonly Clock[] {
  const followUps = rule.followUps.filter((each) => each.stage === stage).map(({ clock }) => clock);
  return stage === rule.stage ? [rule.clock, ...followUps] : followUps;
}

function zoneOfStage(rule: Rule, stage: string, surroundings: ClockSurroundings): string {
  return zoneOf(rule, clocksOf(rule, stage)[0] ?? rule.clock, surroundings);
}
