import fc from 'fast-check';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { builtInFacts, type RuleFactValue } from '../../src/contract/rule-facts';
import type { Condition, Rule } from '../../src/contract/rule-pack';
import { factNamesIn } from '../../src/domain/conditions';
import { evaluateRules, obligationsOf, type RuleEvaluation } from '../../src/domain/obligations';
import { factsOfTenant, tenantFactNames, type TenantProfile } from '../../src/domain/rule-profile';
import { bundledPack } from './exercise';

const pack = bundledPack();
const holidays = holidayCalendars();

const evaluate = (profile: TenantProfile, named: Readonly<Record<string, RuleFactValue>>): RuleEvaluation[] =>
  evaluateRules(
    pack,
    factsOfTenant(
      profile,
      { dataCategories: ['personal-data', 'federal-data'], impact: ['confidentiality'], named },
      {
        anchors: (['detection', 'awareness', 'determination'] as const).map((kind) => ({
          kind,
          at: '2026-11-20T10:00:00Z',
        })),
        submissions: {},
        evaluatedAt: '2026-11-20T12:00:00Z',
      },
      { roles: ['processor', 'cloud-provider'] },
    ),
    { mode: 'conservative', holidays, party: 'tenant' },
  );

// Any facts that the rules of the pack ask for

function conditionsOf({ when, suppressors, followUps }: Rule): Condition[] {
  const claims = suppressors.flatMap(({ claim, provided }) => [claim, provided]);
  return [when, ...claims, ...followUps.map((each) => each.when)].filter((each) => each !== undefined);
}

const askedBy = new Map(
  pack.rules.map((rule) => [rule.id, new Set(conditionsOf(rule).flatMap(factNamesIn))] as const),
);

const valuesFor: Readonly<Record<string, fc.Arbitrary<RuleFactValue>>> = {
  truth: fc.boolean(),
  number: fc.constantFrom(0, 1, 2, 5, 49, 50, 499, 500, 501, 1000, 1001, 5001, 10_001),
  word: fc.constantFrom('A', 'C', 'D', 'major', 'general', 'credit-institution', 'DIFC', 'other'),
  words: fc.subarray(['sensitive', 'authentication', 'other'], { minLength: 1 }),
};

const anyFactsOf = (prefix: 'incident' | 'tenant') =>
  fc.record(
    Object.fromEntries(
      pack.facts
        .filter(({ name }) => name.startsWith(`${prefix}.`))
        .map(({ name, type }) => [name.slice(prefix.length + 1), valuesFor[type] ?? fc.boolean()]),
    ),
    { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, RuleFactValue>>;

const anyPlace = fc.constantFrom(
  { country: 'DE', subdivision: null },
  { country: 'LU', subdivision: null },
  { country: 'AE', subdivision: 'AE-DU' },
  { country: 'BR', subdivision: null },
  { country: 'CN', subdivision: null },
  { country: 'JP', subdivision: null },
  { country: 'US', subdivision: null },
  { country: 'US', subdivision: 'US-GA' },
  { country: 'US', subdivision: 'US-NJ' },
  { country: null, subdivision: null },
);

const anyTenant: fc.Arbitrary<TenantProfile> = fc
  .tuple(anyPlace, fc.constantFrom('finance', 'us-federal', 'health', 'retail', null), anyFactsOf('tenant'))
  .map(([place, sector, facts]) => ({ ...place, sector, facts, timeZone: 'UTC', contracts: [] }));

/** What the law puts in the place of a missing fact may fall when the fact is learned. */
const assumesOneOf = (rule: Rule, learned: object) =>
  rule.assumptions.some(({ fact }) => fact.replace(/^incident\./, '') in learned);

test('whatever is learned, a duty that applied is never passed over in silence', () => {
  fc.assert(
    fc.property(anyTenant, anyFactsOf('incident'), anyFactsOf('incident'), (tenant, known, learned) => {
      const after = new Map(evaluate(tenant, { ...learned, ...known }).map((each) => [each.rule.id, each]));
      for (const { rule, outcome } of evaluate(tenant, known)) {
        if (outcome !== 'applies' || assumesOneOf(rule, learned)) continue;
        const now = after.get(rule.id);
        expect([rule.id, now?.outcome]).not.toEqual([rule.id, 'does-not-apply']);
        if (now?.outcome === 'suppressed')
          expect([rule.id, ...rule.suppressors.map(({ because }) => because)]).toContain(now.because);
      }
    }),
    { numRuns: 40 },
  );
});

test('a fact that a rule does not ask for changes nothing about it', () => {
  fc.assert(
    fc.property(anyTenant, anyFactsOf('incident'), anyFactsOf('incident'), (tenant, known, other) => {
      const after = new Map(evaluate(tenant, { ...other, ...known }).map((each) => [each.rule.id, each]));
      for (const evaluation of evaluate(tenant, known)) {
        const asked = askedBy.get(evaluation.rule.id);
        const isTouched = Object.keys(other).some((name) => asked?.has(`incident.${name}`));
        if (isTouched || evaluation.rule.status === 'policy') continue;
        expect(after.get(evaluation.rule.id)).toEqual(evaluation);
      }
    }),
    { numRuns: 40 },
  );
});

test('what is undecided names facts that somebody can be asked for', () => {
  const askable = new Set([...builtInFacts, ...pack.facts].map(({ name }) => name).concat('role'));
  fc.assert(
    fc.property(anyTenant, anyFactsOf('incident'), (tenant, known) => {
      for (const { rule, outcome, missingFacts } of evaluate(tenant, known)) {
        if (outcome !== 'undecided') continue;
        expect([rule.id, missingFacts.length > 0]).toEqual([rule.id, true]);
        expect(missingFacts.filter((name) => !askable.has(name) && !name.startsWith('anchors.'))).toEqual([]);
      }
    }),
    { numRuns: 40 },
  );
});

test('many tenants evaluated by profile owe what each of them owes alone', () => {
  const read = tenantFactNames(pack);
  const profileOf = (tenant: TenantProfile): TenantProfile => ({
    ...tenant,
    facts: Object.fromEntries(
      read.flatMap((name) => (tenant.facts[name] === undefined ? [] : [[name, tenant.facts[name]]])),
    ),
  });
  const withUnread = fc
    .tuple(anyTenant, fc.dictionary(fc.constantFrom('color', 'plan', 'region'), fc.constantFrom('a', 'b')))
    .map(([tenant, unread]) => ({ ...tenant, facts: { ...tenant.facts, ...unread } }));
  fc.assert(
    fc.property(
      fc.array(withUnread, { minLength: 2, maxLength: 5 }),
      anyFactsOf('incident'),
      (tenants, known) => {
        const byProfile = new Map(
          tenants.map((tenant) => {
            const profile = profileOf(tenant);
            return [JSON.stringify(profile), obligationsOf(evaluate(profile, known))] as const;
          }),
        );
        for (const tenant of tenants)
          expect(byProfile.get(JSON.stringify(profileOf(tenant)))).toEqual(
            obligationsOf(evaluate(tenant, known)),
          );
      },
    ),
    { numRuns: 15 },
  );
});
