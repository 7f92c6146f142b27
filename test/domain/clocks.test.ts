import europe from './vectors/europe.json';
import unitedStates from './vectors/united-states.json';
import elsewhere from './vectors/elsewhere.json';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import { Computation } from '../../src/contract/rule-facts';
import type { RulePack } from '../../src/contract/rule-pack';
import type { RuleEvaluation } from '../../src/domain/obligations';
import { evaluateRules } from '../../src/domain/obligations';
import { factsOfComputation } from '../../src/domain/rule-profile';

interface Expected {
  readonly outcome: string;
  readonly dueAt?: string | null;
  readonly because?: string;
  readonly soft?: boolean;
  readonly steps?: Readonly<Record<string, string>>;
}

const holidays = holidayCalendars();
let pack: RulePack;

beforeAll(async () => {
  pack = await loadRulePack();
});

function evaluate(vector: unknown): RuleEvaluation {
  const computation = Computation.parse(vector);
  const [evaluation] = evaluateRules(pack, factsOfComputation(computation), {
    mode: computation.mode,
    holidays,
    party: 'either',
    ruleId: computation.rule,
  });
  if (evaluation === undefined) throw new Error(`no rule ${computation.rule}`);
  return evaluation;
}

const epochOf = (instant: string | null | undefined) =>
  instant === null || instant === undefined ? null : Date.parse(instant);

describe.each([
  ['Europe', europe],
  ['the United States', unitedStates],
  ['elsewhere', elsewhere],
])('exact instants: %s', (_place, vectors) => {
  test.each(vectors.map((vector) => [vector.id, vector] as const))('%s', (_id, vector) => {
    const expected = vector.expect as Expected;

    const { outcome, because, steps } = evaluate(vector);

    expect(outcome).toBe(expected.outcome);
    if (expected.because !== undefined) expect(because).toContain(expected.because);
    if (expected.dueAt !== undefined) expect(epochOf(steps[0]?.dueAt)).toBe(epochOf(expected.dueAt));
    if (expected.soft === true)
      expect([steps[0]?.clock, steps[0]?.softDueAt === undefined]).toEqual(['undated', false]);
    for (const [stage, dueAt] of Object.entries(expected.steps ?? {}))
      expect(epochOf(steps.find((step) => step.stage === stage)?.dueAt)).toBe(epochOf(dueAt));
  });
});

test('the arithmetic is written in words', () => {
  const [first] = evaluate(europe[0]).steps;

  expect(first?.words).toBe(
    'awareness Fri 20 Nov 2026 16:20 Europe/Berlin + 72 h = Mon 23 Nov 2026 16:20 Europe/Berlin',
  );
});

test('a day without its hour gives a range of due instants, and alarms use its start', () => {
  const vector = europe.find(({ id }) => id === 'hours from a day count from its start');

  const [first] = evaluate(vector).steps;

  expect(first).toMatchObject({
    dueAt: '2019-01-15T23:00:00.000Z',
    latestDueAt: '2019-01-16T23:00:00.000Z',
  });
});

test('a cut-off on the clock is still in time, the end of a day is not', () => {
  const dueOf = (id: string) =>
    evaluate(unitedStates.find((vector) => vector.id === id)).steps[0]?.dueInclusive;

  expect(dueOf('17:30 in summer is another instant')).toBe(true);
  expect(dueOf('thirty calendar days in California')).toBe(false);
});
