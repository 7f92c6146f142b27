import { lookUpObligations, type ObligationsToLookUp } from '../../src/activities/look-up-obligations';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { obligationStore } from '../../src/adapters/postgres/obligation-store';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import { testDatabase, type TestDatabase } from '../support/postgres';

let fresh: TestDatabase;
beforeEach(async () => {
  fresh = await testDatabase();
});
afterEach(() => fresh.destroy());

const countries = ['DE', 'FR', 'US', 'BR', 'JP', 'SG', 'GB', 'IN', 'KE', 'AU', 'CA', 'KR', null];
const sectors = ['finance', 'health', 'us-federal', 'telecom', 'retail', 'software', null, 'energy'];
const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Asia/Kolkata'];

async function affected(count: number): Promise<void> {
  const { database } = fresh;
  const tenants = Array.from({ length: count }, (_, index) => ({
    id: `t${String(index).padStart(5, '0')}`,
    name: `Tenant ${index}`,
    country: countries[index % countries.length] ?? null,
    subdivision: index % 26 === 2 ? 'US-CA' : null,
    sector: sectors[(index * 7) % sectors.length] ?? null,
    time_zone: zones[index % zones.length] ?? 'UTC',
    languages: [index % 3 === 0 ? 'de' : 'en'],
    facts: '{}',
  }));
  await database.insertInto('tenant').values(tenants).execute();
  await database
    .insertInto('tenant_contract')
    .values(
      tenants
        .filter((_, index) => index % 5 === 0)
        .map(({ id }) => ({
          tenant_id: id,
          contract_id: 'dpa',
          hours: 48,
          anchor: 'determination' as const,
        })),
    )
    .execute();
  await database
    .insertInto('affected_tenant')
    .values(
      tenants.map(({ id }) => ({
        incident_id: 'INC-1',
        version: 1,
        tenant_id: id,
        reason: 'used tokens',
        changed: false,
      })),
    )
    .execute();
}

const input = (change: Partial<ObligationsToLookUp> = {}): ObligationsToLookUp => ({
  incidentId: 'INC-1',
  tenantSetVersion: 1,
  facts: { dataCategories: ['personal-data', 'credentials'], impact: ['confidentiality'], named: {} },
  anchors: [
    { kind: 'awareness', at: '2026-11-20T10:00:00Z', precision: 'minute' },
    { kind: 'determination', at: '2026-11-20', precision: 'day', zone: 'Europe/Berlin' },
  ],
  provider: {
    roles: ['processor', 'cloud-provider'],
    country: 'US',
    subdivision: 'US-CA',
    timeZone: 'America/Los_Angeles',
    sectors: ['cloud'],
  },
  submissions: {},
  evaluatedAt: '2026-11-20T13:00:00.000Z',
  mode: 'conservative',
  ...change,
});

async function activity() {
  const pack = await loadRulePack();
  const store = obligationStore(fresh.database);
  return lookUpObligations({
    rulePack: { load: () => Promise.resolve(pack) },
    holidays: holidayCalendars(),
    tenants: store,
    obligations: store,
  });
}

test('two thousand tenants of many countries come back as a few groups, with all rows in the database', async () => {
  await affected(2000);

  const assessment = await (await activity())(input());

  expect(assessment.groups.length).toBeLessThanOrEqual(80);
  expect(JSON.stringify(assessment).length).toBeLessThan(28_000);
  expect(assessment.profiles).toBeLessThan(700);
  expect(assessment.languages).toEqual(['en', 'de']);
  expect(assessment.requiredContent).toContain('contact-point');
  expect(assessment.groups).toContainEqual(
    expect.objectContaining({
      ruleId: 'contract',
      outcome: 'applies',
      dueAt: '2026-11-21T23:00:00.000Z',
      tenants: 400,
    }),
  );
  const { count } = await fresh.database
    .selectFrom('obligation')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  expect(assessment.rows).toBe(Number(count));
});

test('what leaves the activity names no tenant', async () => {
  await affected(50);

  const assessment = await (await activity())(input());

  expect(JSON.stringify(assessment)).not.toMatch(/t000\d\d|Tenant \d/);
});

test('a retry gives the same assessment and the same rows', async () => {
  await affected(60);
  const lookUp = await activity();

  const first = await lookUp(input());
  const again = await lookUp(input());

  expect(again).toEqual(first);
});

test('a new anchor starts clocks in the rows that are there', async () => {
  await affected(60);
  const lookUp = await activity();
  const duties = () =>
    fresh.database
      .selectFrom('obligation')
      .select(['tenant_id', 'clock', 'due_at'])
      .where('rule_id', '=', 'contract')
      .orderBy('tenant_id')
      .execute();

  await lookUp(input({ anchors: [] }));
  const before = await duties();
  await lookUp(input());
  const after = await duties();

  expect(before.map(({ clock }) => clock)).toEqual(before.map(() => 'not-started'));
  expect(after.map(({ tenant_id, due_at }) => [tenant_id, due_at?.toISOString()])).toEqual(
    before.map(({ tenant_id }) => [tenant_id, '2026-11-21T23:00:00.000Z']),
  );
});

test('the provider’s own duties stand beside those of the tenants', async () => {
  await affected(10);

  const { groups } = await (
    await activity()
  )(input({ facts: { ...input().facts, named: { material: true } } }));

  expect(groups.filter(({ duty }) => duty === 'provider-own').map(({ tenants }) => tenants)).toEqual(
    groups.filter(({ duty }) => duty === 'provider-own').map(() => 0),
  );
  const own = await fresh.database
    .selectFrom('obligation')
    .select('duty')
    .where('tenant_id', '=', '')
    .execute();
  expect(new Set(own.map(({ duty }) => duty))).toEqual(new Set(own.length === 0 ? [] : ['provider-own']));
});
