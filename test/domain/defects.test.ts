// Twenty defects that engines for breach notification are known to have. Each is a test that fails when the defect is
// put in; those that need a server have their test where the server is, and stand here by its name.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import { incidentUpdates } from '../../src/contract/messages';
import { Computation } from '../../src/contract/rule-facts';
import { Clock, Jurisdiction, type RulePack } from '../../src/contract/rule-pack';
import { alarmsOf } from '../../src/domain/alarms';
import { compute, type ComputationAnswer } from '../../src/domain/computation';
import { assessmentOf, given, hours, obligationGroup } from '../support/incidents';
import { sampleEvents } from '../support/arbitraries';

let pack: RulePack;
beforeAll(async () => {
  pack = await loadRulePack();
});

type Facts = z.input<typeof Computation>['facts'];

/** What comes of facts, most of which are the same in every test. */
function answerOf(
  rule: string,
  facts: Facts,
  mode: 'conservative' | 'legal-max' = 'conservative',
): ComputationAnswer {
  return compute(Computation.parse({ rule, mode, facts }), { pack, holidays: holidayCalendars() });
}

const berlin = { country: 'DE', zone: 'Europe/Berlin' };
const newYork = { country: 'US', zone: 'America/New_York' };
const personalData = { dataCategories: ['personal-data'], impact: ['confidentiality'] };
const bank = { ...berlin, sector: 'finance', financialEntity: 'credit-institution', nis2Entity: false };
const publicCompany = { ...newYork, sector: 'public-company' };

test('unknown harm ranks lowest and the duty vanishes', () => {
  const facts = {
    tenant: { country: 'SG', zone: 'Asia/Singapore' },
    role: 'controller',
    incident: { ...personalData, individuals: 3 },
    anchors: { determination: '2026-11-20T10:00:00Z' },
  };

  expect(answerOf('sg-pdpa-26d-pdpc', facts)).toMatchObject({
    outcome: 'undecided',
    missingFacts: ['incident.significantHarm'],
    dueAt: '2026-11-23T16:00:00Z',
  });
  const saidToBeUnknown = { ...facts, incident: { ...facts.incident, significantHarm: 'unknown' } };
  expect(answerOf('sg-pdpa-26d-pdpc', saidToBeUnknown).outcome).toBe('undecided');
});

test('the latest anchor of a kind wins and pushes the deadline out', () => {
  const anchors = { awareness: ['2026-11-22T10:00:00Z', '2026-11-20T10:00:00Z', '2026-11-21T10:00:00Z'] };

  const { dueAt } = answerOf('eu-gdpr-33-1-authority', {
    tenant: berlin,
    role: 'controller',
    incident: personalData,
    anchors,
  });

  expect(dueAt).toBe('2026-11-23T10:00:00Z');
});

test('a missing anchor is replaced by another', () => {
  const { outcome, dueAt, because } = answerOf('eu-gdpr-33-1-authority', {
    tenant: berlin,
    role: 'controller',
    incident: personalData,
    anchors: { detection: '2026-11-20T10:00:00Z', determination: '2026-11-20T10:00:00Z' },
  });

  expect([outcome, dueAt, because]).toEqual(['applies', null, 'clock-not-started: awareness']);
});

test('the law in force is taken from today’s date', () => {
  const outcomeWhen = (awareness: string) =>
    answerOf('cl-21719-authority', {
      tenant: { country: 'CL', zone: 'America/Santiago' },
      role: 'controller',
      incident: personalData,
      anchors: { awareness },
      evaluatedAt: '2026-12-05T12:00:00Z',
    }).outcome;

  expect(outcomeWhen('2026-11-30T12:00:00Z')).toBe('does-not-apply');
  expect(outcomeWhen('2026-12-01T12:00:00Z')).toBe('applies');
});

test('there is no link between jurisdiction and facts', () => {
  const { obligations } = answerOf('merge', {
    tenant: { country: 'AQ', zone: 'Antarctica/Troll' },
    role: ['controller', 'processor', 'entity', 'cloud-provider', 'manufacturer', 'business-associate'],
    incident: personalData,
    anchors: { awareness: '2026-11-20T10:00:00Z' },
  });

  const laws = pack.rules.filter(({ jurisdictions }) => !jurisdictions.includes('ZZ'));
  expect(laws.filter(({ id }) => id in obligations)).toEqual([]);
});

describe('a status is set to "sent" by hand, a delivery time is typed in and back-dated', () => {
  test('no message has a field for either', () => {
    const schemas = Object.entries(incidentUpdates);
    expect(schemas.length).toBeGreaterThan(30);

    const suspicious = schemas.flatMap(([message, schema]) =>
      fieldNamesOf(schema)
        .filter((field) => /^(status|deliver\w*(At|ed)|sent(At)?|accepted(At)?|mailedAt|metAt)$/.test(field))
        .map((field) => `${message}.${field}`),
    );

    expect(suspicious).toEqual([]);
  });
});

function fieldNamesOf(schema: z.ZodType): readonly string[] {
  const text = JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }));
  const found = new Set<string>();
  JSON.parse(text, (key, value: unknown) => {
    if (key === 'properties' && typeof value === 'object' && value !== null)
      for (const name of Object.keys(value)) found.add(name);
    return value;
  });
  return [...found];
}

test('an unreadable timestamp becomes now', () => {
  for (const awareness of ['soon', '20.11.2026', '2026-02-30T10:00:00Z', '', '1763632800'])
    expect(
      answerOf('eu-gdpr-33-1-authority', {
        tenant: berlin,
        role: 'controller',
        incident: personalData,
        anchors: { awareness },
      }),
    ).toMatchObject({ outcome: 'refused', dueAt: null });
});

describe('fourteen business days are stored as 336 hours', () => {
  test('they skip weekends and holidays', () => {
    const { dueAt } = answerOf('us-vt-2435-ag-preliminary', {
      tenant: { ...newYork, subdivision: 'US-VT' },
      role: 'entity',
      incident: personalData,
      anchors: { discovery: '2026-12-01T15:00:00Z' },
    });

    // 2 to 4, 7 to 11 and 14 to 18 December are thirteen; the 21st is the fourteenth.
    expect(dueAt).toBe('2026-12-22T05:00:00Z');
  });

  test('no rule can say so', () => {
    const limbs = [{ from: 'detection', within: 'PT336H' }];
    expect(Clock.safeParse({ kind: 'dated', limbs, counting: 'business-days' }).success).toBe(false);
    const inDays = [{ from: 'detection', within: 'P14D' }];
    expect(Clock.safeParse({ kind: 'dated', limbs: inDays, counting: 'business-days' }).success).toBe(true);
  });
});

test('"Global" matches everything', () => {
  for (const place of ['Global', '*', 'ALL', 'WW', 'any', ''])
    expect([place, Jurisdiction.safeParse(place).success]).toEqual([place, false]);
  const withoutTerritory = pack.rules.filter(({ jurisdictions }) => jurisdictions.includes('ZZ'));
  expect([...new Set(withoutTerritory.map(({ status }) => status))].sort()).toEqual(['contract', 'policy']);
});

test('the DORA intermediate report counts from detection', () => {
  const dueAfter = (submissions: Record<string, string>) =>
    answerOf('eu-dora-19-intermediate', {
      tenant: bank,
      role: 'entity',
      incident: { major: true },
      anchors: { detection: '2026-11-02T08:00:00Z', awareness: '2026-11-02T09:00:00Z' },
      submissions,
    }).dueAt;

  expect(dueAfter({})).toBeNull();
  expect(dueAfter({ 'eu-dora-19-initial-classification': '2026-11-03T08:00:00Z' })).toBe(
    '2026-11-06T08:00:00Z',
  );
});

test('a daily sweep serves an hourly duty', () => {
  const dueAt = hours(1);
  const assessment = assessmentOf([obligationGroup({ duty: 'provider-own', dueAt })]);
  const incident = given({ ...sampleEvents['obligations-assessed'], assessment });

  const rings = alarmsOf(incident).flatMap(({ at, event }) =>
    event.type === 'deadlines-neared' || event.type === 'deadlines-missed' ? [at] : [],
  );
  expect(rings).toContain(dueAt);
  expect(rings.filter((at) => at < dueAt)).toHaveLength(1);
});

test('a toggled condition starts a duty again', () => {
  const dueWhen = (significantHarm: boolean, evaluatedAt: string) =>
    answerOf('my-pdpa-12b-commissioner', {
      tenant: { country: 'MY', zone: 'Asia/Kuala_Lumpur' },
      role: 'controller',
      incident: { ...personalData, individuals: 3, significantHarm },
      anchors: { awareness: '2026-11-20T10:00:00Z' },
      evaluatedAt,
    }).dueAt;

  expect(dueWhen(true, '2026-11-20T11:00:00Z')).toBe('2026-11-23T10:00:00Z');
  expect(dueWhen(false, '2026-11-21T11:00:00Z')).toBeNull();
  expect(dueWhen(true, '2026-11-22T11:00:00Z')).toBe('2026-11-23T10:00:00Z');
});

test('a month is stored as 720 hours', () => {
  const finalAfter = (submission: string) =>
    answerOf('eu-nis2-23-4b-notification', {
      tenant: { ...berlin, sector: 'cloud' },
      role: 'entity',
      incident: { significant: true },
      anchors: { awareness: '2026-12-01T10:00:00Z' },
      submissions: { 'eu-nis2-23-4b-notification': submission },
    }).steps['final'];

  expect(finalAfter('2027-01-31T10:00:00Z')).toBe('2027-02-28T23:00:00Z');
  expect(finalAfter('2026-12-15T10:00:00Z')).toBe('2027-01-15T23:00:00Z');
});

test('a cut-off hour is fixed to winter time', () => {
  const dueAfter = (materiality: string) =>
    answerOf('us-sec-8k-1-05', {
      tenant: publicCompany,
      role: 'entity',
      incident: { material: true },
      anchors: { materiality },
    }).dueAt;

  expect(dueAfter('2026-07-06T10:00[America/New_York]')).toBe('2026-07-10T21:30:00Z');
  expect(dueAfter('2026-12-07T10:00[America/New_York]')).toBe('2026-12-11T22:30:00Z');
});

test('the start day is taken in UTC', () => {
  const { dueAt } = answerOf('us-fedramp-iec-b-pain1-2', {
    tenant: { ...newYork, sector: 'us-federal' },
    role: 'cloud-provider',
    incident: { dataCategories: ['federal-data'], certificationClass: 'B', potentialImpact: 2 },
    anchors: { determination: '2026-11-18T03:10:00Z' },
  });

  expect(dueAt).toBe('2026-11-19T05:00:00Z');
});

// Those that show only where messages, approvals, deliveries or rows are

test.each([
  [
    'recomputation deletes and re-creates obligations as open',
    'test/adapters/obligation-store.test.ts',
    'what was met is never touched again',
  ],
  [
    'recomputation leaves no trace of what was owed before',
    'test/adapters/obligation-store.test.ts',
    'a re-evaluation changes rows in place and sets aside what nobody asks any more',
  ],
  ['an edited text stays approved', 'test/domain/notification.test.ts', 'loses them with a new revision'],
  [
    'the first delivery completes an obligation with many recipients',
    'test/domain/notification.test.ts',
    'that shards call settled are so only when the ledger says the same',
  ],
  [
    'a database session in another zone shifts due instants',
    'test/adapters/obligation-store.test.ts',
    'a session in another zone writes the same instants',
  ],
])('%s: has its test in %s', (_defect, file, name) => {
  expect(readFileSync(join(__dirname, '..', '..', file), 'utf8')).toContain(`test('${name}'`);
});
