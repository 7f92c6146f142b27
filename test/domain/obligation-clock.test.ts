import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import type { AnchorFact, RuleFactValue } from '../../src/contract/rule-facts';
import type { RulePack } from '../../src/contract/rule-pack';
import type { Instant } from '../../src/domain/instant';
import { obligationsAt, type ObligationReading } from '../../src/domain/obligation-clock';
import { readUnderRivals, type RivalAnchor } from '../../src/domain/rival-anchors';
import { factsOfProvider, factsOfTenant, type RuleFacts } from '../../src/domain/rule-profile';

let pack: RulePack;
beforeAll(async () => {
  pack = await loadRulePack();
});
const holidays = holidayCalendars();

interface Situation {
  readonly country?: string;
  readonly zone: string;
  readonly role: 'controller' | 'processor';
  readonly named?: Record<string, RuleFactValue>;
  readonly anchors: readonly AnchorFact[];
  readonly submissions?: Record<string, string>;
  readonly at: Instant;
}

const incident = (named: Record<string, RuleFactValue> = {}) => ({
  dataCategories: ['personal-data', 'credentials'],
  impact: ['confidentiality'],
  named,
});

const day = (kind: AnchorFact['kind'], at: string, zone = 'UTC'): AnchorFact => ({
  kind,
  at,
  precision: 'day',
  zone,
});

function providerFacts({
  country = 'NL',
  zone,
  role,
  named,
  anchors,
  submissions = {},
  at,
}: Situation): RuleFacts {
  return factsOfProvider({ roles: [role], country, timeZone: zone }, incident(named), {
    anchors,
    submissions,
    evaluatedAt: at,
  });
}

function tenantFacts(situation: Situation, contract?: { hours: number; anchor: string }): RuleFacts {
  const { country = 'US', zone, role, named, anchors, submissions = {}, at } = situation;
  const profile = {
    country,
    subdivision: null,
    sector: null,
    timeZone: zone,
    facts: {},
    contracts: contract === undefined ? [] : [contract],
  };
  return factsOfTenant(
    profile,
    incident(named),
    { anchors, submissions, evaluatedAt: at },
    { roles: [role] },
  );
}

function own(ruleId: string, situation: Situation, stage?: string): ObligationReading | undefined {
  const options = { mode: 'conservative', holidays, party: 'provider', ruleId } as const;
  const readings = obligationsAt({ pack, facts: providerFacts(situation), options, at: situation.at });
  return readings.find((reading) => stage === undefined || reading.stage === stage);
}

function owedToTenant(
  ruleId: string,
  situation: Situation,
  contract?: { hours: number; anchor: string },
  isMet = false,
): ObligationReading | undefined {
  const options = { mode: 'conservative', holidays, party: 'tenant', ruleId } as const;
  const facts = tenantFacts(situation, contract);
  return obligationsAt({ pack, facts, options, at: situation.at, isMet: () => isMet })[0];
}

// Guests approached with booking details, 2019: a controller in Amsterdam

const amsterdam = 'Europe/Amsterdam';
const guests = (at: Instant, ...awareness: readonly string[]): Situation => ({
  zone: amsterdam,
  role: 'controller',
  at,
  anchors: [
    day('detection', '2019-01-08', amsterdam),
    ...awareness.map((written) => day('awareness', written, amsterdam)),
  ],
});
const toAuthority = 'eu-gdpr-33-1-authority';
const sixteenth = {
  dueAt: '2019-01-16',
  day: '2019-01-16',
  precision: 'day',
  dueFrom: '2019-01-15T23:00:00.000Z',
  dueTo: '2019-01-16T23:00:00.000Z',
};

test('72 hours from a day end on a day, and a Sunday does not stop them', () => {
  expect(own(toAuthority, guests('2019-01-13T09:00:00.000Z', '2019-01-13'))).toMatchObject({
    outcome: 'applies',
    clock: 'running',
    anchor: { kind: 'awareness', at: '2019-01-13', precision: 'day', zone: amsterdam },
    due: sixteenth,
  });
});

test('a clock that counts from a day is overdue only when the whole range is past', () => {
  const at = (instant: Instant) => own(toAuthority, guests(instant, '2019-01-13'))?.clock;

  expect(at('2019-01-16T22:59:59.000Z')).toBe('running');
  expect(at('2019-01-16T23:00:00.000Z')).toBe('overdue');
});

test('a later anchor of the kind never pushes the due time out', () => {
  const reading = own(
    toAuthority,
    guests('2019-02-04T10:00:00.000Z', '2019-02-04', '2019-01-13', '2019-01-20'),
  );

  expect(reading).toMatchObject({ clock: 'overdue', anchor: { at: '2019-01-13' }, due: sixteenth });
});

test('no anchor of the kind, no clock: detection is not awareness', () => {
  const reading = own(toAuthority, guests('2019-01-08T10:00:00.000Z'));

  expect(reading).toMatchObject({ clock: 'not-started', because: 'clock-not-started: awareness' });
  expect(reading).not.toHaveProperty('due');
});

test('a filing meets the duty, however late', () => {
  const situation = guests('2019-02-08T00:00:00.000Z', '2019-01-13');
  const submissions = { [`${toAuthority}/initial`]: '2019-02-07[Europe/Amsterdam]' };

  expect(own(toAuthority, { ...situation, submissions })?.clock).toBe('met');
});

test('a duty without a number in the law applies and is undated', () => {
  const situation = { ...guests('2019-02-04T10:00:00.000Z', '2019-01-13'), named: { highRisk: true } };

  const reading = own('eu-gdpr-34-data-subject', situation);

  expect(reading).toMatchObject({ outcome: 'applies', clock: 'undated' });
  expect(reading).not.toHaveProperty('due');
});

test('a duty that does not apply has no clock', () => {
  const reading = own('us-sec-8k-1-05', guests('2022-04-15T10:00:00.000Z', '2022-04-15'));

  expect(reading?.outcome).toBe('does-not-apply');
  expect(reading).not.toHaveProperty('clock');
});

// Contracts of tenants

test.each([
  ['confirmation', 'running', '2023-01-02'],
  ['awareness', 'not-started', undefined],
])('a contract that counts from %s is %s', (anchor, clock, dueAt) => {
  const situation: Situation = {
    zone: 'UTC',
    role: 'processor',
    at: '2023-01-01T00:00:00.000Z',
    anchors: [day('detection', '2022-12-29'), day('confirmation', '2022-12-30')],
  };

  const reading = owedToTenant('contract', situation, { hours: 72, anchor });

  expect([reading?.clock, reading?.due?.dueAt]).toEqual([clock, dueAt]);
});

test('hours that are no whole days make a range that is no day', () => {
  const situation: Situation = {
    zone: 'UTC',
    role: 'processor',
    at: '2023-01-01T00:00:00.000Z',
    anchors: [day('confirmation', '2022-12-30')],
  };

  const reading = owedToTenant('contract', situation, { hours: 36, anchor: 'confirmation' });

  expect(reading?.due).toEqual({
    dueAt: '2022-12-31T12:00:00.000Z',
    dueFrom: '2022-12-31T12:00:00.000Z',
    dueTo: '2023-01-01T12:00:00.000Z',
    inclusive: false,
    precision: 'day',
  });
});

test('what is owed to a tenant is met when the caller says that it was told', () => {
  const situation: Situation = {
    zone: 'UTC',
    role: 'processor',
    at: '2023-02-01T00:00:00.000Z',
    anchors: [day('determination', '2023-01-04')],
  };
  const contract = { hours: 72, anchor: 'determination' };

  expect(owedToTenant('contract', situation, contract)?.clock).toBe('overdue');
  expect(owedToTenant('contract', situation, contract, true)?.clock).toBe('met');
});

test('the duty of a processor towards its tenant is undated, any figure a policy', () => {
  const situation: Situation = {
    country: 'DE',
    zone: 'Europe/Berlin',
    role: 'processor',
    at: '2023-01-05T00:00:00.000Z',
    anchors: [day('awareness', '2023-01-04')],
  };

  const reading = owedToTenant('eu-gdpr-33-2-processor', situation);

  expect(reading).toMatchObject({
    outcome: 'applies',
    clock: 'undated',
    softDueAt: expect.any(String) as string,
  });
  expect(reading).not.toHaveProperty('due');
});

// Japan, 2023: clocks in days

const tokyo = 'Asia/Tokyo';
const leak = (at: Instant): Situation => ({
  country: 'JP',
  zone: tokyo,
  role: 'controller',
  named: { unlawful: true },
  anchors: [day('detection', '2023-10-17', tokyo), day('awareness', '2023-10-27', tokyo)],
  at,
});
const toCommission = 'jp-appi-26-ppc-preliminary';

test.each([
  ['2023-10-27T03:00:00.000Z', 'running'],
  ['2023-12-26T15:00:00.000Z', 'overdue'],
] as const)('a clock that counts days names its last one; at %s it is %s', (at, clock) => {
  expect(own(toCommission, leak(at), 'final')).toMatchObject({
    clock,
    anchor: { kind: 'awareness', at: '2023-10-27' },
    due: { dueAt: '2023-12-25T15:00:00.000Z', dueDay: '2023-12-25', precision: 'second' },
  });
});

// Rivals

const rivals = (kind: AnchorFact['kind'], zone: string, ...days: readonly string[]): RivalAnchor[] =>
  days.map((written) => ({ ...day(kind, written, zone), heldBy: `whoever says ${written}` }));

test('every rival gives its own due time and its own lateness, none of them preferred', () => {
  const readings = readUnderRivals({
    pack,
    facts: providerFacts(guests('2019-02-07T12:00:00.000Z', '2019-01-08')),
    options: { mode: 'conservative', holidays, party: 'provider' },
    ruleId: toAuthority,
    stage: 'initial',
    rivals: rivals(
      'awareness',
      amsterdam,
      '2019-01-08',
      '2019-01-10',
      '2019-01-13',
      '2019-01-20',
      '2019-02-04',
    ),
    filed: { at: '2019-02-07', precision: 'day', zone: amsterdam },
  });

  expect(readings.map(({ anchor, due, lateness }) => [anchor.at, due?.dueAt, lateness])).toEqual([
    ['2019-01-08', '2019-01-11', { verdict: 'late', lateBy: 'P27D', lateMin: 'P26D', lateMax: 'P28D' }],
    ['2019-01-10', '2019-01-13', { verdict: 'late', lateBy: 'P25D', lateMin: 'P24D', lateMax: 'P26D' }],
    ['2019-01-13', '2019-01-16', { verdict: 'late', lateBy: 'P22D', lateMin: 'P21D', lateMax: 'P23D' }],
    ['2019-01-20', '2019-01-23', { verdict: 'late', lateBy: 'P15D', lateMin: 'P14D', lateMax: 'P16D' }],
    ['2019-02-04', '2019-02-07', { verdict: 'undecidable', lateMin: '-P1D', lateMax: 'P1D' }],
  ]);
});

test('without a filing each rival gives its due time and nothing is called late', () => {
  const readings = readUnderRivals({
    pack,
    facts: providerFacts(leak('2023-10-27T03:00:00.000Z')),
    options: { mode: 'conservative', holidays, party: 'provider' },
    ruleId: toCommission,
    stage: 'final',
    rivals: rivals('awareness', tokyo, '2023-10-17', '2023-10-27', '2023-10-29'),
  });

  expect(readings.map(({ due }) => [due?.dueDay, due?.dueAt])).toEqual([
    ['2023-12-15', '2023-12-15T15:00:00.000Z'],
    ['2023-12-25', '2023-12-25T15:00:00.000Z'],
    ['2023-12-27', '2023-12-27T15:00:00.000Z'],
  ]);
  expect(readings.every(({ lateness }) => lateness === undefined)).toBe(true);
});

test('a rival of another kind says nothing about the clock', () => {
  const readings = readUnderRivals({
    pack,
    facts: providerFacts(guests('2019-02-07T12:00:00.000Z', '2019-01-13')),
    options: { mode: 'conservative', holidays, party: 'provider' },
    ruleId: toAuthority,
    rivals: rivals('detection', amsterdam, '2019-01-08'),
  });

  expect(readings).toEqual([]);
});

test('a contract is read under rivals of the kind that it names', () => {
  const situation: Situation = {
    zone: 'UTC',
    role: 'processor',
    at: '2023-10-19T12:00:00.000Z',
    anchors: [day('awareness', '2023-09-29')],
  };

  const readings = readUnderRivals({
    pack,
    facts: tenantFacts(situation, { hours: 72, anchor: 'awareness' }),
    options: { mode: 'conservative', holidays, party: 'tenant' },
    ruleId: 'contract',
    rivals: rivals('awareness', 'UTC', '2023-09-29', '2023-10-02', '2023-10-13'),
    filed: { at: '2023-10-19', precision: 'day' },
  });

  expect(readings.map(({ lateness }) => lateness?.lateBy)).toEqual(['P17D', 'P14D', 'P3D']);
});
