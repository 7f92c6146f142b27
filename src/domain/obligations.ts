/**
 * Facts × rules → obligations: what each regulation asks, of whom, by when, and why. Owns the outcome of a rule; how
 * time is counted is `clocks.ts`. The workflow uses the types of this file and never imports it at run time.
 */
import type { AnchorKind } from '../contract/anchor';
import type { CountingMode, EventKind, StartKind } from '../contract/rule-facts';
import type { Clock, Duty, Rule, RulePack, Start } from '../contract/rule-pack';
import type { ContactKind } from '../contract/tenant-import';
import type { HolidaySource } from './clocks-calendars';
import { dayOf, isZone, readMoment } from './clocks-moments';
import type { ClockReading, ClockSurroundings } from './clocks-of-rules';
import { readClock, startAt, zoneOf } from './clocks-of-rules';
import type { Answer, FactValues } from './conditions';
import { answer, everyOf, inWords } from './conditions';
import type { Instant } from './instant';
import { holdOn } from './rule-holds';
import type { RuleFacts } from './rule-profile';
import { withImpliedWords } from './rule-profile';
import { scopeOf, wasInForce } from './rule-scope';

export type ObligationOutcome = 'applies' | 'undecided' | 'suppressed';
export type RuleOutcome = ObligationOutcome | 'does-not-apply' | 'refused';
export type ClockAnchor = AnchorKind | EventKind | 'submission';
export type ClockState = 'running' | 'not-started' | 'undated';

/** A cadence: due again after every submission, until something has happened. */
export interface Repetition {
  readonly until: StartKind;
  /** The submission from which the current repetition is counted. */
  readonly countsFrom?: Instant;
}

/** Obligations that agree in rule, stage, outcome and due instant: what enters workflow history. */
export interface ObligationGroup {
  /** Catalogue id; `scope:<fact>` stands for all rules that wait for that fact of the tenant. */
  readonly ruleId: string;
  readonly stage: string;
  readonly duty: Duty;
  readonly recipient: string;
  readonly outcome: ObligationOutcome;
  readonly missingFact?: string;
  readonly anchor?: ClockAnchor;
  readonly clock: ClockState;
  readonly dueAt?: Instant;
  /** Policy, never law. */
  readonly softDueAt?: Instant;
  readonly repeats?: Repetition;
  readonly tenants: number;
  readonly channels: readonly string[];
}

export interface ObligationAssessment {
  readonly packVersion: string;
  readonly packDigest: string;
  readonly calendarVersion: string;
  readonly tenantSetVersion: number;
  readonly profiles: number;
  /** Obligations in force, all tenants together. */
  readonly rows: number;
  readonly digest: string;
  readonly groups: readonly ObligationGroup[];
  /** Groups of the tenants' own clocks that were left out of `groups` to keep it small; all are in the database. */
  readonly unlistedGroups: number;
  /** Sections that a notice needs for the tenants of this version. */
  readonly requiredContent: readonly string[];
  /** The tenants' first languages, the commonest first. */
  readonly languages: readonly string[];
}

export interface StepEvaluation {
  readonly stage: string;
  readonly outcome: RuleOutcome;
  readonly clock: ClockState;
  readonly anchor?: ClockAnchor;
  readonly dueAt?: Instant;
  /** Where only a day or month of the anchor is known: the other end of the range. */
  readonly latestDueAt?: Instant;
  /** Whether the due instant itself is still in time. */
  readonly dueInclusive: boolean;
  readonly softDueAt?: Instant;
  readonly repeats?: Repetition;
  readonly because: string;
  readonly missingFacts: readonly string[];
  /** The arithmetic in words. */
  readonly words: string;
}

export interface RuleEvaluation {
  readonly rule: Rule;
  readonly duty: Duty;
  readonly outcome: RuleOutcome;
  /** Why, naming the fact; `clock-not-started: …` for a duty whose anchor is missing. */
  readonly because: string;
  readonly missingFacts: readonly string[];
  readonly assumptions: readonly string[];
  /** The first stage, then what follows; empty unless the rule applies, is undecided or suppressed. */
  readonly steps: readonly StepEvaluation[];
}

/** A person settled what was undecided. */
export interface OutcomeDecision {
  readonly ruleId: string;
  readonly applies: boolean;
}

export interface EvaluationOptions {
  readonly mode: CountingMode;
  readonly holidays: HolidaySource;
  /** Whose duties: those about one tenant, those of the provider itself, or whatever the rule is for. */
  readonly party: 'tenant' | 'provider' | 'either';
  readonly decisions?: readonly OutcomeDecision[];
  /** Only this rule; all when left out. */
  readonly ruleId?: string;
}

/** Every rule that can concern the party, in the order of the pack; what does not apply is there with its reason. */
export function evaluateRules(
  pack: RulePack,
  facts: RuleFacts,
  options: EvaluationOptions,
): RuleEvaluation[] {
  const values = withImpliedWords(facts.values, pack.implies);
  const submissions = withFirstStages(facts.submissions, pack);
  const evaluations = pack.rules
    .filter(
      (rule) =>
        options.ruleId === undefined || rule.id === options.ruleId || rule.aliases.includes(options.ruleId),
    )
    .flatMap((rule) => {
      const duty = dutyOf(rule, options.party);
      return duty === undefined
        ? []
        : [evaluateRule(rule, duty, pack, { ...facts, values, submissions }, options)];
    });
  return withPolicyOnlyWhereNeeded(evaluations);
}

/** A rule by its id alone, or by another id that it has, means its first stage, whatever a law calls that. */
function withFirstStages(
  submissions: RuleFacts['submissions'],
  { rules }: RulePack,
): RuleFacts['submissions'] {
  const firsts = rules.flatMap(({ id, aliases, stage }) =>
    [`${id}/${stage}`, ...aliases].flatMap((name) => {
      const submitted = submissions[name];
      return submitted === undefined ? [] : [[id, submitted] as const];
    }),
  );
  return { ...Object.fromEntries(firsts), ...submissions };
}

/** A duty that only the tenant has in law is the provider's own when the provider itself is such a party. */
function dutyOf({ duties }: Rule, party: EvaluationOptions['party']): Duty | undefined {
  if (party === 'either') return duties[0];
  if (party === 'tenant') return duties.find((duty) => duty !== 'provider-own');
  return duties.some((duty) => duty !== 'provider-to-tenant') ? 'provider-own' : undefined;
}

interface Judged {
  readonly outcome: RuleOutcome;
  readonly because: string;
  readonly missingFacts: readonly string[];
}

function evaluateRule(
  rule: Rule,
  duty: Duty,
  pack: RulePack,
  facts: RuleFacts,
  options: EvaluationOptions,
): RuleEvaluation {
  const { values, assumptions } = withAssumptions(rule, facts.values);
  const surroundings: ClockSurroundings = {
    facts: { ...facts, values },
    pack,
    mode: options.mode,
    holidays: options.holidays,
  };
  const judged = decided(judge(rule, duty, surroundings), rule, options.decisions ?? []);
  if (judged.outcome === 'does-not-apply') return { rule, duty, ...judged, assumptions: [], steps: [] };
  const steps = stepsOf(rule, judged, surroundings);
  return {
    rule,
    duty,
    ...withClock(judged, steps[0]),
    assumptions,
    steps: isStanding(steps[0]) ? steps : [],
  };
}

function isStanding(first: StepEvaluation | undefined): boolean {
  return first !== undefined && first.outcome !== 'does-not-apply';
}

/** What the clock of the first stage adds: a refusal, a limit that fell away, an anchor that is missing. */
function withClock(judged: Judged, first: StepEvaluation | undefined): Judged {
  if (first === undefined || judged.outcome === 'suppressed') return judged;
  if (first.outcome === 'refused' || first.outcome === 'does-not-apply')
    return { outcome: first.outcome, because: first.because, missingFacts: [] };
  if (judged.outcome === 'applies' && first.clock === 'not-started')
    return { ...judged, because: first.because };
  return judged;
}

function withAssumptions(rule: Rule, given: FactValues) {
  if (rule.assumptions.length === 0) return { values: given, assumptions: [] };
  const values: Record<string, FactValues[string]> = { ...given };
  const assumptions: string[] = [];
  for (const { fact, value, because } of rule.assumptions) {
    if (values[fact] !== undefined) continue;
    values[fact] = value;
    assumptions.push(`${fact} is taken to be ${inWords(value)}: ${because}`);
  }
  return { values, assumptions };
}

// Whether a rule applies

const yes: Answer = { truth: 'true' };

function judge(rule: Rule, duty: Duty, surroundings: ClockSurroundings): Judged {
  if (rule.disabled !== undefined)
    return judged('does-not-apply', `not applied by this pack: ${rule.disabled}`);
  const { facts } = surroundings;
  const roles = duty === 'tenant-own' ? facts.tenantRoles : facts.providerRoles;
  const scope = scopeOf(rule, facts.values, roles);
  if (scope.truth === 'false') return judgedBy(scope);
  const applies = everyOf([scope, lawAt(rule, surroundings), thresholdOf(rule, facts.values)]);
  return applies.truth === 'false' ? judgedBy(applies) : suppressed(rule, applies, facts);
}

function thresholdOf({ when }: Rule, values: FactValues): Answer {
  return when === undefined ? yes : answer(when, values);
}

function lawAt(rule: Rule, surroundings: ClockSurroundings): Answer {
  const { facts } = surroundings;
  const zone = zoneOf(rule, rule.clock, surroundings);
  // A zone that does not exist is refused where the clock is read.
  if (isUndatedLaw(rule) || !isZone(zone)) return yes;
  const started = startsOf(rule.clock).map((start) => startAt(start, surroundings, zone));
  const days = started.flatMap((each) =>
    each.kind === 'started' ? [each.moment.day ?? dayOf(each.moment.earliest, zone)] : [],
  );
  return wasInForce(rule, {
    anchorDay: days.sort()[0],
    anchorKinds: started.flatMap((each) => (each.kind === 'missing' ? [each.what] : [])),
    otherDays: facts.anchors.flatMap(({ at, zone: own }) => dayIn(at, own ?? zone)),
    evaluatedDay: facts.evaluatedAt === undefined ? undefined : dayIn(facts.evaluatedAt, zone)[0],
  });
}

function isUndatedLaw({ effectiveFrom, effectiveTo }: Rule): boolean {
  return effectiveFrom === undefined && effectiveTo === undefined;
}

function startsOf(clock: Clock): readonly Start[] {
  if (clock.kind === 'contract') return [];
  return clock.kind === 'undated' ? [clock.from] : clock.limbs.map(({ from }) => from);
}

function dayIn(text: string, zone: string): string[] {
  const moment = readMoment(text, zone);
  return moment.kind === 'read' ? [moment.day ?? dayOf(moment.earliest, zone)] : [];
}

/** Only what somebody claims can lift a duty; a claim whose proviso is unknown leaves it undecided. */
function suppressed(rule: Rule, applies: Answer, facts: RuleFacts): Judged {
  const claims = rule.suppressors.filter(({ claim }) => answer(claim, facts.values).truth === 'true');
  const provisos = claims.map(({ provided }) =>
    provided === undefined ? yes : answer(provided, facts.values),
  );
  const granted = claims.find((_, index) => provisos[index]?.truth === 'true');
  if (granted !== undefined) return judged('suppressed', granted.because);
  const hold = holdOn(rule, facts, facts.zone ?? 'UTC');
  if (hold.kind === 'held') return judged('suppressed', `held by ${hold.by}, not released`);
  return judgedBy(everyOf([applies, ...provisos.filter(({ truth }) => truth === 'unknown')]));
}

function judgedBy(all: Answer): Judged {
  if (all.truth === 'true') return judged('applies', 'all its conditions are met');
  if (all.truth === 'false') return judged('does-not-apply', all.because);
  return { outcome: 'undecided', because: `not known: ${all.missing.join(', ')}`, missingFacts: all.missing };
}

function judged(outcome: RuleOutcome, because: string): Judged {
  return { outcome, because, missingFacts: [] };
}

function decided(found: Judged, { id }: Rule, decisions: readonly OutcomeDecision[]): Judged {
  const decision = decisions.findLast(({ ruleId }) => ruleId === id);
  if (decision === undefined || found.outcome !== 'undecided') return found;
  return decision.applies
    ? judged('applies', `decided that it applies; ${found.because}`)
    : judged('does-not-apply', `decided that it does not apply; ${found.because}`);
}

// Steps and their clocks

function stepsOf(rule: Rule, whole: Judged, surroundings: ClockSurroundings): StepEvaluation[] {
  const first = stepOf(
    rule.stage,
    whole,
    readClock({ rule, stage: rule.stage, clock: rule.clock, repeats: false }, surroundings),
  );
  return strictestPerStage([
    first,
    ...rule.followUps.map((followUp) => followUpStep(rule, followUp, whole, surroundings)),
  ]);
}

function followUpStep(
  rule: Rule,
  { stage, when, clock, repeatsUntil }: Rule['followUps'][number],
  whole: Judged,
  surroundings: ClockSurroundings,
): StepEvaluation {
  const reading = readClock({ rule, stage, clock, repeats: repeatsUntil !== undefined }, surroundings);
  const { facts } = surroundings;
  const isOver = repeatsUntil !== undefined && facts.anchors.some(({ kind }) => kind === repeatsUntil);
  if (isOver) return stepOf(stage, judged('does-not-apply', `ended with ${repeatsUntil}`), reading);
  const condition = when === undefined ? yes : answer(when, facts.values);
  const step = stepOf(stage, narrowed(whole, condition), reading);
  if (repeatsUntil === undefined) return step;
  const countsFrom = submissionBefore(`${rule.id}/${stage}`, rule, clock, surroundings);
  return { ...step, repeats: { until: repeatsUntil, ...(countsFrom !== undefined && { countsFrom }) } };
}

/** The last submission of the step itself, else the one that it follows. */
function submissionBefore(
  step: string,
  rule: Rule,
  clock: Clock,
  surroundings: ClockSurroundings,
): Instant | undefined {
  const zone = zoneOf(rule, clock, surroundings);
  if (!isZone(zone)) return undefined;
  const followed = startsOf(clock).filter((start) => typeof start === 'object');
  const [last] = [{ submissionOf: step }, ...followed].flatMap((start) => {
    const started = startAt(start, surroundings, zone);
    return started.kind === 'started' ? [started.moment.earliest] : [];
  });
  return last;
}

/** What follows applies as the rule does, unless its own condition says less. */
function narrowed(whole: Judged, condition: Answer): Judged {
  if (condition.truth === 'false') return judgedBy(condition);
  return condition.truth === 'unknown' && whole.outcome === 'applies' ? judgedBy(condition) : whole;
}

function stepOf(
  stage: string,
  { outcome, because, missingFacts }: Judged,
  reading: ClockReading,
): StepEvaluation {
  const base = { stage, outcome, because, missingFacts, dueInclusive: false };
  switch (reading.kind) {
    case 'running': {
      const { anchor, dueAt, latestDueAt, inclusive, words } = reading;
      const range = latestDueAt === dueAt ? {} : { latestDueAt };
      return { ...base, clock: 'running', anchor, dueAt, ...range, dueInclusive: inclusive, words };
    }
    case 'undated': {
      const { anchor, softDueAt, words } = reading;
      return { ...base, clock: 'undated', anchor, ...(softDueAt !== undefined && { softDueAt }), words };
    }
    case 'not-started': {
      const words = `clock-not-started: ${reading.missing.join(', ')}`;
      return {
        ...base,
        clock: 'not-started',
        anchor: reading.anchor,
        because: outcome === 'applies' ? words : because,
        words,
      };
    }
    case 'lapsed':
      return {
        ...base,
        clock: 'not-started',
        outcome: 'does-not-apply',
        because: reading.words,
        words: reading.words,
      };
    case 'no-terms':
      return {
        ...base,
        clock: 'not-started',
        outcome: 'does-not-apply',
        because: 'no terms are agreed',
        words: '',
      };
    case 'refused':
      return {
        ...base,
        clock: 'not-started',
        outcome: 'refused',
        because: reading.because,
        words: reading.because,
      };
  }
}

/** Where a law gives two limits for one stage, the stricter of those that may apply. */
function strictestPerStage(steps: readonly StepEvaluation[]): StepEvaluation[] {
  const stages = [...new Set(steps.map(({ stage }) => stage))];
  return stages.flatMap((stage) => {
    const ofStage = steps.filter((step) => step.stage === stage);
    const open = ofStage.filter(({ outcome }) => outcome !== 'does-not-apply');
    return (open.length > 0 ? open : ofStage.slice(0, 1)).sort(byDueAt).slice(0, 1);
  });
}

function byDueAt(left: StepEvaluation, right: StepEvaluation): number {
  return (left.dueAt ?? '9999').localeCompare(right.dueAt ?? '9999');
}

/** The policy's own limit is shown where no other duty towards the tenant gives a number. */
function withPolicyOnlyWhereNeeded(evaluations: readonly RuleEvaluation[]): RuleEvaluation[] {
  const hasNumber = evaluations.some(
    ({ duty, outcome, steps }) =>
      duty === 'provider-to-tenant' &&
      outcome === 'applies' &&
      steps.some(({ dueAt }) => dueAt !== undefined),
  );
  if (!hasNumber) return [...evaluations];
  return evaluations.map((evaluation) =>
    evaluation.rule.status === 'policy'
      ? { ...evaluation, steps: evaluation.steps.map(withoutSoftLimit) }
      : evaluation,
  );
}

function withoutSoftLimit({ softDueAt: _softDueAt, ...step }: StepEvaluation): StepEvaluation {
  return { ...step, words: 'no policy limit: another duty gives a number' };
}

// In words

/** One evaluation for a person: the outcome with its reason, and the arithmetic of every stage. */
export function explainObligation({ rule, outcome, because, assumptions, steps }: RuleEvaluation): string {
  return [
    `${rule.regime}: ${rule.title} (${rule.citation})`,
    `${outcome}: ${because}`,
    ...assumptions.map((assumption) => `assumed: ${assumption}`),
    ...steps.map(
      ({ stage, words, outcome: own }) => `${stage}: ${own === 'does-not-apply' ? 'not asked' : words}`,
    ),
  ].join('\n');
}

// What is kept

/** One step of one rule for one party, as it is stored. */
export interface Obligation {
  readonly ruleId: string;
  readonly stage: string;
  readonly duty: Duty;
  readonly recipient: string;
  readonly outcome: ObligationOutcome;
  readonly missingFact?: string;
  readonly because: string;
  readonly anchor?: ClockAnchor;
  readonly clock: ClockState;
  readonly dueAt?: Instant;
  readonly latestDueAt?: Instant;
  readonly dueInclusive: boolean;
  readonly softDueAt?: Instant;
  readonly repeats?: Repetition;
  readonly explain: string;
  readonly channels: readonly string[];
  readonly requiredContent: readonly string[];
  readonly contactKind?: ContactKind;
}

export function obligationsOf(evaluations: readonly RuleEvaluation[]): Obligation[] {
  return evaluations.flatMap((evaluation) =>
    evaluation.steps.flatMap((step) => obligationOf(evaluation, step)),
  );
}

function obligationOf(evaluation: RuleEvaluation, step: StepEvaluation): Obligation[] {
  const { rule, duty, missingFacts, assumptions } = evaluation;
  const { stage, outcome, clock, anchor, dueAt, latestDueAt, dueInclusive, softDueAt, because, words } = step;
  const { repeats } = step;
  if (outcome === 'does-not-apply') return [];
  const isRefused = outcome === 'refused';
  const [missingFact] = isRefused ? ['anchors'] : [...step.missingFacts, ...missingFacts];
  const isScheduled = outcome !== 'suppressed';
  return [
    {
      ruleId: rule.id,
      stage,
      duty,
      recipient: rule.recipient,
      outcome: isRefused ? 'undecided' : outcome,
      ...(missingFact !== undefined && { missingFact }),
      because,
      ...(anchor !== undefined && { anchor }),
      clock,
      ...(isScheduled && dueAt !== undefined && { dueAt }),
      ...(isScheduled && latestDueAt !== undefined && { latestDueAt }),
      dueInclusive,
      ...(isScheduled && softDueAt !== undefined && { softDueAt }),
      ...(repeats !== undefined && { repeats }),
      explain: [words, ...assumptions].join('; '),
      channels: rule.channels,
      requiredContent: rule.requiredContent,
      ...(rule.contact !== undefined && { contactKind: rule.contact }),
    },
  ];
}
