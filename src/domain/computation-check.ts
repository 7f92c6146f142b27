/**
 * Whether a computation came out as a file expects. The letter of a reason need not match; the facts, anchors, rules
 * and dates that it names must.
 */
import type { ComputationAnswer } from './computation';
import { epochMsOf } from './instant';

/** One thing that came out otherwise. */
export interface Difference {
  /** Within `expect`, such as `steps.final`. */
  readonly path: string;
  readonly expected: unknown;
  readonly came: unknown;
}

export interface ExpectationSources {
  /** Names that mean something in a reason: facts, anchors, rules. */
  readonly names: readonly string[];
  /** The id of the rule that has another name. */
  readonly ruleIdOf: (name: string) => string;
}

type Answered = Partial<ComputationAnswer> & Pick<ComputationAnswer, 'outcome' | 'because'>;

/** @param answer as computed; of a refusal its outcome and reason alone */
export function differencesFrom(
  expected: Readonly<Record<string, unknown>>,
  answer: Answered,
  sources: ExpectationSources,
): readonly Difference[] {
  return Object.entries(expected).flatMap(([field, value]) => differencesIn(field, value, answer, sources));
}

function differencesIn(
  field: string,
  expected: unknown,
  answer: Answered,
  sources: ExpectationSources,
): readonly Difference[] {
  switch (field) {
    case 'because':
      return becauseDifferences(expected, answer, sources);
    case 'dueAt':
      return isExpectedTime(expected, answer)
        ? []
        : [{ path: field, expected, came: answer.dueAt ?? answer.softDueAt ?? null }];
    case 'steps':
      return instantsBelow(field, expected, answer, (stage) => ({ stage }));
    case 'obligations':
      return instantsBelow(field, expected, answer, (name) => stepNamed(name, sources));
    default: {
      const came = (answer as Readonly<Record<string, unknown>>)[field];
      const isSame = JSON.stringify(came) === JSON.stringify(expected);
      return isSame ? [] : [{ path: field, expected, came: came ?? 'nothing of that name is computed' }];
    }
  }
}

// Instants

interface TimesOfStep {
  readonly dueAt?: string | null;
  readonly softDueAt?: string;
  readonly soft?: boolean;
}

/** A duty without a number has none, or the policy's own, which is never said to be law. */
function isExpectedTime(expected: unknown, { dueAt, softDueAt, soft }: TimesOfStep): boolean {
  if (expected === null) return (dueAt ?? null) === null;
  if (typeof expected !== 'string') return false;
  const came = dueAt ?? (soft === true ? softDueAt : undefined);
  return came !== undefined && epochMsOf(came) === epochMsOf(expected);
}

interface StepName {
  readonly rule?: string;
  readonly stage?: string;
}

function stepNamed(name: string, { ruleIdOf }: ExpectationSources): StepName {
  const [rule = '', stage] = name.split('/');
  return { rule: ruleIdOf(rule), ...(stage !== undefined && { stage }) };
}

function instantsBelow(
  field: string,
  expected: unknown,
  answer: Answered,
  stepOf: (name: string) => StepName,
): readonly Difference[] {
  return Object.entries((expected ?? {}) as Readonly<Record<string, unknown>>).flatMap(([name, time]) => {
    const { rule, stage } = stepOf(name);
    const came = answer.clocks?.find(
      (clock) =>
        (rule === undefined || clock.rule === rule) && (stage === undefined || clock.stage === stage),
    );
    if (came !== undefined && isExpectedTime(time, came)) return [];
    if (came === undefined && time === null) return [];
    const told = came === undefined ? 'not asked for' : (came.dueAt ?? came.softDueAt ?? null);
    return [{ path: `${field}.${name}`, expected: time, came: told }];
  });
}

// Reasons

function becauseDifferences(
  expected: unknown,
  { because, explain = '' }: Answered,
  { names }: ExpectationSources,
): readonly Difference[] {
  const told = `${because} ${explain}`;
  const named = namesIn(String(expected), names);
  return named.every((name) => told.includes(name)) ? [] : [{ path: 'because', expected, came: because }];
}

function namesIn(text: string, names: readonly string[]): readonly string[] {
  const words = text.match(/[A-Za-z0-9][\w-]*/g) ?? [];
  return words.filter((word) => names.includes(word) || /^\d{4}-\d{2}-\d{2}$/.test(word));
}
