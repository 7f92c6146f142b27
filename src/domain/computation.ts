/**
 * One computation from given facts: what a rule, or all of them, ask for and by which exact instant. The answer has the
 * form of the expectation that a file may hold, so that the two compare field by field. Uses the TC39 calendar, so the
 * workflow never imports it.
 */
import type { Computation } from '../contract/rule-facts';
import type { RulePack } from '../contract/rule-pack';
import type { HolidaySource } from './clocks-calendars';
import { compareInstants, earliestOf, type Instant } from './instant';
import {
  evaluateRules,
  explainObligation,
  type RuleEvaluation,
  type RuleOutcome,
  type StepEvaluation,
} from './obligations';
import { factsOfComputation } from './rule-profile';

/** Instants by a name; null where the law gives no number or the clock has not started. */
export type InstantsByName = Readonly<Record<string, Instant | null>>;

/** One step of one rule; instants are written without milliseconds, as people write them. */
export interface ComputedClock {
  readonly rule: string;
  readonly stage: string;
  readonly regime: string;
  readonly recipient: string;
  readonly outcome: RuleOutcome;
  readonly because: string;
  readonly clock: StepEvaluation['clock'];
  readonly anchor?: string;
  readonly dueAt: Instant | null;
  /** The other end of the range where only the day or month of the anchor is known. */
  readonly latestDueAt?: Instant;
  /** Whether the due instant itself is still in time: 17:30 is, the end of a day is not. */
  readonly inclusive: boolean;
  /** No number in the law: `softDueAt` is policy. */
  readonly soft: boolean;
  readonly softDueAt?: Instant;
  readonly repeatsUntil?: string;
  /** The arithmetic in words. */
  readonly explain: string;
}

export interface ComputationAnswer {
  readonly id?: string;
  readonly rule: string;
  readonly mode: Computation['mode'];
  readonly outcome: RuleOutcome;
  readonly because: string;
  /** Of the first step; of all rules together the strictest. */
  readonly dueAt: Instant | null;
  readonly inclusive: boolean;
  readonly latestDueAt?: Instant;
  readonly soft: boolean;
  readonly softDueAt?: Instant;
  /** Of one rule: its steps that are asked for. */
  readonly steps: InstantsByName;
  /** Of what applies or is undecided: the due instant of the first step of each rule. */
  readonly obligations: InstantsByName;
  /** Whoever is to be told, with the strictest instant that some rule gives and the rule that gives it. */
  readonly strictest: Readonly<Record<string, { readonly rule: string; readonly dueAt: Instant }>>;
  readonly missingFacts: readonly string[];
  /** Rules that ask for nothing here, with their reason. */
  readonly notOwed: Readonly<Record<string, string>>;
  readonly clocks: readonly ComputedClock[];
  /** For people: regulation, outcome with its reason, arithmetic of every step. */
  readonly explain: string;
}

export interface ComputationSources {
  readonly pack: RulePack;
  readonly holidays: HolidaySource;
}

/** @param computation one whose rule is in the pack, or that asks for every rule */
export function compute(computation: Computation, { pack, holidays }: ComputationSources): ComputationAnswer {
  const isOne = pack.rules.some(
    ({ id, aliases }) => id === computation.rule || aliases.includes(computation.rule),
  );
  const evaluations = evaluateRules(pack, factsOfComputation(computation), {
    mode: computation.mode,
    holidays,
    party: 'either',
    ...(isOne && { ruleId: computation.rule }),
  });
  const head = {
    ...(computation.id !== undefined && { id: computation.id }),
    rule: computation.rule,
    mode: computation.mode,
  };
  const [only] = evaluations;
  return isOne && only !== undefined
    ? { ...head, ...answerOfOne(only) }
    : { ...head, ...answerOfAll(evaluations) };
}

type Answer = Omit<ComputationAnswer, 'id' | 'rule' | 'mode'>;

function answerOfOne(evaluation: RuleEvaluation): Answer {
  const clocks = clocksOf(evaluation);
  const first = isOwed(evaluation) ? clocks[0] : undefined;
  return {
    outcome: evaluation.outcome,
    because: evaluation.because,
    ...timesOf(first),
    steps: Object.fromEntries(
      clocks
        .filter(({ outcome }) => outcome === 'applies' || outcome === 'undecided')
        .map(({ stage, dueAt }) => [stage, dueAt]),
    ),
    ...ofAll([evaluation]),
  };
}

function answerOfAll(evaluations: readonly RuleEvaluation[]): Answer {
  const outcome = outcomeOfAll(evaluations);
  const owed = evaluations.filter(isOwed);
  const applying = owed.filter((evaluation) => evaluation.outcome === 'applies');
  return {
    outcome,
    because: `${applying.length} rules apply, ${owed.length - applying.length} are undecided`,
    ...timesOf(strictestOf(applying.flatMap(firstClocks)) ?? strictestOf(owed.flatMap(firstClocks))),
    steps: {},
    ...ofAll(evaluations),
  };
}

/** What must be done outweighs what may have to be, and that outweighs what need not be. */
function outcomeOfAll(evaluations: readonly RuleEvaluation[]): RuleOutcome {
  const order: readonly RuleOutcome[] = ['applies', 'undecided', 'refused', 'suppressed'];
  return (
    order.find((outcome) => evaluations.some((evaluation) => evaluation.outcome === outcome)) ??
    'does-not-apply'
  );
}

function ofAll(evaluations: readonly RuleEvaluation[]) {
  const owed = evaluations.filter(isOwed);
  return {
    obligations: Object.fromEntries(
      owed.map((evaluation) => [evaluation.rule.id, firstClocks(evaluation)[0]?.dueAt ?? null]),
    ),
    strictest: strictestByRecipient(owed.flatMap(firstClocks)),
    missingFacts: [...new Set(owed.flatMap(({ missingFacts }) => missingFacts))],
    notOwed: Object.fromEntries(
      evaluations
        .filter((evaluation) => !isOwed(evaluation))
        .map(({ rule, outcome, because }) => [rule.id, `${outcome}: ${because}`]),
    ),
    clocks: owed.flatMap(clocksOf),
    explain: evaluations
      .filter((evaluation) => isOwed(evaluation) || evaluations.length === 1)
      .map(explainObligation)
      .join('\n\n'),
  };
}

/** What is undecided is owed until somebody decides. */
function isOwed({ outcome }: RuleEvaluation): boolean {
  return outcome === 'applies' || outcome === 'undecided';
}

function timesOf(clock: ComputedClock | undefined) {
  if (clock === undefined) return { dueAt: null, inclusive: false, soft: false };
  const { dueAt, inclusive, latestDueAt, soft, softDueAt } = clock;
  return {
    dueAt,
    inclusive,
    ...(latestDueAt !== undefined && { latestDueAt }),
    soft,
    ...(softDueAt !== undefined && { softDueAt }),
  };
}

function strictestByRecipient(clocks: readonly ComputedClock[]): ComputationAnswer['strictest'] {
  const recipients = [...new Set(clocks.map(({ recipient }) => recipient))];
  return Object.fromEntries(
    recipients.flatMap((recipient) => {
      const strictest = strictestOf(clocks.filter((clock) => clock.recipient === recipient));
      if (strictest === undefined || strictest.dueAt === null) return [];
      return [[recipient, { rule: strictest.rule, dueAt: strictest.dueAt }] as const];
    }),
  );
}

/** The earliest instant of law; where none has a number, the earliest of policy. */
function strictestOf(clocks: readonly ComputedClock[]): ComputedClock | undefined {
  const dated = clocks.filter(({ dueAt }) => dueAt !== null);
  const timeOf = ({ dueAt, softDueAt }: ComputedClock) => dueAt ?? softDueAt;
  const candidates = dated.length > 0 ? dated : clocks;
  const earliest = earliestOf(candidates.flatMap((clock) => timeOf(clock) ?? []));
  return candidates.find((clock) => earliest !== undefined && isSame(timeOf(clock), earliest));
}

function isSame(left: Instant | undefined, right: Instant): boolean {
  return left !== undefined && compareInstants(left, right) === 0;
}

function firstClocks(evaluation: RuleEvaluation): readonly ComputedClock[] {
  return clocksOf(evaluation).slice(0, 1);
}

function clocksOf({ rule, steps }: RuleEvaluation): readonly ComputedClock[] {
  return steps.map((step) => {
    const { stage, outcome, because, clock, anchor, dueAt, latestDueAt, softDueAt, words } = step;
    return {
      rule: rule.id,
      stage,
      regime: rule.regime,
      recipient: rule.recipient,
      outcome,
      because,
      clock,
      ...(anchor !== undefined && { anchor }),
      dueAt: dueAt === undefined ? null : shortInstant(dueAt),
      ...(latestDueAt !== undefined && { latestDueAt: shortInstant(latestDueAt) }),
      inclusive: step.dueInclusive,
      soft: clock === 'undated',
      ...(softDueAt !== undefined && { softDueAt: shortInstant(softDueAt) }),
      ...(step.repeats !== undefined && { repeatsUntil: step.repeats.until }),
      explain: words,
    };
  });
}

function shortInstant(instant: Instant): Instant {
  return instant.replace('.000Z', 'Z');
}
