import fc from 'fast-check';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import type { RuleFactValue } from '../../src/contract/rule-facts';
import type { RulePack } from '../../src/contract/rule-pack';
import type { CountedObligation } from '../../src/domain/obligation-groups';
import { foldUnsettledScope, groupObligations } from '../../src/domain/obligation-groups';
import type { EvaluationOptions, Obligation, RuleEvaluation } from '../../src/domain/obligations';
import { evaluateRules, explainObligation, obligationsOf } from '../../src/domain/obligations';
import type {
  IncidentMoments,
  IncidentRuleFacts,
  ProviderProfile,
  TenantProfile,
} from '../../src/domain/rule-profile';
import { factsOfProvider, factsOfTenant, tenantFactNames } from '../../src/domain/rule-profile';

const holidays = holidayCalendars();
let pack: RulePack;
beforeAll(async () => {
  pack = await loadRulePack();
});

const provider: ProviderProfile = {
  roles: ['processor', 'cloud-provider'],
  country: 'US',
  subdivision: 'US-CA',
  timeZone: 'America/Los_Angeles',
  sectors: ['cloud'],
};
const incident: IncidentRuleFacts = {
  dataCategories: ['personal-data', 'credentials'],
  impact: ['confidentiality'],
  named: {},
};
const moments: IncidentMoments = {
  anchors: [
    { kind: 'detection', at: '2026-11-19T08:00:00Z' },
    { kind: 'awareness', at: '2026-11-20T10:00:00Z' },
    { kind: 'determination', at: '2026-11-20T12:00:00Z' },
  ],
  submissions: {},
  evaluatedAt: '2026-11-20T13:00:00Z',
};

const tenant = (change: Partial<TenantProfile> = {}): TenantProfile => ({
  country: 'DE',
  subdivision: null,
  sector: 'software',
  timeZone: 'Europe/Berlin',
  facts: {},
  contracts: [],
  ...change,
});

function evaluate(
  profile: TenantProfile,
  facts: IncidentRuleFacts = incident,
  options: Partial<EvaluationOptions> = {},
): RuleEvaluation[] {
  return evaluateRules(pack, factsOfTenant(profile, facts, moments, provider), {
    mode: 'conservative',
    holidays,
    party: 'tenant',
    ...options,
  });
}

const outcomesOf = (evaluations: readonly RuleEvaluation[]) =>
  new Map(evaluations.map(({ rule, outcome }) => [rule.id, outcome]));
const named = (facts: Record<string, RuleFactValue>): IncidentRuleFacts => ({ ...incident, named: facts });

// Whom a rule binds

test('what the provider owes to a tenant and what the tenant owes itself follow from the roles', () => {
  const outcomes = outcomesOf(evaluate(tenant()));

  expect(outcomes.get('eu-gdpr-33-2-processor')).toBe('applies');
  expect(outcomes.get('eu-gdpr-33-1-authority')).toBe('applies');
  expect(outcomes.get('uk-gdpr-33-2-processor')).toBe('does-not-apply');
  expect(outcomes.get('policy-default-undue-delay')).toBe('applies');
});

test('EU is its member states and no more', () => {
  const applies = (country: string) =>
    outcomesOf(evaluate(tenant({ country }))).get('eu-gdpr-33-2-processor');

  expect(['AT', 'FR', 'NO', 'SE'].map(applies)).toEqual(['applies', 'applies', 'applies', 'applies']);
  expect(['GB', 'CH', 'US', 'BR'].map(applies)).toEqual(Array(4).fill('does-not-apply'));
});

test('the residence of persons brings in a law that the seat does not', () => {
  const outcomes = outcomesOf(
    evaluate(tenant({ country: 'US', subdivision: 'US-NY' }), named({ residence: ['DE', 'US-CA'] })),
  );

  expect(outcomes.get('eu-gdpr-33-2-processor')).toBe('applies');
  expect(outcomes.get('us-ca-1798-82-residents')).toBe('applies');
  expect(outcomes.get('us-ny-899-aa-residents')).toBe('applies');
  expect(outcomes.get('us-tx-521-053-individuals')).toBe('does-not-apply');
});

test('an unknown role leaves undecided whether we owe anything', () => {
  const facts = factsOfTenant(tenant(), incident, moments);

  const evaluations = evaluateRules(pack, facts, { mode: 'conservative', holidays, party: 'tenant' });

  expect(evaluations.find(({ rule }) => rule.id === 'eu-gdpr-33-2-processor')).toMatchObject({
    outcome: 'undecided',
    missingFacts: ['role'],
  });
});

test('the provider has its own duties, also those that tenants usually have', () => {
  const controller = factsOfProvider(
    { ...provider, country: 'NL', roles: ['controller'] },
    incident,
    moments,
  );

  const outcomes = outcomesOf(
    evaluateRules(pack, controller, { mode: 'conservative', holidays, party: 'provider' }),
  );

  expect(outcomes.get('eu-gdpr-33-1-authority')).toBe('applies');
  expect(outcomes.has('eu-gdpr-33-2-processor')).toBe(false);
});

test('a processor in California has no duty of the owner of the data', () => {
  const facts = factsOfProvider(provider, incident, moments);

  const outcomes = outcomesOf(
    evaluateRules(pack, facts, { mode: 'conservative', holidays, party: 'provider' }),
  );

  expect(outcomes.get('us-ca-1798-82-residents')).toBe('does-not-apply');
});

test('what is only watched never applies, and says why', () => {
  const proposal = evaluate(tenant()).find(({ rule }) => rule.id === 'eu-gdpr-33-omnibus-proposal');

  expect(proposal?.outcome).toBe('does-not-apply');
  expect(proposal?.because).toContain('a proposal of the Commission');
});

// Decisions and claims

test('a decision settles what was undecided and touches nothing else', () => {
  const decide = (applies: boolean) =>
    outcomesOf(
      evaluate(tenant(), incident, {
        decisions: [
          { ruleId: 'eu-gdpr-34-data-subject', applies },
          { ruleId: 'eu-gdpr-33-2-processor', applies },
        ],
      }),
    );

  expect(outcomesOf(evaluate(tenant())).get('eu-gdpr-34-data-subject')).toBe('undecided');
  expect(decide(true).get('eu-gdpr-34-data-subject')).toBe('applies');
  expect(decide(false).get('eu-gdpr-34-data-subject')).toBe('does-not-apply');
  expect(decide(false).get('eu-gdpr-33-2-processor')).toBe('applies');
});

test('an assumption is recorded with every use', () => {
  const federal = tenant({ country: 'US', subdivision: 'US-VA', sector: 'us-federal' });
  const facts: IncidentRuleFacts = {
    ...incident,
    dataCategories: ['federal-data'],
    named: { certificationClass: 'C' },
  };

  const rule = evaluate(federal, facts).find(({ rule: { id } }) => id === 'us-fedramp-iec-c-pain3-5');

  expect(rule?.assumptions).toEqual([expect.stringContaining('incident.potentialImpact is taken to be 5')]);
});

test('of several contracts the tightest that runs is the one that counts', () => {
  const contracts = [
    { hours: 72, anchor: 'awareness' },
    { hours: 24, anchor: 'determination' },
    { hours: 1, anchor: 'confirmation' },
  ];

  const contract = evaluate(tenant({ contracts })).find(({ rule }) => rule.id === 'contract');

  expect(contract?.steps[0]).toMatchObject({ anchor: 'determination', dueAt: '2026-11-21T12:00:00.000Z' });
});

test('the policy limit gives way where another duty has a number, the duty itself stands', () => {
  const policyOf = (profile: TenantProfile) => evaluate(profile).find(({ rule }) => rule.status === 'policy');

  expect(policyOf(tenant())?.steps[0]?.softDueAt).toBe('2026-11-21T12:00:00.000Z');
  const agreed = policyOf(tenant({ contracts: [{ hours: 72, anchor: 'awareness' }] }));
  expect(agreed?.outcome).toBe('applies');
  expect(agreed?.steps[0]?.softDueAt).toBeUndefined();
});

test('an explanation gives regulation, outcome, reason and arithmetic', () => {
  const rule = evaluate(tenant()).find(({ rule: { id } }) => id === 'eu-gdpr-33-1-authority');

  expect(rule === undefined ? '' : explainObligation(rule)).toBe(
    [
      'GDPR: A controller tells the supervisory authority of a personal data breach within three days of knowing it (Regulation (EU) 2016/679 art. 33(1), (3), (4))',
      'applies: all its conditions are met',
      'initial: awareness Fri 20 Nov 2026 11:00 Europe/Berlin + 72 h = Mon 23 Nov 2026 11:00 Europe/Berlin',
    ].join('\n'),
  );
});

// Nothing falls silent

const anyTenant: fc.Arbitrary<TenantProfile> = fc.record({
  country: fc.constantFrom('DE', 'FR', 'US', 'BR', 'JP', 'SG', 'GB', 'IN', 'KE', null),
  subdivision: fc.constantFrom(null, null, 'US-CA', 'US-ME', 'US-FL'),
  sector: fc.constantFrom('finance', 'health', 'us-federal', 'telecom', 'retail', null),
  timeZone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Tokyo'),
  facts: fc.dictionary(fc.constantFrom('nis2Entity', 'publicBody', 'unread'), fc.boolean()),
  contracts: fc.array(
    fc.record({ hours: fc.constantFrom(24, 72), anchor: fc.constantFrom('awareness', 'confirmation') }),
    { maxLength: 2 },
  ),
});
const anyNamed = fc.dictionary(
  fc.constantFrom(
    'highRisk',
    'encrypted',
    'keyExposed',
    'riskUnlikely',
    'misuseUnlikely',
    'significant',
    'major',
    'material',
    'significantHarm',
    'unlawful',
  ),
  fc.boolean(),
);

test('learning a fact never lets a duty that applies vanish without a reason that names it', () => {
  fc.assert(
    fc.property(anyTenant, anyNamed, anyNamed, (profile, known, learned) => {
      const before = evaluate(profile, named(known));
      const after = new Map(
        evaluate(profile, named({ ...learned, ...known })).map((each) => [each.rule.id, each]),
      );
      for (const { rule } of before.filter(({ outcome }) => outcome === 'applies')) {
        const now = after.get(rule.id);
        expect(now).toBeDefined();
        if (now?.outcome === 'applies' || now?.outcome === 'undecided') continue;
        expect([rule.id, now?.outcome]).toEqual([rule.id, 'suppressed']);
        expect(now?.because.length).toBeGreaterThan(10);
      }
    }),
    { numRuns: 60 },
  );
});

test('a fact that nobody recorded never makes a rule not apply', () => {
  fc.assert(
    fc.property(anyTenant, anyNamed, anyNamed, (profile, known, more) => {
      const silent = outcomesOf(evaluate(profile, named(known)));
      const told = evaluate(profile, named({ ...more, ...known }));
      for (const { rule, outcome } of told.filter((each) => each.outcome === 'applies'))
        expect([rule.id, outcome, silent.get(rule.id) === 'does-not-apply']).toEqual([
          rule.id,
          outcome,
          false,
        ]);
    }),
    { numRuns: 60 },
  );
});

test('facts that no rule reads do not part profiles, and evaluating a profile is evaluating each of its tenants', () => {
  const read = new Set(tenantFactNames(pack));
  fc.assert(
    fc.property(anyTenant, (profile) => {
      const facts = Object.fromEntries(Object.entries(profile.facts).filter(([name]) => read.has(name)));
      expect(obligationsOf(evaluate({ ...profile, facts }))).toEqual(obligationsOf(evaluate(profile)));
    }),
    { numRuns: 40 },
  );
});

test('a rule that is read for facts lists them all', () => {
  expect(tenantFactNames(pack)).toEqual(
    expect.arrayContaining(['financialEntity', 'freeZone', 'nis2Entity', 'roles']),
  );
  expect(tenantFactNames(pack)).not.toContain('country');
});

// Folding and grouping

const counted = (obligations: readonly Obligation[], tenants = 1): CountedObligation[] =>
  obligations.map((obligation) => ({ obligation, tenants }));

test('a tenant whose country is unknown has one open question per duty, with the strictest limit of all laws', () => {
  const folded = foldUnsettledScope(obligationsOf(evaluate(tenant({ country: null }))));

  const open = folded.filter(({ ruleId }) => ruleId.startsWith('scope:'));
  expect(open.map(({ ruleId, duty, outcome }) => [ruleId, duty, outcome])).toEqual(
    expect.arrayContaining([
      ['scope:tenant.country', 'provider-to-tenant', 'undecided'],
      ['scope:tenant.country', 'tenant-own', 'undecided'],
    ]),
  );
  expect(open).toHaveLength(2);
  expect(open.find(({ duty }) => duty === 'provider-to-tenant')?.dueAt).toBe('2026-11-20T08:00:00.000Z');
});

test('an open question is met by a channel that every one of its rules allows, and by no other', () => {
  const [first, second, ...others] = obligationsOf(evaluate(tenant({ country: null }))).filter(
    ({ duty, missingFact }) => duty === 'provider-to-tenant' && missingFact === 'tenant.country',
  );
  const channelsOf = (obligations: readonly Obligation[]) =>
    foldUnsettledScope(obligations).map(({ channels }) => channels);
  const both = [first ?? fail(), second ?? fail()] as const;

  expect(channelsOf([...both, ...others])).toEqual([['email']]);
  expect(
    channelsOf([
      { ...both[0], channels: ['postal', 'email'] },
      { ...both[1], channels: ['phone'] },
    ]),
  ).toEqual([[]]);
});

test('the open question names some of the rules that wait, and does not grow with the pack', () => {
  const folded = foldUnsettledScope(obligationsOf(evaluate(tenant({ country: null }))));

  const open = folded.filter(({ ruleId }) => ruleId.startsWith('scope:'));
  expect(open.map(({ explain }) => /… and \d+ more$/.test(explain))).toEqual([true, true]);
  expect(Math.max(...open.map(({ explain }) => explain.length))).toBeLessThan(1000);
});

test('the open question is settled by a decision', () => {
  const obligations = obligationsOf(evaluate(tenant({ country: null })));
  const fold = (applies: boolean) =>
    foldUnsettledScope(obligations, [{ ruleId: 'scope:tenant.country', applies }]).filter(({ ruleId }) =>
      ruleId.startsWith('scope:'),
    );

  expect(fold(false)).toEqual([]);
  expect(fold(true).map(({ outcome }) => outcome)).toEqual(['applies', 'applies']);
});

test('tenants that owe the same by the same instant are one group', () => {
  const german = obligationsOf(evaluate(tenant()));
  const french = obligationsOf(evaluate(tenant({ country: 'FR', timeZone: 'Europe/Paris' })));

  const { groups } = groupObligations([...counted(german, 30), ...counted(french, 12)]);

  expect(groups.find(({ ruleId }) => ruleId === 'eu-gdpr-33-1-authority')).toEqual({
    ruleId: 'eu-gdpr-33-1-authority',
    stage: 'initial',
    duty: 'tenant-own',
    recipient: 'supervisory-authority',
    outcome: 'applies',
    anchor: 'awareness',
    clock: 'running',
    dueAt: '2026-11-23T10:00:00.000Z',
    tenants: 42,
    channels: ['regulator-portal', 'form'],
  });
});

test('groups stay small for tenants in many places, and our own duties are never the ones left out', () => {
  const countries = ['DE', 'FR', 'US', 'BR', 'JP', 'SG', 'GB', 'IN', 'KE', 'AU', 'CA', 'KR', null];
  const sectors = ['finance', 'health', 'us-federal', 'telecom', 'retail', null];
  const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Asia/Kolkata'];
  const profiles = countries.flatMap((country) =>
    sectors.flatMap((sector) => zones.map((timeZone) => tenant({ country, sector, timeZone }))),
  );
  const all = profiles.flatMap((profile) => counted(foldUnsettledScope(obligationsOf(evaluate(profile)))));

  const { groups, unlisted } = groupObligations(all);

  expect(groups.length).toBeLessThanOrEqual(80);
  expect(JSON.stringify(groups).length).toBeLessThan(28_000);
  const owed = new Set(
    all
      .filter(({ obligation }) => obligation.duty === 'provider-to-tenant')
      .map(({ obligation }) => obligation.ruleId),
  );
  expect(
    new Set(groups.filter(({ duty }) => duty === 'provider-to-tenant').map(({ ruleId }) => ruleId)),
  ).toEqual(owed);
  expect(unlisted).toBeGreaterThanOrEqual(0);
});

// Chains

test('what follows the first stage counts from the submission of that stage, whatever the law calls it', () => {
  const nis2 = 'eu-nis2-23-4b-notification';
  const finalReport = (submissions: Record<string, string>) => {
    const facts = factsOfTenant(tenant({ sector: 'cloud' }), incident, { ...moments, submissions }, provider);
    const options: EvaluationOptions = { mode: 'conservative', holidays, party: 'either', ruleId: nis2 };
    return evaluateRules(pack, facts, options)[0]?.steps.find(({ stage }) => stage === 'final');
  };

  expect(finalReport({})?.clock).toBe('not-started');
  expect(finalReport({ [`${nis2}/notification`]: '2026-11-21T10:00:00Z' })).toMatchObject({
    clock: 'running',
    anchor: 'submission',
  });
});
