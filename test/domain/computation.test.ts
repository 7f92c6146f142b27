// Computations as people write them in a file: all tables of expected instants, what is refused, and that a check finds
// every difference.
import europe from './vectors/europe.json';
import unitedStates from './vectors/united-states.json';
import elsewhere from './vectors/elsewhere.json';
import reasoned from './vectors/reasoned.json';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import { computationFrom } from '../../src/contract/computation-checks';
import { InputProblem } from '../../src/contract/input-problem';
import type { RulePack } from '../../src/contract/rule-pack';
import { compute, type ComputationAnswer } from '../../src/domain/computation';
import { differencesFrom } from '../../src/domain/computation-check';
import { duplicateKeyIn } from '../../src/domain/duplicate-keys';

const holidays = holidayCalendars();
let pack: RulePack;
beforeAll(async () => {
  pack = await loadRulePack();
});

const names = ['awareness', 'keyExposed', 'individuals', 'major', 'us-ca-1798-82-residents'];
const sources = { names, ruleIdOf: (name: string) => name };

type Answered = ComputationAnswer | { readonly outcome: 'refused'; readonly because: string };

function answerOf(input: unknown): Answered {
  try {
    return compute(computationFrom(input, pack, 'facts.json'), { pack, holidays });
  } catch (error) {
    if (!(error instanceof InputProblem)) throw error;
    return { outcome: 'refused', because: error.message };
  }
}

describe.each([
  ['Europe', europe],
  ['the United States', unitedStates],
  ['elsewhere', elsewhere],
  ['reasoned from the texts', reasoned],
])('%s', (_place, vectors) => {
  test.each(vectors.map((vector) => [vector.id, vector] as const))('%s', (_id, vector) => {
    expect(differencesFrom(vector.expect, answerOf(vector), sources)).toEqual([]);
  });
});

// What is refused

const weekend = {
  rule: 'eu-gdpr-33-1-authority',
  facts: {
    tenant: { country: 'DE', zone: 'Europe/Berlin' },
    role: 'controller',
    incident: { dataCategories: ['personal-data'] },
    anchors: { awareness: '2026-11-20T16:20[Europe/Berlin]' },
  },
};
const withFacts = (facts: object) => ({ ...weekend, facts: { ...weekend.facts, ...facts } });
const aware = (awareness: unknown) => withFacts({ anchors: { awareness } });

test.each<[string, unknown, string, RegExp]>([
  [
    'a time that happens twice',
    aware('2026-10-25T02:30[Europe/Berlin]'),
    'facts.anchors.awareness',
    /happens twice/,
  ],
  [
    'a time that never happens',
    aware('2027-03-28T02:30[Europe/Berlin]'),
    'facts.anchors.awareness',
    /does not exist/,
  ],
  ['a date that cannot be read', aware('20.11.2026'), 'facts.anchors.awareness', /cannot be read as a time/],
  ['a day that is none', aware('2026-02-30'), 'facts.anchors.awareness', /cannot be read as a time/],
  ['a number for a date', aware(1763632800), 'facts.anchors.awareness', /must be a text/],
  ['two of a kind', aware(['2026-11-20', '2026-11-21']), 'facts.anchors.awareness', /2 moments of one kind/],
  [
    'a moment after the evaluation',
    withFacts({ evaluatedAt: '2026-11-20T15:00:00Z' }),
    'facts.anchors.awareness',
    /lies after evaluatedAt/,
  ],
  [
    'a submission after the evaluation',
    withFacts({
      evaluatedAt: '2026-11-20T16:00:00Z',
      submissions: { 'eu-gdpr-33-1-authority': '2026-11-21' },
    }),
    'facts.submissions.eu-gdpr-33-1-authority',
    /lies after evaluatedAt/,
  ],
  [
    'an evaluation at no time',
    withFacts({ evaluatedAt: 'now' }),
    'facts.evaluatedAt',
    /cannot be read as a time/,
  ],
  [
    'a zone that is none',
    withFacts({ tenant: { zone: 'Europe/Atlantis' } }),
    'facts.tenant.zone',
    /not a time zone/,
  ],
  ['a country that is none', withFacts({ tenant: { country: 'EU' } }), 'facts.tenant.country', /ISO 3166-1/],
  [
    'a state of another country',
    withFacts({ tenant: { country: 'DE', subdivision: 'US-CA' } }),
    'facts.tenant.subdivision',
    /is not in DE/,
  ],
  [
    'a rule that is none',
    { ...weekend, rule: 'eu-gdpr-33-1-autority' },
    'rule',
    /did you mean eu-gdpr-33-1-authority/,
  ],
  ['no rule', { facts: weekend.facts }, 'rule', /rule is missing/],
  ['a mode that is none', { ...weekend, mode: 'max' }, 'mode', /conservative/],
  [
    'a fact that is misspelt',
    withFacts({ incident: { indivduals: 3 } }),
    'facts.incident.indivduals',
    /did you mean individuals\?/,
  ],
  [
    'a fact of the other party',
    withFacts({ incident: { nis2Entity: true } }),
    'facts.incident.nis2Entity',
    /it is facts\.tenant\.nis2Entity/,
  ],
  [
    'a word for a count',
    withFacts({ incident: { individuals: 'many' } }),
    'facts.incident.individuals',
    /a number/,
  ],
  [
    'a word for a truth',
    withFacts({ incident: { encrypted: 'yes' } }),
    'facts.incident.encrypted',
    /true or false/,
  ],
  [
    'a kind of data that is misspelt',
    withFacts({ incident: { dataCategories: ['personal-dat'] } }),
    'facts.incident.dataCategories',
    /did you mean personal-data\?/,
  ],
  ['a role that is misspelt', withFacts({ role: 'controler' }), 'facts.role', /did you mean controller\?/],
  [
    'a kind of anchor that is misspelt',
    withFacts({ anchors: { awarness: '2026-11-20' } }),
    'facts.anchors.awarness',
    /did you mean awareness\?/,
  ],
  [
    'a submission of no rule',
    withFacts({ submissions: { 'eu-nis': '2026-11-20' } }),
    'facts.submissions.eu-nis',
    /is not in the rule pack/,
  ],
  [
    'a duration in weeks',
    withFacts({ contract: { notifyWithin: 'P1W', anchor: 'awareness' } }),
    'facts.contract.notifyWithin',
    /P1W is not one of PT72H, PT15M, P3D, P1M/,
  ],
  [
    'a contract that counts from nothing known',
    withFacts({ contract: { notifyWithin: 'PT24H', anchor: 'awarenes' } }),
    'facts.contract.anchor',
    /did you mean awareness\?/,
  ],
  ['a calendar that is none', withFacts({ calendar: 'lunar' }), 'facts.calendar', /is not a calendar/],
  ['a field that is none', withFacts({ anchor: {} }), 'facts', /has anchor, which is not a field here/],
])('%s is refused by its path', (_what, input, path, sentence) => {
  const problem = (() => {
    try {
      return computationFrom(input, pack, 'facts.json');
    } catch (error) {
      return error;
    }
  })();

  expect(problem).toBeInstanceOf(InputProblem);
  expect((problem as InputProblem).field).toBe(path);
  expect((problem as InputProblem).message).toMatch(/^facts\.json: /);
  expect((problem as InputProblem).message).toMatch(sentence);
});

test('what a file says beside the facts is left alone, and unknown is unknown however it is written', () => {
  const noted = { ...weekend, source: 'a case', id: 'noted' };
  expect(answerOf(noted)).toMatchObject({ id: 'noted', dueAt: '2026-11-23T15:20:00Z' });

  const incident = { dataCategories: ['personal-data'], riskUnlikely: null, encrypted: 'unknown' };
  expect(answerOf(withFacts({ incident }))).toMatchObject({ outcome: 'applies' });
});

// A check

describe('a check', () => {
  const expected = { outcome: 'applies', dueAt: '2026-11-23T16:20:00+01:00' };
  const differences = (changes: object) =>
    differencesFrom({ ...expected, ...changes }, answerOf(weekend), sources).map(({ path }) => path);

  test('finds an instant the same however it is written, and another one another', () => {
    expect(differences({})).toEqual([]);
    expect(differences({ dueAt: '2026-11-23T15:20:01Z' })).toEqual(['dueAt']);
    expect(differences({ dueAt: null })).toEqual(['dueAt']);
    expect(differences({ dueAt: 'Monday' })).toEqual(['dueAt']);
  });

  test('compares outcome, softness, steps and obligations', () => {
    expect(differences({ outcome: 'undecided', soft: true })).toEqual(['outcome', 'soft']);
    expect(
      differences({ steps: { initial: '2026-11-23T15:20:00Z', final: '2026-12-01T00:00:00Z' } }),
    ).toEqual(['steps.final']);
    expect(differences({ obligations: { 'eu-gdpr-33-1-authority': null } })).toEqual([
      'obligations.eu-gdpr-33-1-authority',
    ]);
  });

  test('asks of a reason that it names the same facts, not the same words', () => {
    const refused = answerOf(aware('2026-10-25T02:30[Europe/Berlin]'));
    const checked = (because: string) => differencesFrom({ because }, refused, sources).length;

    expect(checked('the awareness is ambiguous')).toBe(0);
    expect(checked('keyExposed')).toBe(1);
  });

  test('lets nothing pass that nobody computes', () => {
    expect(differences({ due: '2026-11-23T15:20:00Z' })).toEqual(['due']);
  });
});

// Keys that are there twice

test.each([
  ['{"anchors":{"awareness":"a","awareness":"b"}}', 'anchors.awareness'],
  ['[{"id":1},{"id":1,"x":{"y":[{"z":1,"z":2}]}}]', '[1].x.y[0].z'],
  ['{"a":"\\"a\\":1,","b":{"a":1},"c":[{"a":1},{"a":2}]}', undefined],
  ['{"\\u0061":1,"a":2}', 'a'],
])('%s', (json, path) => {
  expect(duplicateKeyIn(json)).toBe(path);
});
